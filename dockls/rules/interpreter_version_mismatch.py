"""Packages that were installed for another version of the interpreter.

Python looks for packages in a folder with its own version in the name: what Python 3.12 installed into
`/usr/local/lib/python3.12/site-packages`, `/root/.local` or a virtual environment is not there for Python 3.14. Native
modules in `node_modules` are built for one major version of Node. Classes that a newer JDK has compiled do not load in
an older Java (“class file version”), unless the build asks for the older one by `--release`.

Where PYTHONPATH may lead to the packages it is a warning, for those in plain Python run with another version, too.
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
from dockls.semantics.files import Copy, copies_of
from dockls.semantics.first_line import on_first_line
from dockls.semantics.interpreters import Handed, interpreter_of, packages_handed
from dockls.syntax import Place

_JDK = re.compile(r"(?:jdk|temurin|corretto|openjdk|semeru|sapmachine|zulu|ibmjava)-?(\d+)")
_JAVA = frozenset(("maven", "gradle", "eclipse-temurin", "openjdk", "amazoncorretto", "sapmachine", "distroless/java"))


@linked_rule(severity=Severity.ERROR, theme="compatibility")
def interpreter_version_mismatch(linked: Linked) -> Iterator[Finding]:
    """Look at folders of packages that a stage takes from others."""
    for handed in packages_handed(linked.stage, linked.stages):
        yield from _of_packages(linked.stages[handed.copy.stage or 0], linked.stage, handed)
    for copy in copies_of(linked.stage):
        if copy.stage is not None:
            yield from _of_classes(linked.stages[copy.stage], linked.stage, copy)


def _of_packages(origin: Stage, stage: Stage, handed: Handed) -> Iterator[Finding]:
    own, built = interpreter_of(stage), handed.installed_for(origin)
    if own is None or own.language != handed.language or built in (None, own.version):
        return
    place = on_first_line(handed.copy.instruction, handed.copy.instruction.words[handed.number].span)
    related = (Related(Place(origin.declaration, origin.declaration.head_span), "installs them"),)
    if own.language == "python":
        message = f"these packages are for Python {built}, but this image has Python {own.version}"
        if _is_found_anyway(handed):
            yield Finding(place, f"{message}: compiled ones do not load", related, severity=Severity.WARNING)
        else:
            yield Finding(place, message, related)
    else:
        told = f"installed by Node {built}, but this image has Node {own.version}"
        yield Finding(place, f"{told}: native modules do not load", related, severity=Severity.INFORMATION)


def _is_found_anyway(handed: Handed) -> bool:
    """Whether the packages go to a folder without a version, which PYTHONPATH may lead to."""
    source = posixpath.basename(handed.copy.sources[handed.number].rstrip("/"))
    return source.endswith("-packages") and "/python3." not in (handed.copy.destination or "/python3.")


def _of_classes(origin: Stage, stage: Stage, copy: Copy) -> Iterator[Finding]:
    for number, source in enumerate(copy.sources):
        name = posixpath.basename(source.rstrip("/"))
        if not name.endswith((".jar", ".war", ".ear")):
            continue
        jdk, java = _java(origin), _java(stage)
        if jdk and java and jdk > java:
            place = on_first_line(copy.instruction, copy.instruction.words[number].span)
            related = (Related(Place(origin.declaration, origin.declaration.head_span), "installs them"),)
            message = f"`{name}` is built by JDK {jdk}, but this image has Java {java}"
            yield Finding(place, message, related, severity=Severity.WARNING)


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
