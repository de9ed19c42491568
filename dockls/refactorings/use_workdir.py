"""Writes a `cd` at the beginning of a RUN as WORKDIR.

What follows in the RUN runs in that folder either way. WORKDIR says so in a line of its own, which the reader, the
editor and every later instruction can see. Where a later instruction depends on the folder, the old one is put back
behind the RUN, so that all else stays the same.

WORKDIR makes the folder where it is not there yet, while `cd` would fail; that it is there is known or told as an
assumption. It is refused where the folder is named by what only the shell knows, and where the old folder is not known
but needed.

```dockerfile
FROM debian:trixie-slim
COPY . /src
RUN <|>cd /src && make && make install
```

->

```dockerfile
FROM debian:trixie-slim
COPY . /src
WORKDIR /src
RUN make && make install
WORKDIR /
```
"""

from dockls import edits
from dockls.rearranging import without_link
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage, expanded, joined
from dockls.semantics.files import made
from dockls.semantics.run_chain import chain_of
from dockls.syntax import Instruction
from dockls.text import Span


@refactoring(title="Use WORKDIR instead of cd", kind="refactor.rewrite.run", grade="equivalent")
def use_workdir(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a RUN that begins with `cd`."""
    stage, run = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or run is None or run.keyword != "RUN" or run not in stage.instructions:
        return None
    links = chain_of(stage, run, forgetting=True)
    if links is None or len(links) < 2 or links[0].commands[0].name != "cd" or len(links[0].commands) > 1:
        return None
    words = links[0].commands[0].words
    if len(words) != 2 or words[1].text in ("-", "~"):
        return Refused("which folder that is only the shell knows")
    state = stage.state_before(run)
    text = words[1].text
    folder = expanded(words[1].value or text, state, run.escape)
    if folder is None or any(character in text for character in "`*?[~") or "$(" in text:
        return Refused(f"which folder `{text}` is only the shell knows")
    path = joined(state.workdir, folder)
    if path is not None and path == state.workdir:
        return Plan((without_link(model, run, links, 0),), title="Remove a cd to the working directory")
    if path is None:
        return Refused(f"where `{text}` lies is not known")
    restored = _needed(stage, run)
    if restored and state.workdir is None:
        return Refused("the folder that later instructions start from is not known")
    changes = [edits.insert_before(model, run, [f"{edits.keyword(model, 'WORKDIR')} {text}"])]
    changes.append(without_link(model, run, links, 0))
    if restored:
        changes.append(edits.insert_after(model, run, [f"{edits.keyword(model, 'WORKDIR')} {state.workdir}"]))
    entry = made(stage, path)
    known = entry is not None and entry.path == path
    return Plan(tuple(changes), () if known else (f"`{path}` is there already",), changes=_declared(restored))


def _needed(stage: Stage, run: Instruction) -> bool:
    """Whether anything behind the RUN depends on the working directory, the finished image included."""
    below = stage.instructions[stage.instructions.index(run) + 1 :]
    for instruction in below:
        if instruction.keyword == "WORKDIR" and instruction.words:
            return not instruction.words[0].value.startswith(("/", "$"))
        if instruction.keyword in ("RUN", "COPY", "ADD", "ONBUILD"):
            return True
    return True


def _declared(restored: bool) -> frozenset[str]:
    return frozenset() if restored else frozenset(("workdir",))
