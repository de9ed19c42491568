"""Moves an instruction into the stage that should do its work.

Two moves can be proven. The *first instruction behind FROM* goes to the end of the stage that FROM names, if every
stage that starts from it begins with the same instruction: it is then run once, and what each stage builds stays the
same. A *RUN that only rewrites files copied from another stage* (`gzip`, `strip`, `sed -i`, `rm` ...) goes to the end
of that stage, with the paths there: the final image holds those files once instead of twice, and not the tool.

It is refused where the stage that would change is built or copied from by others, or takes part in the cache of
others by a mount, and where the program may be missing in the other stage's image.

```dockerfile
FROM node:24-alpine AS builder
WORKDIR /site
COPY . .
RUN npm ci && npm run build

FROM nginx:1.30-alpine
COPY --from=builder /site/dist /usr/share/nginx/html
RUN<|> gzip -k -9 /usr/share/nginx/html/index.html
```

->

```dockerfile
FROM node:24-alpine AS builder
WORKDIR /site
COPY . .
RUN npm ci && npm run build
RUN gzip -k -9 /site/dist/index.html

FROM nginx:1.30-alpine
COPY --from=builder /site/dist /usr/share/nginx/html
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.files import Copy, copies_of, made
from dockls.semantics.selection import selecting
from dockls.shell.instruction import scripts
from dockls.syntax import Instruction
from dockls.text import Span

#: programs that change the files they are given and nothing else, as every image with a shell has them (coreutils,
#: BusyBox), and those that only some images have
_EVERYWHERE = frozenset(("rm", "sed", "gzip", "gunzip", "truncate", "mv", "cp", "ln", "mkdir", "touch"))
_ELSEWHERE = frozenset(("strip", "brotli", "zstd", "upx", "xz", "bzip2", "zopfli", "jq"))
#: flags whose value is no path
_SCRIPTED = frozenset(("sed", "jq"))


@refactoring(title="Move to another stage", kind="refactor.move.instruction", grade="equivalent")
def move_instruction_to_stage(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on the first instruction of a stage that starts from another, and on a RUN about copied files."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is None or instruction is stage.declaration:
        return None
    if stage.parent is not None and instruction is stage.instructions[0] and instruction.keyword in _HOISTED:
        return _hoisted(model, stage, stage.parent, instruction)
    return _into_builder(model, stage, instruction) if instruction.keyword == "RUN" else None


_HOISTED = frozenset(("RUN", "COPY", "ADD", "ENV", "WORKDIR", "USER", "LABEL", "SHELL"))


def _hoisted(model: Model, stage: Stage, parent: Stage, instruction: Instruction) -> Plan | Refused | None:
    users = model.graph.dependents[parent.index]
    children = [model.stages[number] for number in model.graph.children(parent.index)]
    heads = [child.instructions[0] if child.instructions else None for child in children]
    if len(children) == 1 and not _is_plain(parent):
        return None
    if len(children) != len(users) or any(head is None or head.text != instruction.text for head in heads):
        return None
    reason = _wanted_elsewhere(model, parent)
    if reason is not None:
        return Refused(reason)
    removed = [edits.delete(model, head) for head in heads if head is not None]
    last = parent.section.instructions[-1]
    added = edits.insert_after(model, last, edits.source(model, instruction).splitlines())
    return Plan((added, *removed), title=f"Move {instruction.keyword} into stage {parent.title}")


def _is_plain(parent: Stage) -> bool:
    """Whether a stage with one child alone is there for others: where it is not, inlining it is what one wants."""
    return parent.name is not None and len(parent.instructions) > 0


def _wanted_elsewhere(model: Model, changed: Stage) -> str | None:
    if changed is model.target:
        return f"stage {changed.title} is what is built by default"
    for use in model.surroundings.targets:
        if use.name.lower() == changed.name:
            return f"{use.path.rpartition('/')[2]} builds stage {changed.title}"
    if selecting(model.graph, changed.node) is not None:
        return f"stage {changed.title} may be selected by a variable"
    return None


def _into_builder(model: Model, stage: Stage, run: Instruction) -> Plan | Refused | None:
    commands = executed_by(stage, run)
    pieces = scripts(run)
    known = _EVERYWHERE | _ELSEWHERE
    if not commands or len(pieces) != 1 or run.is_json or any(one.words[0] not in known for one in commands):
        return None
    found = _source(model, stage, run, commands)
    if found is None:
        return None
    copy, changes = found
    builder = model.stages[copy.stage or 0]
    reason = _reason(model, stage, builder, run, commands, copy)
    if reason is not None:
        return Refused(reason)
    text = run.text
    for span, path in sorted(changes, reverse=True):
        text = text[: span.start] + path + text[span.end :]
    comments = [comment.text.rstrip("\r\n") for comment in edits.leading_comments(model, run)]
    added = edits.insert_after(model, builder.section.instructions[-1], [*comments, *text.splitlines()])
    title = f"Move RUN into stage {builder.title}"
    return Plan((added, edits.delete(model, run)), _assumed(builder, commands), title)


def _source(
    model: Model, stage: Stage, run: Instruction, commands: tuple[Executed, ...]
) -> tuple[Copy, list[tuple[Span, str]]] | None:
    """The COPY that brings every path the commands name, and what each word is called in the stage it comes from."""
    copies = [copy for copy in copies_of(stage) if copy.stage is not None and copy.destination is not None]
    copies = [copy for copy in copies if len(copy.sources) == 1 and not set(copy.sources[0]) & set("*?[$")]
    chosen: Copy | None = None
    changes: list[tuple[Span, str]] = []
    for command in commands:
        operands = [n for n, word in enumerate(command.words) if n and not word.startswith("-")]
        for number in operands[1:] if command.words[0] in _SCRIPTED else operands:
            word = command.words[number]
            copy = next((one for one in copies if _beneath(one, word)), None)
            odd = set(word) & set("*?[{$`~") or _text(run, command, number) != word
            if copy is None or odd or (chosen is not None and copy is not chosen):
                return None
            chosen = copy
            changes.append((command.word_span(number), _there(model, copy, word)))
        if not operands:
            return None
    return None if chosen is None else (chosen, changes)


def _text(run: Instruction, command: Executed, number: int) -> str:
    span = command.word_span(number)
    return run.text[span.start : span.end]


def _beneath(copy: Copy, word: str) -> bool:
    """Whether an absolute path is what the COPY brings or lies in it; a folder's content comes without its name."""
    destination = _destination(copy)
    return word == destination or word.startswith(destination.rstrip("/") + "/")


