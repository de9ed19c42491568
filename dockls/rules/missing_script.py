"""CMD or ENTRYPOINT names a file that no step brings.

The container starts and ends at once: “Cannot find module '/dist/index.js'”, “can't open file”, “no such file or
directory”. It happens where WORKDIR is forgotten, so that a relative path means another place than the files', and
where a folder is copied whose content arrives without the folder (`COPY dist /app`).

Only what is certain is told: of official images, whose content is known, and where no RUN can have made the file.

```dockerfile
FROM node:24 AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build

FROM node:24-slim
COPY --from=build /app/dist /app
CMD ["node", "dist/index.js"]
              ^^^^^^^^^^^^^ error: nothing brings `/dist/index.js` into this image; what was in `dist` lies in `/app`
```

-> Write `/app/index.js`

```dockerfile
FROM node:24 AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build

FROM node:24-slim
COPY --from=build /app/dist /app
CMD ["node", "/app/index.js"]
```
"""

import posixpath
from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage, contract, joined
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import executed_by
from dockls.semantics.files import brings, copies_of
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place, Word

#: programs whose first operand is the file that they run, and the ends of such files
_INTERPRETERS = {
    "node": (".js", ".mjs", ".cjs"),
    "python": (".py",),
    "python3": (".py",),
    "ruby": (".rb",),
    "php": (".php",),
    "java": (".jar",),
    "dotnet": (".dll",),
}
_ROLES = frozenset(("empty", "distro", "language", "runtime"))
#: commands that make no file for a program to start, but in the folders of the system
_HARMLESS = frozenset(
    ("apt-get", "apt", "apk", "adduser", "addgroup", "useradd", "groupadd", "chown", "chmod", "mkdir", "rm", "true",
     "set", "echo", "npm", "pip", "pip3")
)  # fmt: skip
_SYSTEM = ("/bin/", "/sbin/", "/usr/", "/lib", "/etc/", "/opt/", "/proc/", "/dev/", "/nodejs/", "/busybox/", "/cnb/")


@stage_rule(severity=Severity.ERROR, theme="compatibility")
def missing_script(stage: Stage) -> Iterator[Finding]:
    """Look for the file that the program of CMD or ENTRYPOINT is to run."""
    instruction = next((one for one in reversed(stage.instructions) if one.keyword in ("CMD", "ENTRYPOINT")), None)
    if instruction is None or not instruction.is_json or not instruction.words:
        return
    word = _script(stage, instruction)
    path = None if word is None or "$" in word.value else joined(stage.final_state.workdir, word.value)
    if word is None or path is None or not _is_missing(stage, path):
        return
    message = f"nothing brings `{path}` into this image"
    place, fixes = on_first_line(instruction, word.span), tuple[Fix, ...]()
    spilled = _spilled(stage, path)
    if spilled is not None:
        folder, into = spilled
        meant = posixpath.join(into, posixpath.basename(path))
        message += f"; what was in `{folder}` lies in `{into}`"
        fixes = (Fix(f"Write `{meant}`", edits.replacing(Place(instruction, word.span), meant), safe=False),)
    yield Finding(place, message, fixes=fixes)


def _script(stage: Stage, instruction: Instruction) -> Word | None:
    """The word of CMD or ENTRYPOINT that names a file: the program itself, or what an interpreter is given."""
    words = list(instruction.words)
    promised = contract(stage)
    if instruction.keyword == "CMD" and promised.entrypoint is not None:
        entrypoint = [posixpath.basename(word) for word in promised.entrypoint.words]
        if len(entrypoint) == 1 and entrypoint[0] in _INTERPRETERS:
            return _operand(words, entrypoint[0])
        if not entrypoint or "entrypoint" not in entrypoint[0]:
            return None
    program = words[0].value
    if posixpath.basename(program) in _INTERPRETERS:
        return _operand(words[1:], posixpath.basename(program))
    return words[0] if "/" in program else None


def _operand(words: list[Word], program: str) -> Word | None:
    """The file among the arguments: the first, or of Java the one behind `-jar`."""
    if program == "java":
        places = [number for number, word in enumerate(words) if word.value == "-jar"]
        words = words[places[0] + 1 :] if places else []
    first = words[0] if words else None
    return first if first is not None and first.value.endswith(_INTERPRETERS[program]) else None


def _is_missing(stage: Stage, path: str) -> bool:
    """Whether the image certainly has no such file: no step brings it, and the base image is none that could."""
    known = base_facts(stage)
    if known is None or known.role not in _ROLES or path.startswith(_SYSTEM) or brings(stage, path):
        return False
    copies = False
    for each in stage.chain:
        for one in each.instructions:
            if one.keyword in ("ADD", "ONBUILD", "VOLUME") or (one.keyword == "RUN" and not _is_harmless(each, one)):
                return False
            copies = copies or one.keyword == "COPY"
        if any(copy.destination is None or copy.destination == "/" for copy in copies_of(each)):
            return False
    return copies


def _is_harmless(stage: Stage, run: Instruction) -> bool:
    commands = executed_by(stage, run)
    return bool(commands) and all(command.command.program in _HARMLESS for command in commands)


def _spilled(stage: Stage, path: str) -> tuple[str, str] | None:
    """A folder that is copied under another name than the one that the path starts from, and where it lies."""
    parts = path.strip("/").split("/")
    for copy in [copy for each in stage.chain for copy in copies_of(each)]:
        names = [posixpath.basename(source.rstrip("/")) for source in copy.sources]
        if copy.destination is not None and len(names) == 1 and len(parts) > 1 and names[0] == parts[-2]:
            return names[0], copy.destination
    return None
