r"""Package lists that stay in the image.

`apt-get update` writes some 20 MB to `/var/lib/apt/lists`, `apk add` without `--no-cache` and `dnf install` keep theirs
as well. Nobody reads them in the finished image, and a later `apt-get update` fetches them anew. They have to be
deleted in the RUN that fetched them: what a later one deletes stays in the layer below.

Only the stage that is built by default and those that it starts from are looked at: what a builder stage keeps is in no
image. Nothing is said where a cache or tmpfs mount takes the lists, and where a later RUN installs from them.

```dockerfile
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini
                      ^^^^^^^^^^^^^^^ info: the package lists of `apt-get` stay in this layer
CMD ["tini"]
```

->

```dockerfile
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
CMD ["tini"]
```
"""

from collections.abc import Iterable, Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed_by
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

_ALIASES = ("DL3009", "DL3019", "DL3032", "DL3040")
#: program -> what deletes its lists, and what shows that they are taken care of
_KEEPING = {
    "apt-get": ("rm -rf /var/lib/apt/lists/*", ("/var/lib/apt", "/var/lib/*", "distclean", "dist-clean")),
    "apt": ("rm -rf /var/lib/apt/lists/*", ("/var/lib/apt", "/var/lib/*", "distclean", "dist-clean")),
    "apk": ("", ("--no-cache", "/var/cache/apk", "/var/cache/*", "apk cache clean", "/etc/apk/cache")),
    "dnf": ("dnf clean all", ("clean all", "/var/cache/dnf", "/var/cache/*", "/var/cache/libdnf5")),
    "microdnf": ("microdnf clean all", ("clean all", "/var/cache/")),
    "yum": ("yum clean all", ("clean all", "/var/cache/yum", "/var/cache/*")),
}  # fmt: skip


@file_rule(severity=Severity.INFORMATION, theme="size", aliases=_ALIASES)
def package_lists_kept(model: Model) -> Iterator[Finding]:
    """Look at the installs of the finished image."""
    for stage in model.target_chain:
        for instruction in stage.instructions:
            if instruction.keyword == "RUN" and any(word in instruction.text for word in ("apt", "apk", "dnf", "yum")):
                yield from _of_run(model, stage, instruction)


def _of_run(model: Model, stage: Stage, instruction: Instruction) -> Iterator[Finding]:
    for command in executed_by(stage, instruction):
        program = command.command.program
        number = command.subcommand
        if program not in _KEEPING or number is None or command.words[number] not in ("install", "add"):
            continue
        cleaning, signs = _KEEPING[program]
        fetched = program not in ("apt-get", "apt") or " update" in instruction.text
        if not fetched or any(sign in instruction.text for sign in signs) or len(command.words) == number + 1:
            continue
        if program in ("apt-get", "apt") and _is_used_below(model, stage, instruction):
            return
        message = f"the package lists of `{program}` stay in this layer"
        fix = Fix("Delete them", partial(_deleted, instruction, command, number, cleaning))
        yield Finding(Place(instruction, command.span_through(number)), message, fixes=(fix,))
        return


def _is_used_below(model: Model, stage: Stage, instruction: Instruction) -> bool:
    """Whether a later RUN, of this stage or of one that starts from it, installs from the same lists."""
    position = stage.instructions.index(instruction)
    later = list(stage.instructions[position + 1 :])
    for other in model.stages[stage.index + 1 :]:
        if stage in other.chain:
            later += other.instructions
    return any(
        one.keyword == "RUN" and "apt" in one.text and " install" in one.text and " update" not in one.text
        for one in later
    )


def _deleted(
    instruction: Instruction, command: Executed, number: int, cleaning: str, model: Model
) -> Iterable[Edit] | None:
    if not cleaning:
        end = command.word_span(number).end
        return [edits.replace(model, Place(instruction, Span(end, end)), " --no-cache")]
    if instruction.is_json or instruction.heredocs or "#" in instruction.text or not _is_chain(instruction):
        return None
    end = model.start_of(instruction) + instruction.body_span.end
    lines = instruction.text[: instruction.body_span.end].split("\n")
    if len(lines) == 1:
        return [Edit(Span(end, end), f" && {cleaning}")]
    # The operators lead the lines or end them; what comes new does as the rest.
    leading = [line for line in lines if line.lstrip().startswith("&&")]
    sample = leading[-1] if leading else lines[1]
    indentation = sample[: len(sample) - len(sample.lstrip())] or "    "
    end_of_line = f" {instruction.escape}{edits.line_ending(model)}{indentation}"
    added = f"{end_of_line}&& {cleaning}" if leading else f" &&{end_of_line}{cleaning}"
    return [Edit(Span(end, end), added)]


def _is_chain(instruction: Instruction) -> bool:
    """Whether another command can be hung on by ``&&``."""
    from dockls.shell.instruction import scripts

    pieces = scripts(instruction)
    if len(pieces) != 1 or not pieces[0].script.simple or pieces[0].script.errors:
        return False
    return all(one.connector in ("", "&&") for one in pieces[0].script.commands)
