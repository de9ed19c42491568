"""Sets the mode of copied files with `COPY --chmod` instead of a RUN that changes it afterwards.

A `chmod` writes the file a second time, into a layer of its own. With `--chmod` it has the mode from the start. Modes
in numbers are taken over; `+x` becomes 755, which is the same for a file that is not secret or open to all.

It is refused where `chmod` is about folders, where the same COPY brings other files, too, which would get the mode as
well, and where the frontend that `# syntax` names is older than the flag.

```dockerfile
FROM debian:trixie-slim
COPY entrypoint.sh /usr/local/bin/
RUN <|>chmod +x /usr/local/bin/entrypoint.sh
ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]
```

->

```dockerfile
FROM debian:trixie-slim
COPY --chmod=755 entrypoint.sh /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]
```
"""

from dockls.rearranging import with_flag, without_link
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage, joined
from dockls.semantics.execution import executed_by
from dockls.semantics.files import Made, files_of
from dockls.semantics.frontend import lacking
from dockls.semantics.run_chain import Link, chain_of
from dockls.syntax import Instruction
from dockls.text import Span

_ADDING = frozenset(("+x", "a+x", "ugo+x", "u+x", "+rx", "a+rx", "u+rx"))


@refactoring(title="Set the mode with COPY --chmod", kind="refactor.rewrite.copy", grade="equivalent", improves=16)
def set_mode_on_copy(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a `chmod` of a RUN."""
    stage, run = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or run is None or run.keyword != "RUN" or "chmod" not in run.text:
        return None
    links = chain_of(stage, run)
    number = _number(model, run, links, selection.start)
    if links is None or number is None or any(one.remembered for one in links[:number]):
        return None
    command = next((one for one in executed_by(stage, run) if one.command is links[number].commands[0]), None)
    if command is None or len(links[number].commands) > 1:
        return None
    mode, *operands = [word for word in command.words[1:] if not word.startswith("-")] or [""]
    paths = [joined(command.directory, word) for word in operands]
    unknown = not paths or any(path is None or set(path) & set("$*?[{~") for path in paths)
    if unknown or any(word.startswith("-") for word in command.words[1:]):
        return Refused("`chmod -R` sets the mode of folders, too") if "-R" in command.words and paths else None
    found = _brought(stage, run, [path for path in paths if path is not None])
    if found is None:
        return None
    reason = _reason(model, stage, run, mode, found)
    if reason is not None:
        return Refused(reason)
    copies = dict.fromkeys([entry.instruction for entry in found])
    flag = f"--chmod={'755' if mode in _ADDING else mode.lstrip('0').zfill(3)}"
    names = ", ".join([f"`{entry.path}`" for entry in found])
    assumed = (f"{names} can be read by all and written by the owner alone",) if mode in _ADDING else ()
    changes = [with_flag(model, instruction, flag) for instruction in copies]
    return Plan((*changes, without_link(model, run, links, number)), assumed)


def _number(model: Model, run: Instruction, links: tuple[Link, ...] | None, offset: int) -> int | None:
    """The link with `chmod` at the cursor, or the only one where the cursor is elsewhere in the RUN."""
    setting = [number for number, link in enumerate(links or ()) if link.commands[0].program == "chmod"]
    here = [n for n in setting if links is not None and links[n].span.contains(offset - model.start_of(run))]
    found = here or setting
    return found[0] if len(found) == 1 else None


def _brought(stage: Stage, run: Instruction, paths: list[str]) -> list[Made] | None:
    """What brings the files, if a COPY above does so for each."""
    above = stage.instructions[: stage.instructions.index(run)]
    found: list[Made] = []
    for path in paths:
        entry = next((one for one in reversed(files_of(stage)) if one.path == path), None)
        if entry is None or entry.instruction not in above or entry.instruction.keyword not in ("COPY", "ADD"):
            return None
        found.append(entry)
    return found


def _reason(model: Model, stage: Stage, run: Instruction, mode: str, found: list[Made]) -> str | None:
    copies = dict.fromkeys([entry.instruction for entry in found])
    if not mode.isdigit() and mode not in _ADDING:
        return f"what `{mode}` makes of the mode in the build context is not known"
    if (stage.state_before(run).user or "root").partition(":")[0] not in ("root", "0"):
        return "this step runs as another user than the one that the files belong to"
    for entry in found:
        if entry.kind == "directory" or stage.context.kind(entry.source or "") == "directory":
            return f"`{entry.path}` is a folder, whose files would get the mode, too"
    for instruction in copies:
        if instruction.parsed.flag("chmod") is not None:
            return "the COPY sets a mode already"
        others = len(instruction.words) - 1 > len([one for one in found if one.instruction is instruction])
        if others or any(set(word.value) & set("*?[") for word in instruction.words[:-1]):
            return "the COPY brings other files, too, which would get the mode as well"
    old = lacking(model, "chmod")
    return f"`{old}` knows no `--chmod`" if old is not None else None
