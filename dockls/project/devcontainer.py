"""``devcontainer.json``: its ``build``. Source: https://containers.dev/implementors/json_reference/#image-specific."""

import posixpath
from collections.abc import Iterator

from dockls.project import hcl
from dockls.project.targets import Build, Literal, local, resolved


def builds(text: str, path: str) -> Iterator[Build]:
    """The build of the devcontainer file at the absolute `path`; its paths start from the file's folder."""
    folder = posixpath.dirname(path)
    root = _entries(hcl.read_value(text))
    build = _entries(root.get("build"))
    dockerfile = build.get("dockerfile", build.get("dockerFile", root.get("dockerFile")))
    context = build.get("context", root.get("context"))
    if not isinstance(dockerfile, hcl.String):
        return
    target = build.get("target")
    literals: tuple[Literal, ...] = ()
    if isinstance(target, hcl.String):
        literals = (Literal(target.value, target.span, '"' if target.exact else "|"),)
    given = _entries(build.get("args")).items()
    arguments = {key: value.value for key, value in given if isinstance(value, hcl.String)}
    file = resolved(folder, dockerfile.value)
    place = local(folder, context.value) if isinstance(context, hcl.String) else None
    if context is None:
        place = posixpath.dirname(file)
    yield Build(path, "devcontainer", "", (file,), place, literals, (), arguments)


def _entries(value: hcl.Value | None) -> dict[str, hcl.Value]:
    return {key.value: item for key, item in value.pairs} if isinstance(value, hcl.Entries) else {}
