"""Packages that were installed for another version of the interpreter.

Python looks for packages in a folder with its own version in the name: what Python 3.12 installed into
`/usr/local/lib/python3.12/site-packages`, `/root/.local` or a virtual environment is not there for Python 3.14. Native
modules in `node_modules` are built for one major version of Node. Classes that a newer JDK has compiled do not load in
an older Java (“class file version”), unless the build asks for the older one by `--release`.

Nothing is said where one of the versions is not known.

```dockerfile
FROM python:3.12 AS build
RUN pip install --user flask

FROM python:3.14-slim
COPY --from=build /root/.local /root/.local
                  ^^^^^^^^^^^^ error: these packages are for Python 3.12, but this image has Python 3.14
```
"""

import posixpath
import re
from collections.abc import Iterator

from dockls.rooms import Finding, Linked, Related, Severity, linked_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.files import Copy, copies_of
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place

_PYTHON_FOLDER = re.compile(r"/python(3\.\d+)(?:/|$)")
_JDK = re.compile(r"(?:jdk|temurin|corretto|openjdk|semeru|sapmachine|zulu|ibmjava)-?(\d+)")
_JAVA = frozenset(("maven", "gradle", "eclipse-temurin", "openjdk", "amazoncorretto", "sapmachine", "distroless/java"))
_PYTHON_NAMES = frozenset((".local", "venv", ".venv", "virtualenv", "env", "site-packages", "dist-packages"))


@linked_rule(severity=Severity.ERROR, theme="compatibility")
def interpreter_version_mismatch(linked: Linked) -> Iterator[Finding]:
    """Look at folders of packages that a stage takes from others."""
    for copy in copies_of(linked.stage):
        if copy.stage is not None:
            yield from _of_copy(linked.stages[copy.stage], linked.stage, copy)


def _of_copy(source_stage: Stage, stage: Stage, copy: Copy) -> Iterator[Finding]:
    for number, source in enumerate(copy.sources):
        name = posixpath.basename(source.rstrip("/"))
        place = on_first_line(copy.instruction, copy.instruction.words[number].span)
        related = (Related(Place(source_stage.declaration, source_stage.declaration.head_span), "installs them"),)
        told = _PYTHON_FOLDER.search(source)
        if told or name in _PYTHON_NAMES:
            built = told.group(1) if told else _version(source_stage, "python")
            own = _version(stage, "python")
            if built and own and built != own:
                message = f"these packages are for Python {built}, but this image has Python {own}"
                yield Finding(place, message, related)
        elif name.endswith((".jar", ".war", ".ear")):
            jdk, java = _java(source_stage), _java(stage)
            if jdk and java and jdk > java:
                message = f"`{name}` is built by JDK {jdk}, but this image has Java {java}"
                yield Finding(place, message, related, severity=Severity.WARNING)
        elif name == "node_modules":
            built, own = _version(source_stage, "node"), _version(stage, "node")
            if built and own and built != own:
                message = f"installed by Node {built}, but this image has Node {own}: native modules do not load"
                yield Finding(place, message, related, severity=Severity.INFORMATION)


def _java(stage: Stage) -> int | None:
    """The version of Java that a tag names: `3.9-eclipse-temurin-21`, `8-jdk21`, `21-jre`, `java21-debian13`."""
    from dockls.knowledge import facts

    image = stage.base_image or ""
    known = facts(image)
    if known is None or known.family not in _JAVA:
        return None
    if known.family in ("maven", "gradle"):
        found = _JDK.search(image.partition(":")[2])
        return int(found.group(1)) if found else None
    major = (known.version or "").partition(".")[0]
    return int(major) if major.isdecimal() else None


def _version(stage: Stage, family: str) -> str | None:
    """Minor version of Python, major version of Node; None where the image is another or its version not known."""
    known = base_facts(stage)
    if known is None or known.family != family or known.version is None:
        return None
    parts = known.version.split(".")
    if not all(part.isdecimal() for part in parts):
        return None
    if family == "node":
        return parts[0]
    return ".".join(parts[:2]) if len(parts) > 1 else None
