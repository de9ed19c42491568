"""Holds what the model says of a stage against the stage's image."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from dockls.semantics import Model, Stage, contract
from dockls.semantics.files import CERTAIN, files_of
from images.pairs import Workshop
from images.projects import Project
from images.snapshot import Image


class Checked(NamedTuple):
    """How many paths that are called certain were looked for, and everything that disagrees."""

    paths: int
    faults: list[str]


def disagreements(project: Project, model: Model, stage: Stage, workshop: Workshop) -> Iterator[Checked]:
    """Build a stage and compare."""
    last = model.tree.sections[stage.index + 1]
    end = model.start_of(last.items[-1]) + len(last.items[-1].text)
    image = workshop.image(project, model.tree.text[:end], with_arguments=False)
    certain = [entry for entry in files_of(stage) if entry.certainty == CERTAIN]
    faults = [f"{stage.title}: {fault}" for fault in (*_paths(stage, image), *_state(stage, image))]
    yield Checked(len(certain), faults)


def _paths(stage: Stage, image: Image) -> Iterator[str]:
    for entry in files_of(stage):
        if entry.certainty == CERTAIN and entry.path not in image.files and entry.path != "/":
            yield f"{entry.path} is called certain, but does not exist"
        elif entry.certainty == CERTAIN and entry.kind == "file" and image.files[entry.path].kind == "folder":
            yield f"{entry.path} is called a file"


def _state(stage: Stage, image: Image) -> Iterator[str]:
    found = image.configuration
    state, promised = stage.final_state, contract(stage)
    for name, said, real in (
        ("WORKDIR", state.workdir, found.get("WorkingDir", "/")),
        ("USER", _user(state.user), _user(found.get("User", "root"))),
        ("SHELL", list(state.shell), found.get("Shell", ["/bin/sh", "-c"])),
        ("EXPOSE", sorted(_port(port) for port in promised.ports), sorted(found.get("ExposedPorts", {}))),
        ("VOLUME", sorted(promised.volumes), sorted(found.get("Volumes", {}))),
        ("LABEL", dict(promised.labels), found.get("Labels", {})),
        ("STOPSIGNAL", promised.stop_signal, found.get("StopSignal")),
        ("ONBUILD", len(promised.triggers), len(found.get("OnBuild", []))),
        ("ENTRYPOINT", _words(promised.entrypoint, state.shell), found.get("Entrypoint")),
        ("CMD", _words(promised.command, state.shell), found.get("Cmd")),
    ):
        if said != real:
            yield f"{name}: the model says {said!r}, the image {real!r}"
    yield from _environment(stage, image)


def _environment(stage: Stage, image: Image) -> Iterator[str]:
    real = dict(entry.split("=", 1) for entry in image.configuration.get("Env", []))
    for name, variable in stage.final_state.environment.items():
        if real.get(name) != variable.value:
            yield f"ENV {name}: the model says {variable.value!r}, the image {real.get(name)!r}"


def _user(user: str | None) -> str | None:
    return "root" if user in ("0", "") else user


def _port(port: str) -> str:
    return port if "/" in port else f"{port}/tcp"


def _words(command: Any, shell: tuple[str, ...]) -> list[str] | None:
    if command is None:
        return None
    return [*shell, " ".join(command.words)] if command.shell else list(command.words)
