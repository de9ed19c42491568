"""Writes a RUN of several commands as a here-document, one command a line.

Neither `&&` nor a backslash at the end of lines has to be kept in order any more, commands can be moved, commented and
compared line by line. The script begins with `set -e`, so that it ends with the first command that fails, as the chain
does. Comments stay above their commands.

It is refused where the frontend that `# syntax` names is older than here-documents, and where a command is `exit`,
`return` or `exec`. Chains with `||` or branches, and those for other shells than `sh` and `bash`, are no such list. It
is the inverse of writing a here-document as a chain.

```dockerfile
FROM debian:trixie-slim
RUN apt-get update && \\
    # for downloads
    apt-get install -y --no-install-recommends curl && \\
    <|>rm -rf /var/lib/apt/lists/*
```

->

```dockerfile
FROM debian:trixie-slim
RUN <<EOF
set -e
apt-get update
# for downloads
apt-get install -y --no-install-recommends curl
rm -rf /var/lib/apt/lists/*
EOF
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model
from dockls.semantics.frontend import lacking
from dockls.semantics.run_chain import Link, chain_of
from dockls.syntax import Instruction
from dockls.text import Edit, Span

_ENDING = frozenset(("exit", "return", "exec"))


@refactoring(title="Use a here-document", kind="refactor.rewrite.run", grade="equivalent")
def use_heredoc(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a RUN of three or more commands joined by `&&`."""
    stage, run = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or run is None or run.keyword != "RUN" or run.text.count("&&") < 2:
        return None
    links = chain_of(stage, run, forgetting=True)
    if links is None or len(links) < 3:
        return None
    old = lacking(model, "heredocs")
    if old is not None:
        return Refused(f"`{old}` knows no here-documents")
    ending = next((link for link in links if link.commands[0].name in _ENDING), None)
    if ending is not None:
        return Refused(f"`{ending.text.strip()}` would end the script")
    return Plan((_edit(model, run, links),))


def _edit(model: Model, run: Instruction, links: tuple[Link, ...]) -> Edit:
    lines = [] if links[0].text.split()[:2] == ["set", "-e"] or links[0].text.startswith("set -e") else ["set -e"]
    place = run.body_span.start
    for link in links:
        between = run.text[place : link.span.start]
        lines += [line.strip() for line in between.splitlines()[1:] if line.strip().startswith("#")]
        lines += _command(run, link)
        place = link.span.end
    name = "EOF"
    while name in lines:
        name += "_"
    start = model.start_of(run)
    end = start + len(run.text.rstrip("\r\n"))
    text = edits.lines(model, [f"<<{name}", *lines, name]).rstrip("\r\n")
    return Edit(Span(start + run.body_span.start, end), text)


def _command(run: Instruction, link: Link) -> list[str]:
    """The lines of a command, a backslash at their ends in place of the file's own escape character."""
    found: list[str] = []
    for line in run.text[link.span.start : link.span.end].splitlines():
        text = line.rstrip()
        if found and text.strip().startswith("#"):
            continue
        continued = text.endswith(run.escape)
        text = text[:-1].rstrip() + " \\" if continued else text
        found.append(text if not found else "    " + text.strip())
    return found
