"""CMD or ENTRYPOINT starts a program that the image does not have.

The container ends at once: “exec: "node": executable file not found in $PATH”. It happens where the final stage starts
from an image without the interpreter, where a name is misspelt, or where a file was copied to another path.

Only what is certain is told: interpreters in images whose programs are known and that no instruction mentions, names
that are one slip of a finger away from an interpreter of the image, and paths in images that start from nothing.

```dockerfile
FROM node:24 AS build
RUN npm ci && npm run build

FROM nginx:1.30-alpine
COPY --from=build /app /app
CMD ["node", "/app/server.js"]
      ^^^^ error: `node` is not in `nginx:1.30-alpine`, and nothing installs it
```
"""

import posixpath
from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.files import Copy, brings, copies_of, files_of
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.knowledge import ImageFacts

_INTERPRETERS = frozenset(
    ("node", "npm", "npx", "yarn", "pnpm", "bun", "deno", "python", "python3", "java", "ruby", "php", "dotnet", "go",
     "cargo", "mvn", "gradle", "nginx", "perl")
)  # fmt: skip
#: images of which it is known which of these programs they have
_KNOWN = frozenset(
    ("scratch", "alpine", "busybox", "debian", "ubuntu", "node", "python", "golang", "rust", "nginx", "httpd", "ruby",
     "php", "eclipse-temurin", "maven", "gradle", "distroless/static", "distroless/base", "distroless/cc",
     "distroless/nodejs", "distroless/java")
)  # fmt: skip
_SHORTEST = 4
_STANDARD = frozenset(("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"))


@stage_rule(severity=Severity.ERROR, theme="compatibility")
def missing_program(stage: Stage) -> Iterator[Finding]:
    """Look for the program of CMD and ENTRYPOINT in the JSON form."""
    starting = [one for one in stage.instructions if one.keyword in ("CMD", "ENTRYPOINT")]
    if not starting or not all(one.is_json for one in starting):
        return
    entrypoints = [one for one in starting if one.keyword == "ENTRYPOINT"]
    instruction = entrypoints[-1] if entrypoints else starting[-1]
    if not instruction.words or "$" in instruction.words[0].value:
        return
    known = base_facts(stage)
    if known is None or known.family not in _KNOWN or (not entrypoints and _has_entrypoint(stage, known)):
        return
    word = instruction.words[0]
    if word.value.startswith("/"):
        yield from _of_path(stage, instruction, word, known)
    elif "/" not in word.value:
        yield from _of_name(stage, instruction, word, known)


def _has_entrypoint(stage: Stage, known: "ImageFacts") -> bool:
    """Whether CMD is what another program is given, which may do with it what it likes."""
    above = any(one.keyword == "ENTRYPOINT" for each in stage.chain[1:] for one in each.instructions)
    own = [] if known.entrypoint is None else [posixpath.basename(word) for word in known.entrypoint]
    return above or (bool(own) and "entrypoint" not in own[0])


def _of_path(stage: Stage, instruction: Instruction, word: Word, known: "ImageFacts") -> Iterator[Finding]:
    if known.role != "empty" or brings(stage, word.value):
        return
    if any(one.keyword in ("RUN", "ADD") for each in stage.chain for one in each.instructions):
        return
    name = posixpath.basename(word.value)
    listed = files_of(stage)
    if any(entry.kind is None and entry.origin == "context" for entry in listed):
        return
    near = next((entry.path for entry in listed if posixpath.basename(entry.path) == name), None)
    message = f"nothing brings `{word.value}` into this image"
    place = on_first_line(instruction, word.span)
    if near is None:
        yield Finding(place, message)
        return
    fix = Fix(f"Write `{near}`", edits.replacing(Place(instruction, word.span), near), safe=False)
    yield Finding(place, f"{message}; did you mean `{near}`?", fixes=(fix,))


def _of_name(stage: Stage, instruction: Instruction, word: Word, known: "ImageFacts") -> Iterator[Finding]:
    from dockls.syntax.suggestion import nearest

    name = word.value
    if name in known.tools:
        return
    near = nearest(name, sorted(known.tools & _INTERPRETERS)) if len(name) >= _SHORTEST else None
    is_slip = near is not None and _is_slip(name, near) and not _is_written(stage, name, instruction)
    if not is_slip and _is_mentioned(stage, name, instruction):
        return
    place = on_first_line(instruction, word.span)
    if near is not None and name not in _INTERPRETERS:
        fix = Fix(f"Write `{near}`", edits.replacing(Place(instruction, word.span), near), safe=False)
        yield Finding(place, f"`{name}` is not in `{stage.base_image}`; did you mean `{near}`?", fixes=(fix,))
    elif name in _INTERPRETERS or known.role == "empty":
        yield Finding(place, f"`{name}` is not in `{stage.base_image}`, and nothing installs it")


def _is_slip(name: str, near: str) -> bool:
    """Whether a name is the other one but for a letter behind the first, or two that have changed places."""
    start = next((at for at, (one, other) in enumerate(zip(name, near, strict=False)) if one != other), len(near))
    one, other = name[start:], near[start:]
    by_one = one[1:] == other or one == other[1:] or one[1:] == other[1:]
    return start > 0 and (by_one or sorted(name) == sorted(near))


def _is_written(stage: Stage, name: str, starting: Instruction) -> bool:
    """Whether any other instruction speaks of the program."""
    return any(name in one.text for each in stage.chain for one in each.instructions if one is not starting)


#: what may install any program
_INSTALLING = ("pip", "npm", "gem ", "curl", "wget", "install", " add ", "-S ", ".sh", "cargo", "go ", "composer")


def _is_mentioned(stage: Stage, name: str, starting: Instruction) -> bool:
    """Whether something in the stage or below may bring the program, as scripts and copied folders may."""
    for each in stage.chain:
        for one in each.instructions:
            if one is starting or one.keyword not in ("RUN", "COPY", "ADD", "ENV"):
                continue
            if name in one.text or (one.keyword == "RUN" and any(word in one.text for word in _INSTALLING)):
                return True
        if any(_may_bring(copy) for copy in copies_of(each)):
            return True
    return _has_folder_of_its_own(stage)


def _has_folder_of_its_own(stage: Stage) -> bool:
    """Whether PATH names a folder that neither the system nor the base image has in it: it may hold anything."""
    known = base_facts(stage)
    usual = {*_STANDARD, *(known.env.get("PATH", "").split(":") if known is not None else ())}
    return any(folder not in usual for folder in (stage.final_state.lookup("PATH") or "/").split(":"))


def _may_bring(copy: Copy) -> bool:
    """Whether a COPY may put a program into a folder of PATH."""
    place = copy.destination
    if place is None or "bin" in place or place.startswith(("/usr", "/opt")):
        return True
    return place == "/" and not all("." in posixpath.basename(source).strip(".") for source in copy.sources)
