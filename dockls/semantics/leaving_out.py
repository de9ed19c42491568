"""Leaves a command of a RUN out, with what joins it to the others."""

from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.stage import Stage
from dockls.syntax import Place
from dockls.text import Span


def place_with_joint(stage: Stage, command: Executed) -> Place | None:
    """The place of a command with the ``&&`` in front of it or behind it; None where more hangs on it.

    A ``;`` goes along where the next command does not hang on this one. What is left is never empty.
    """
    run = command.instruction
    commands = executed_by(stage, run)
    number = next((at for at, one in enumerate(commands) if one.place == command.place), None)
    if number is None or command.conditional or run.heredocs or run.is_json:
        return None
    connectors = [one.command.connector for one in commands]
    following = connectors[number + 1] if number + 1 < len(commands) else ";"
    hangs = connectors[number] == "&&" or (connectors[number], following) == (";", ";")
    if number > 0 and hangs:
        span = Span(commands[number - 1].place.span.end, command.place.span.end)
        joint = Span(span.start, command.place.span.start)
    elif number == 0 and following == "&&" and len(commands) > 1:
        span = Span(command.place.span.start, commands[1].place.span.start)
        joint = Span(command.place.span.end, span.end)
    else:
        return None
    words = run.text[joint.start : joint.end].replace(run.escape, " ").split()
    return Place(run, span) if words in (["&&"], [";"]) else None
