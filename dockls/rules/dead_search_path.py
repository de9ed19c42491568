"""PATH, PYTHONPATH or NODE_PATH names a folder that holds nothing that is looked for there.

Programs and modules are looked for in the folder itself, not below it. `pip install --user` puts modules into
`/root/.local/lib/python3.14/site-packages` and programs into `/root/.local/bin`, so `/root/.local` helps with neither. A
virtual environment has its programs in `bin`, a JDK too, and `node_modules` in `.bin`.

Told are such folders, files in place of folders, a `~` (only a shell knows what it means, and there is none between ENV
and PATH), and folders that a COPY brings, but to another path. Source: docs.python.org/3/using/cmdline.html, PYTHONPATH,
and docs.python.org/3/library/site.html, USER_SITE.

```dockerfile
FROM python:3.14-slim
COPY --from=build /root/.local /root/.local
ENV PYTHONPATH=/root/.local
               ^^^^^^^^^^^^ warning: no module lies in `/root/.local` itself, only in `/root/.local/lib/python3.14/site-packages`
ENV PATH=/root/.local/bin:$PATH
```

->

```dockerfile
FROM python:3.14-slim
COPY --from=build /root/.local /root/.local
ENV PYTHONPATH=/root/.local/lib/python3.14/site-packages
ENV PATH=/root/.local/bin:$PATH
```
"""  # noqa: E501  the example's line of the message

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import executed, named_path
from dockls.semantics.files import copies_of, made
from dockls.semantics.first_line import on_first_line
from dockls.semantics.stage import State, expanded
from dockls.syntax import Instruction, Pair, Place
from dockls.text import Span

_VARIABLES = frozenset(("PATH", "PYTHONPATH", "NODE_PATH", "LD_LIBRARY_PATH"))
#: variables that name a folder whose programs lie in its `bin`
_HOMES = (
    "JAVA_HOME", "VIRTUAL_ENV", "CARGO_HOME", "PYTHONUSERBASE", "GOPATH", "GOROOT", "MAVEN_HOME", "M2_HOME",
    "GRADLE_HOME", "BUN_INSTALL", "DENO_INSTALL", "NPM_CONFIG_PREFIX", "POETRY_HOME",
)  # fmt: skip
_PYTHON_HOMES = frozenset((".local", "venv", ".venv"))
_PROGRAM_HOMES = _PYTHON_HOMES | {".cargo"}
#: files that Python and Java read as if they were folders
_ARCHIVES = (".zip", ".egg", ".whl", ".pyz", ".jar")
#: where Go's own guide and Debian's packages of Java put what has a `bin`
_GO, _JAVA = "/usr/local/go", "/usr/lib/jvm"
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/var")


class _Entry(NamedTuple):
    """One folder of a search path: as written, where it stands (None: over several lines), and its value."""

    text: str
    span: Span | None
    folder: str


@stage_rule(severity=Severity.WARNING, theme="variables")
def dead_search_path(stage: Stage) -> Iterator[Finding]:
    """Look at the search paths that ENV sets."""
    for instruction in stage.instructions:
        if instruction.keyword != "ENV":
            continue
        before, after = stage.state_before(instruction), stage.state_after(instruction)
        for pair in instruction.pairs:
            if pair.name not in _VARIABLES:
                continue
            for entry in _entries(instruction, pair, before):
                judged = _judged(stage, after, pair.name, entry)
                if judged is not None:
                    message, remedy = judged
                    yield _finding(instruction, pair, entry, message, remedy)


def _finding(instruction: Instruction, pair: Pair, entry: _Entry, message: str, remedy: str | None) -> Finding:
    span = entry.span or pair.name_span
    fixes: tuple[Fix, ...] = ()
    if remedy is not None and entry.span is not None:
        fixes = (Fix(f"Write `{remedy}`", edits.replacing(Place(instruction, entry.span), remedy), safe=False),)
    return Finding(on_first_line(instruction, span), message, fixes=fixes)


def _entries(instruction: Instruction, pair: Pair, state: State) -> Iterator[_Entry]:
    """The absolute folders of a value; what quotes and escapes make hard to tell is left out."""
    value = pair.value or ""
    start = 0
    if len(value) > 1 and value[0] == value[-1] and (value[0] == '"' or (value[0] == "'" and "$" not in value)):
        value, start = value[1:-1], 1
    if set(value) & {'"', "'", "\\", "`", ";", " "}:
        return
    whole = pair.value_span
    exact = whole is not None and instruction.text[whole.start : whole.end] == pair.value
    for text in value.split(":"):
        span = None
        if exact and whole is not None:
            span = Span(whole.start + start, whole.start + start + len(text))
        start += len(text) + 1
        folder = expanded(text, state, instruction.escape)
        if folder and ":" not in folder and folder.startswith(("/", "~")):
            yield _Entry(text, span, posixpath.normpath("/" + folder.lstrip("/")) if folder[0] == "/" else folder)


