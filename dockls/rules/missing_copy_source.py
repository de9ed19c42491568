"""COPY or ADD of a file that the build context does not have.

The build stops there with “not found”. A pattern that matches nothing is worse: BuildKit copies nothing and says
nothing.

Nothing is told where the build context is not known, or is only guessed (no Compose file, command or setting names it)
and holds none of the files that the Dockerfile copies by name, for then it may be another folder; of paths with
variables, and of what is likely made before the build: what a `.gitignore` names, folders such as `target` and `dist`,
archives and programs. It is a hint for names without an extension, which may be programs, and for patterns. What
`.dockerignore` keeps out is told by `ignored-copy-source`.

```files
requirements.txt
src/main.py
```

```dockerfile
FROM python:3.14-slim
WORKDIR /app
COPY requirement.txt ./
     ^^^^^^^^^^^^^^^ warning: the build context has no `requirement.txt`; did you mean `requirements.txt`?
COPY src/ src/
```

->

```dockerfile
FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt ./
COPY src/ src/
```
"""

import posixpath
from collections.abc import Iterator

from dockls import edits
from dockls.project.context import cleaned
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place, Word

#: folders that builds write to
_GENERATED = frozenset(
    ("target", "dist", "build", "out", "output", "bin", "obj", "node_modules", ".next", ".output", "release",
     "releases", "artifacts", "_build", "_output", "vendor", "generated", "publish", "coverage", "tmp", "cache",
     ".cache", ".venv", "venv", "downloads", "secrets")
)  # fmt: skip
#: extensions of files that are made or fetched before a build
_MADE = frozenset(
    (".jar", ".war", ".ear", ".zip", ".tar", ".gz", ".tgz", ".xz", ".bz2", ".zst", ".whl", ".so", ".a", ".exe", ".deb",
     ".rpm", ".apk", ".class", ".wasm", ".pem", ".crt", ".cer", ".key", ".env", ".bin", ".iso", ".img", ".db", ".p12",
     ".jks", ".phar", ".gem", ".nupkg", ".log")
)  # fmt: skip
_PATTERN = frozenset("*?[\\")
_SHORTEST = 4
#: the words of a COPY of one source
_SINGLE = 2


@file_rule(severity=Severity.WARNING, theme="files")
def missing_copy_source(model: Model) -> Iterator[Finding]:
    """Look for the sources of COPY and ADD in the build context, if any of the file is there."""
    found = [stage.once(_of_stage) for stage in model.stages if stage.context.known]
    if any(is_there or model.surroundings.context.certain for is_there, _ in found):
        for _, told in found:
            yield from told


def _of_stage(stage: Stage) -> tuple[bool, tuple[Finding, ...]]:
    """Whether any source of a stage is there, and what is to be told of the others."""
    copying = [one for one in stage.instructions if one.keyword in ("COPY", "ADD") and not one.parsed.flag("from")]
    words = [(one, word) for one in copying for word in one.words[:-1]]
    is_there = any(_is_there(stage, word.value) for _, word in words)
    return is_there, tuple([each for instruction, word in words for each in _told(stage, instruction, word)])


def _is_there(stage: Stage, source: str) -> bool:
    """Whether the context has what is copied by that name, which tells that it is the right folder."""
    path = cleaned(source)
    return bool(path) and "$" not in source and "://" not in source and stage.context.kind(path) is not None


def _told(stage: Stage, instruction: Instruction, word: Word) -> Iterator[Finding]:
    source = word.value
    if "$" in source or "://" in source or source.startswith(("<<", "git@")):
        return
    path = cleaned(source)
    if not path or stage.context.ignored(path).ignored or _is_made(stage, path):
        return
    place = on_first_line(instruction, word.span)
    if _PATTERN & set(source):
        if len(instruction.words) == _SINGLE and _is_needed(source) and not stage.context.glob(path):
            message = f"nothing in the build context matches `{source}`, and BuildKit copies nothing without a word"
            yield Finding(place, message, severity=Severity.HINT)
        return
    if stage.context.exists(path) is not False:
        return
    message = f"the build context has no `{source}`"
    near = _near(stage, path)
    if near is None:
        sure = posixpath.splitext(path)[1] != ""
        yield Finding(place, message, severity=None if sure else Severity.HINT)
        return
    written = word.text[: len(word.text) - len(path)] if word.text.endswith("/" + path) else ""
    # What leads to the file stays as it is written, as `./`.
    written += near
    fixes = (Fix(f"Write `{written}`", edits.replacing(Place(instruction, word.span), written), safe=False),)
    yield Finding(place, f"{message}; did you mean `{near}`?", fixes=fixes if word.text == source else ())


def _is_needed(pattern: str) -> bool:
    """Whether a pattern stands for files that must be there, unlike ``yarn.lock*`` and ``go.su[m]``."""
    return not pattern.endswith("*") and "[" not in pattern and "**" not in pattern and "\\" not in pattern


def _is_made(stage: Stage, path: str) -> bool:
    """Whether a path looks like something that is made before the build."""
    parts = path.split("/")
    extension = posixpath.splitext(parts[-1])[1].lower()
    return extension in _MADE or not _GENERATED.isdisjoint(parts) or ".env" in parts or _is_untracked(stage, parts)


def _is_untracked(stage: Stage, parts: list[str]) -> bool:
    """Whether a `.gitignore` on the way to a path keeps it, or a folder above it, out of the repository."""
    from dockls.project.gitignore import GitIgnore

    for depth in range(len(parts)):
        text = stage.context.read("/".join([*parts[:depth], ".gitignore"]))
        rules = None if text is None else GitIgnore(text)
        for end in range(depth + 1, len(parts) + 1) if rules is not None else ():
            path = "/".join(parts[depth:end])
            if rules is not None and any(rules.decide(path, folder) for folder in (True, end < len(parts))):
                return True
    return False


def _near(stage: Stage, path: str) -> str | None:
    """The path of the same folder that is spelt nearly so, or the only one of that name elsewhere."""
    from dockls.syntax.suggestion import nearest

    folder, name = posixpath.split(path)
    names = [entry.rstrip("/") for entry in stage.context.entries(folder)]
    near = nearest(name, names) if len(name) > _SHORTEST else None
    near = near or next((one for one in names if one.lower() == name.lower()), None)
    if near is not None:
        return posixpath.join(folder, near)
    below = [one for one in stage.context.files("", 1000) if posixpath.basename(one) == name]
    return below[0] if len(below) == 1 and posixpath.splitext(name)[1] else None
