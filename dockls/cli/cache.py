"""``dockls cache``: which steps a change runs again."""

import sys
from argparse import Namespace
from typing import Any

from dockls.cli.documents import VERSION, as_json
from dockls.cli.opening import UnreadableError, complain, meant, open_configured
from dockls.cli.outcomes import count
from dockls.cli.paint import Paint
from dockls.semantics import Model, Stage
from dockls.semantics.invalidation import Changes, Step, rebuilt

_Built = tuple[tuple[Stage, tuple[Step, ...]], ...]


def run(options: Namespace) -> int:
    """Print the steps of the stages that are built; gives the exit status."""
    try:
        model = open_configured(options.file, options.context).model
        target = _target(model, options.target)
    except UnreadableError as error:
        complain(str(error))
        return 2
    paths = [_in_context(model, path) for path in options.changed]
    for path in paths:
        if model.surroundings.context.ignored(path).ignored:
            complain(f"{path} is kept out of the build context by the ignore file.")
    kept = [path for path in paths if not model.surroundings.context.ignored(path).ignored]
    arguments = [argument.partition("=")[0] for argument in options.build_arg]
    changes = Changes(kept, arguments, options.changed_image)
    found = rebuilt(model, target, changes) if target is not None else ()
    sys.stdout.write(_json(model, found) if options.format == "json" else _text(model, found))
    return 0


def _target(model: Model, name: str | None) -> Stage | None:
    """The stage to build, the last one by default; raises UnreadableError where there is none of that name."""
    if name is None:
        return model.target
    node = model.graph.named(name)
    if node is None and name.isdecimal() and int(name) < len(model.stages):
        return model.stages[int(name)]
    if node is None:
        names = [stage.name for stage in model.stages if stage.name]
        raise UnreadableError(f"no stage is named `{name}`{meant(name, names)}")
    return model.stages[node.number]


def _in_context(model: Model, path: str) -> str:
    """A path as the build context names it: one that leads there from the current folder, else as it is given."""
    from pathlib import Path

    root = getattr(model.surroundings.context, "root", None)
    there = Path(path).resolve()
    if root is not None and there.is_relative_to(root) and (there.exists() or not (Path(root) / path).exists()):
        return there.relative_to(root).as_posix()
    return path.replace("\\", "/").removeprefix("./").strip("/")


def _line(model: Model, step: Step) -> int:
    return model.tree.line_index.position(model.start_of(step.instruction)).line + 1


def _written(step: Step) -> str:
    return " ".join([step.instruction.keyword, *step.instruction.text.split()[1:]])


def _text(model: Model, found: _Built) -> str:
    paint = Paint()
    every = [step for _, steps in found for step in steps]
    room = max(paint.width - 50, 20)
    width = min(max([len(_written(step)) for step in every], default=0), room)
    shown: list[str] = []
    for stage, steps in found:
        base = "" if stage.base is None else f"  FROM {stage.base.value}"
        shown.append(f"{paint('bold', stage.node.interface.written_name or f'stage {stage.index}')}{base}")
        for step in steps:
            text = _written(step)
            text = f"{text if len(text) <= room else text[: room - 1] + '…':<{width}}"
            status = paint("warning", "rebuilt") if step.reason else paint("added", "cached ")
            shown.append(f"{_line(model, step):>5}  {status}  {text}  {paint('faint', step.reason or '')}".rstrip())
    again = sum(step.reason is not None for step in every)
    verb = "runs" if again == 1 else "run"
    shown.append(f"{again} of {count(len(every), 'step')} {verb} again." if every else "Nothing is built.")
    return "\n".join(shown) + "\n"


def _json(model: Model, found: _Built) -> str:
    stages: list[dict[str, Any]] = [
        {
            "index": stage.index,
            "name": stage.name,
            "steps": [
                {
                    "line": _line(model, step),
                    "text": step.instruction.text.rstrip("\r\n"),
                    "status": "rebuilt" if step.reason else "cached",
                    "reason": step.reason,
                }
                for step in steps
            ],
        }
        for stage, steps in found
    ]
    return as_json({"version": VERSION, "stages": stages})
