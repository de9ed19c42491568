"""Splits a RUN in two at the `&&` in front of the command at the cursor.

Each part then has a layer and a cache entry of its own: what fails late is not done again from the start, and a slow
download survives an edit of what follows it. Flags such as `--mount` are given to both parts. Comments between the
parts stay above the second one. It is the inverse of joining RUN instructions.

The files of the image stay the same. Its size may not: what one part deletes that the other one made stays in the layer
below, which is told as an assumption.

It is refused where the shell keeps something in mind (`cd`, `export`, `set`, a variable) that the commands behind it
need: each RUN starts with a shell of its own. So it is where a mount (`tmpfs`, a writable `bind`) would be empty or
unchanged again for the second part.

```dockerfile
FROM golang:1.25
COPY . .
RUN go mod download && <|>go build -o /app .
```

->

```dockerfile
FROM golang:1.25
COPY . .
RUN go mod download
RUN go build -o /app .
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model
from dockls.semantics.run_chain import Link, chain_of, forgets
from dockls.syntax import Instruction
from dockls.text import Edit, Span

#: commands that delete what may stand in the layer below
_DELETING = frozenset(("rm", "rmdir", "unlink", "shred"))
_CLEANING = ("clean", "autoremove", "autoclean", "purge", "remove", "del", "erase")


@refactoring(title="Split this RUN", kind="refactor.rewrite.run", grade="preserving")
def split_run(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on every command of a chain but the first."""
    instruction = model.instruction_at(selection.start)
    stage = model.stage_at(selection.start)
    if stage is None or instruction is None or instruction.keyword != "RUN" or "&&" not in instruction.text:
        return None
    links = chain_of(stage, instruction, forgetting=True)
    if links is None:
        return None
    offset = selection.start - model.start_of(instruction)
    number = sum(link.span.start <= offset for link in links) - 1
    if number < 1:
        return None
    if forgets(instruction):
        return Refused("what the commands write into the mount would be gone for those behind them")
    for link in links[:number]:
        if link.remembered is not None:
            return Refused(f"the commands behind `{link.remembered}` need what it tells the shell")
    return Plan(
        (_cut(model, instruction, links[number - 1], links[number]),),
        _assumed(links[number:]),
        f"Split this RUN in front of `{_shown(links[number])}`",
    )


def _cut(model: Model, instruction: Instruction, above: Link, below: Link) -> Edit:
    start = model.start_of(instruction)
    between = instruction.text[above.span.end : below.span.start]
    comments = [line.strip() for line in between.splitlines()[1:] if line.strip().startswith("#")]
    flags = "".join([f"{flag.text} " for flag in instruction.flags])
    head = edits.lines(model, ["", *comments])
    return Edit(
        Span(start + above.span.end, start + below.span.start),
        f"{head}{instruction.raw_keyword} {flags}",
    )


def _assumed(links: tuple[Link, ...]) -> tuple[str, ...]:
    for link in links:
        for command in link.commands:
            if command.program in _DELETING or any(word in _CLEANING for word in command.arguments[:2]):
                return (
                    f"what `{_shown(link)}` deletes may stay in the layer below, so the image does not get smaller",
                )
    return ()


def _shown(link: Link) -> str:
    text = " ".join(link.text.replace("\\\n", " ").split())
    return text if len(text) <= 40 else text[:39].rstrip() + "…"
