"""Forms: a few lines with a fault, woven into a stranger's file whose own lines stay as they are.

A form says what stands above the file's first stage and, below a line ``...``, what stands at its end. Where both texts
differ it says ``«sound|wrong»``.
"""

import re
from collections.abc import Callable, Mapping

from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from faults.places import Choice, rewritten, written_as_in
from faults.sample import Injection, Sample, both

STRANGER = "...\n"
_NAME = re.compile(r"^FROM .* AS (\S+)$", re.MULTILINE)


def one_of(*injections: Injection) -> Injection:
    """Another one from file to file; the next one where that has no place."""

    def injected(text: str) -> Sample | None:
        first = len(text) % len(injections)
        samples = (each(text) for each in injections[first:] + injections[:first])
        return next((sample for sample in samples if sample is not None), None)

    return injected


def woven(
    form: str,
    fits: Callable[[Stage], bool] | None = None,
    files: Mapping[str, str] | None = None,
    modes: Mapping[str, int] | None = None,
) -> Injection:
    """The form around the files whose last stage fits, if it adds to that."""
    above, _, behind = form.lstrip("\n").rpartition(STRANGER)
    names = _NAME.findall(form)

    def injected(text: str) -> Sample | None:
        text = rewritten(text, Choice(text))
        model = Model.of(text)
        if not model.stages or re.search(r"from=\d", text) or any(name in text for name in names):
            return None
        last = model.stages[-1]
        # A comment or a RUN that goes on at the end would swallow what comes behind.
        if (fits is not None and not fits(last)) or not last.instructions or not _is_ended(text, last):
            return None
        first = model.start_of(model.stages[0].declaration)
        added = written_as_in(model, above), written_as_in(model, behind)
        return both(text[:first] + added[0] + text[first:] + added[1], files, modes)

    return injected


def _is_ended(text: str, last: Stage) -> bool:
    return text.endswith("\n") and not text.rstrip().endswith(("\\", "`")) and "«" not in text


def on(*families: str, **facts: object) -> Callable[[Stage], bool]:
    """Whether a stage starts from an image that the tables know, of one of some families, as root."""

    def fits(stage: Stage) -> bool:
        known = base_facts(stage)
        if known is None or (families and known.family not in families):
            return False
        return stage.final_state.user in ("root", "0") and all(getattr(known, key) == facts[key] for key in facts)

    return fits
