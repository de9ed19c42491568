"""The run-time contract of a stage: what its image's configuration says, base image included.

Sources: docs.docker.com/reference/dockerfile; BuildKit convert.go (``dispatchEntrypoint``: an ENTRYPOINT resets a CMD
that the base set; a CMD of the same stage stays).
"""

from typing import NamedTuple

from dockls.semantics.stage import Stage, State, expanded
from dockls.syntax import Instruction, Parsed


class Command(NamedTuple):
    """CMD, ENTRYPOINT or HEALTHCHECK; `shell` tells the shell form, `origin` is None for the base image's."""

    words: tuple[str, ...]
    shell: bool
    origin: Instruction | None


class Contract(NamedTuple):
    """What the finished image promises; None means that nobody set it, the base image included (or not known)."""

    entrypoint: Command | None
    command: Command | None
    user: str | None
    workdir: str | None
    environment: tuple[tuple[str, str | None], ...]
    ports: tuple[str, ...]
    volumes: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    healthcheck: Command | None
    stop_signal: str | None
    shell: tuple[str, ...]
    triggers: tuple[str, ...]


def contract(stage: Stage) -> Contract:
    """The contract of a finished stage."""
    return stage.once(_contract)


def _contract(stage: Stage) -> Contract:
    final = stage.final_state
    return _set_by_chain(stage)._replace(
        user=final.user,
        workdir=final.workdir,
        shell=final.shell,
        environment=tuple(sorted((name, variable.value) for name, variable in final.environment.items())),
    )


def _set_by_chain(stage: Stage) -> Contract:
    """What the instructions of the stage and of those it starts from set, without what its final state tells."""
    return stage.folded(_set_by, _of_image)


def _set_by(stage: Stage, inherited: Contract) -> Contract:
    # The triggers of the base have run in this stage and are gone.
    current = inherited._replace(triggers=())
    set_here = {instruction.keyword for instruction in stage.instructions}
    if "ENTRYPOINT" in set_here and "CMD" not in set_here:
        current = current._replace(command=None)
    for instruction, state in zip(stage.instructions, stage.states, strict=False):
        current = _applied(current, instruction, instruction.parsed, state)
    return current


def _applied(current: Contract, instruction: Instruction, parsed: Parsed, state: State) -> Contract:
    keyword = parsed.keyword
    words = tuple([word.value for word in parsed.words])
    if keyword == "CMD":
        return current._replace(command=Command(words, not parsed.is_json, instruction))
    if keyword == "ENTRYPOINT":
        return current._replace(entrypoint=Command(words, not parsed.is_json, instruction))
    if keyword == "HEALTHCHECK":
        flags = tuple([flag.text for flag in parsed.flags])
        return current._replace(healthcheck=Command(flags + words, not parsed.is_json, instruction))
    if keyword == "STOPSIGNAL" and words:
        return current._replace(stop_signal=expanded(words[0], state, instruction.escape))
    if keyword == "EXPOSE":
        return current._replace(ports=_added(current.ports, _expanded_all(words, state, instruction)))
    if keyword == "VOLUME":
        return current._replace(volumes=_added(current.volumes, _expanded_all(words, state, instruction)))
    if keyword == "LABEL":
        labels = dict(current.labels)
        for pair in parsed.pairs:
            name = expanded(pair.name, state, instruction.escape) or pair.name
            value = expanded(pair.value or "", state, instruction.escape)
            labels[name] = pair.value or "" if value is None else value
        return current._replace(labels=tuple(sorted(labels.items())))
    if keyword == "ONBUILD":
        return current._replace(triggers=(*current.triggers, parsed.rest))
    return current


def _expanded_all(words: tuple[str, ...], state: State, instruction: Instruction) -> tuple[str, ...]:
    return tuple([expanded(word, state, instruction.escape) or word for word in words])


def _added(before: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*before, *new}))


def _of_image(stage: Stage) -> Contract:
    """What the base image sets."""
    empty = Contract(None, None, None, None, (), (), (), (), None, None, (), ())
    image = stage.base_image
    if image is None or image == "scratch":
        return empty
    from dockls.knowledge import facts

    known = facts(image)
    if known is None:
        return empty
    return empty._replace(
        entrypoint=None if not known.entrypoint else Command(tuple(known.entrypoint), False, None),
        command=None if not known.cmd else Command(tuple(known.cmd), False, None),
        ports=tuple(known.ports),
        stop_signal=known.stopsignal,
    )