def _destination(copy: Copy) -> str:
    place = copy.destination or "/"
    is_file = copy.is_folder and "." in copy.sources[0].rpartition("/")[2]
    return f"{place.rstrip('/')}/{copy.sources[0].rpartition('/')[2]}" if is_file else place


def _there(model: Model, copy: Copy, word: str) -> str:
    source = copy.sources[0].rstrip("/")
    absolute = source if source.startswith("/") else "/" + source
    return absolute + word[len(_destination(copy).rstrip("/")) :]


def _reason(
    model: Model, stage: Stage, builder: Stage, run: Instruction, commands: tuple[Executed, ...], copy: Copy
) -> str | None:
    users = [one for one in model.graph.dependents[builder.index] if one.mention.instruction is not copy.instruction]
    if users:
        return f"other instructions take files of stage {builder.title}, too, and would find them changed"
    wanted = _wanted_elsewhere(model, builder)
    if wanted is not None:
        return wanted
    if (stage.state_before(run).user or "root") not in ("root", "0") or builder.final_state.user not in ("root", "0"):
        return "one of the stages works as another user than root, whose files they would be"
    if builder.final_state.shell != stage.state_before(run).shell:
        return "the two stages use different shells"
    if copy.instruction.parsed.flag("chown") is not None or copy.instruction.parsed.flag("chmod") is not None:
        return "the COPY sets owner or mode of the files, which what the step makes would get, too"
    between = stage.instructions[stage.instructions.index(copy.instruction) + 1 : stage.instructions.index(run)]
    if any(one.keyword in ("RUN", "COPY", "ADD") for one in between):
        return "a step between the COPY and this one may use or change the files"
    if any(word in ("..", "/") or "/../" in word for command in commands for word in command.words):
        return "a path leads out of the folder that is copied"
    source = copy.sources[0]
    if made(builder, source) is None:
        return f"it is not known that stage {builder.title} has `{source}`"
    return None


def _assumed(builder: Stage, commands: tuple[Executed, ...]) -> tuple[str, ...]:
    rare = list(dict.fromkeys([one.words[0] for one in commands if one.words[0] in _ELSEWHERE]))
    return tuple([f"the image of stage {builder.title} has `{name}`" for name in rare])
