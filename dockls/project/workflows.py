"""GitHub workflows: steps of docker/build-push-action, with the values of a matrix where they name one.

Source: https://github.com/docker/build-push-action#inputs. Commands in ``run:`` are read by `scripts`.
"""

from collections.abc import Iterator

from dockls.project import yaml_tree
from dockls.project.targets import Build, Literal, local, platforms_in, resolved
from dockls.project.yaml_tree import Node

_WORKSPACE = ("${{ github.workspace }}", "${{github.workspace}}")

#: the values a matrix gives, by name
_Matrix = dict[str, list[Node]]


def builds(text: str, path: str, root: str) -> Iterator[Build]:
    """The build steps of a workflow or composite action at `path`; `root` is the repository's folder."""
    document = yaml_tree.document(text)
    jobs = yaml_tree.mapping(yaml_tree.mapping(document).get("jobs"))
    for name, job in jobs.items():
        yield from _steps(job, name, _matrix(job), text, path, root)
    if not jobs:
        yield from _steps(document, "", {}, text, path, root)


def _steps(job: Node | None, name: str, matrix: _Matrix, text: str, path: str, root: str) -> Iterator[Build]:
    for step in yaml_tree.walk(job):
        entries = yaml_tree.mapping(step)
        action = (yaml_tree.scalar(entries.get("uses")) or "").partition("@")[0]
        if not action.endswith("/build-push-action"):
            continue
        inputs = yaml_tree.mapping(entries.get("with"))
        context = _folder(inputs.get("context"), matrix, text, root)
        files = [value.value for value in _values(inputs.get("file"), matrix, text)]
        if "file" not in inputs and context is not None:
            files = [resolved(context, "Dockerfile")]
        dockerfiles = tuple(resolved(root, _in_workspace(file)) for file in files if "$" not in _in_workspace(file))
        yield Build(
            path,
            "github-actions",
            name,
            dockerfiles,
            context,
            tuple(_values(inputs.get("target"), matrix, text)),
            tuple(_lines(inputs.get("build-contexts"))),
            _lines(inputs.get("build-args")),
            platforms_in([each.value for each in _values(inputs.get("platforms"), matrix, text)]),
        )


def _in_workspace(path: str) -> str:
    for workspace in _WORKSPACE:
        path = path.replace(workspace, ".")
    return path


def _folder(node: Node | None, matrix: _Matrix, text: str, root: str) -> str | None:
    if node is None:  # without a context the action builds the repository
        return root
    values = list(_values(node, matrix, text))
    return local(root, _in_workspace(values[0].value)) if len(values) == 1 else None


def _values(node: Node | None, matrix: _Matrix, text: str) -> Iterator[Literal]:
    """What a scalar may stand for: itself, or the matrix values it names."""
    literal = yaml_tree.literal(node, text)
    if literal is None:
        return
    name = literal.value.replace(" ", "")
    if name.startswith("${{matrix.") and name.endswith("}}"):
        for value in matrix.get(name[len("${{matrix.") : -2], ()):
            one = yaml_tree.literal(value, text)
            if one is not None and "${{" not in one.value:
                yield one
    elif "${{" not in _in_workspace(literal.value):
        yield literal


def _matrix(job: Node) -> _Matrix:
    matrix = yaml_tree.mapping(yaml_tree.mapping(yaml_tree.mapping(job).get("strategy")).get("matrix"))
    found: _Matrix = {}
    for name, node in matrix.items():
        if name not in ("include", "exclude"):
            _add(found, name, node)
    for combination in yaml_tree.items(matrix.get("include")):
        for name, node in yaml_tree.pairs(combination):
            _add(found, name, node)
    return found


def _add(found: _Matrix, name: str, node: Node) -> None:
    """Enter a matrix value: texts of a list or alone, and the members of objects as ``name.member``."""
    if node.id == "scalar":
        found.setdefault(name, []).append(node)
    for item in yaml_tree.items(node):
        if item.id == "scalar":
            found.setdefault(name, []).append(item)
        for member, value in yaml_tree.pairs(item):
            if value.id == "scalar":
                found.setdefault(f"{name}.{member}", []).append(value)


def _lines(node: Node | None) -> dict[str, str]:
    """The ``NAME=value`` lines of a block, as inputs that are lists are written."""
    found: dict[str, str] = {}
    for line in (yaml_tree.scalar(node) or "").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            found[name] = value
    return found