def _judged(stage: Stage, after: State, variable: str, entry: _Entry) -> tuple[str, str | None] | None:
    """What is wrong with a folder, and what to write instead; None if nothing is."""
    folder = entry.folder
    if folder.startswith("~"):
        remedy = "/root" + entry.text[1:] if after.user in ("root", "0") and folder[1:2] in ("", "/") else None
        return f"`~` stands for no folder here, so nothing is found in `{folder}`", remedy
    below = _below(stage, after, variable, folder)
    if below is not None:
        what = "no program" if variable == "PATH" else "no module"
        message = f"{what} lies in `{folder}` itself, only in `{posixpath.normpath(posixpath.join(folder, below))}`"
        if "*" in below:
            return message, None
        # A folder above is named by what stands before the last slash.
        kept = entry.text.rstrip("/")
        if below.startswith(".."):
            kept, below = kept.rpartition("/")[0], below.partition("/")[2]
        return message, f"{kept}/{below}" if below else kept
    found = made(stage, folder)
    if found is not None and found.path == folder and found.kind == "file" and not folder.endswith(_ARCHIVES):
        if found.certainty == "certain":
            return f"`{folder}` is a file; {variable} lists folders", posixpath.dirname(entry.text) or None
        return None
    return _moved(stage, folder) if found is None else None


def _below(stage: Stage, after: State, variable: str, folder: str) -> str | None:
    """Where, seen from the folder, that lies which is looked for; None if the folder may be right."""
    name = posixpath.basename(folder)
    homes = {after.lookup(home) for home in _HOMES}
    if variable == "PATH":
        if name == "node_modules":
            return ".bin"
        is_home = name in _PROGRAM_HOMES or folder in homes or folder in _virtual_environments(stage)
        is_home = is_home or folder == _GO or posixpath.dirname(folder) == _JAVA
        return "bin" if is_home and name not in ("", "bin", "sbin") else None
    if variable == "NODE_PATH":
        return ".." if folder.endswith("/node_modules/.bin") else None
    if variable != "PYTHONPATH":
        return None
    known = _is_python_home(stage, after, folder)
    packages = f"lib/python{_python(stage) or '3.*'}/site-packages"
    if known:
        return packages
    if name == "bin" and _is_python_home(stage, after, posixpath.dirname(folder)):
        return "../" + packages
    parent = posixpath.basename(posixpath.dirname(folder))
    if parent == "lib" and name.startswith("python3.") and not folder.startswith("/usr/"):
        return "site-packages"
    return None


def _is_python_home(stage: Stage, after: State, folder: str) -> bool:
    named = {after.lookup("VIRTUAL_ENV"), after.lookup("PYTHONUSERBASE")}
    return posixpath.basename(folder) in _PYTHON_HOMES or folder in named or folder in _virtual_environments(stage)


def _python(stage: Stage) -> str | None:
    """The minor version of the base image's Python, such as 3.14."""
    known = base_facts(stage)
    if known is None or known.family not in ("python", "distroless/python3") or known.version is None:
        return None
    parts = known.version.split(".")
    return ".".join(parts[:2]) if len(parts) > 1 and parts[0] == "3" and parts[1].isdecimal() else None


def _virtual_environments(stage: Stage) -> frozenset[str]:
    """The virtual environments that the stage and those it starts from make."""
    return stage.folded(_with_environments, lambda root: frozenset())


def _with_environments(stage: Stage, below: frozenset[str]) -> frozenset[str]:
    found = set()
    for command in executed(stage):
        words = command.words
        if words[1:3] == ("-m", "venv") or words[0] == "virtualenv" or words[:2] == ("uv", "venv"):
            path = named_path(stage, command, words[-1])
            if path is not None and len(words) > 1 and not words[-1].startswith("-"):
                found.add(path)
    return below | found if found else below


def _moved(stage: Stage, folder: str) -> tuple[str, str | None] | None:
    """A folder that a COPY takes from another stage, but puts elsewhere."""
    if base_facts(stage) is None or (folder + "/").startswith(tuple(top + "/" for top in _SYSTEM)):
        return None
    for copy in copies_of(stage):
        source = copy.sources[0].rstrip("/") if len(copy.sources) == 1 else ""
        if copy.stage is None or copy.destination is None or source.count("/") < 2 or not source.startswith("/"):
            continue
        if (folder + "/").startswith(source + "/") and not _is_made_by_run(stage, source):
            there = posixpath.normpath(posixpath.join(copy.destination, folder[len(source) :].lstrip("/")))
            return f"nothing is in `{folder}`: it is copied to `{there}`", there
    return None


def _is_made_by_run(stage: Stage, folder: str) -> bool:
    return any(folder in one.text for each in stage.chain for one in each.instructions if one.keyword == "RUN")
