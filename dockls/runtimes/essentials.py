"""CA certificates and time zones for scratch, copied from a stage that has them."""

from typing import NamedTuple

from dockls.edits import keyword
from dockls.runtimes.requirements import installed_packages
from dockls.runtimes.subject import CannotSwitchError, Subject
from dockls.runtimes.vanishing import Needs
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.files import copies_of

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
ZONES = "/usr/share/zoneinfo"


class Essentials(NamedTuple):
    """Lines that copy what the old image had; `in_place_of_run` where a RUN that installed it makes room for them."""

    lines: tuple[str, ...]
    in_place_of_run: bool
    notes: tuple[str, ...]


def copied_essentials(subject: Subject, needs: Needs, builder: Stage | None) -> Essentials:
    """What scratch must get; `needs` is what RUN installed, `builder` made the program.

    Raises CannotSwitchError where something was installed that no stage has.
    """
    lines: list[str] = []
    notes: list[str] = []
    zone = "TZ" in subject.stage.final_state.environment
    copied = _copied_paths(subject.stage)
    for path, installed, had, what in (
        (CERTIFICATES, needs.certificates, subject.facts.has_ca_certificates, "CA certificates"),
        (ZONES, needs.zones or (zone and subject.facts.has_tzdata), subject.facts.has_tzdata, "time zones"),
    ):
        if any(path.startswith(each) for each in copied) or not (installed or had):
            continue
        source = _stage_with(subject, path, builder)
        if source is not None:
            lines.append(f"{keyword(subject.model, 'COPY')} --from={source} {path} {path}")
        elif installed:
            raise CannotSwitchError(
                f"no other stage has the {what} that this one installs: install them in the builder"
            )
        else:
            notes.append(f"the program needs no {what}: no other stage has them")
    return Essentials(tuple(lines), needs.certificates or needs.zones, tuple(notes))


def _copied_paths(stage: Stage) -> list[str]:
    return [copy.destination.rstrip("/") for copy in copies_of(stage) if copy.destination and copy.destination != "/"]


def _stage_with(subject: Subject, path: str, builder: Stage | None) -> str | None:
    """How ``--from`` names an earlier stage that has a path, the builder if it does."""
    earlier = list(subject.model.stages[: subject.stage.index])
    ordered = ([builder] if builder in earlier and builder is not None else []) + earlier
    for stage in ordered:
        if _has(stage, path):
            return stage.node.interface.written_name or str(stage.index)
    return None


def _has(stage: Stage, path: str) -> bool:
    known = base_facts(stage)
    packages = installed_packages(stage.chain)
    if path == CERTIFICATES:
        return "ca-certificates" in packages or (known is not None and known.has_ca_certificates)
    return "tzdata" in packages or (known is not None and known.has_tzdata)
