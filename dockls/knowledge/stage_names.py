"""What the name of a stage tells of its role: to be built by itself, or to be used by other stages."""

from .tables import table, word_set


def names_purpose(name: str) -> bool:
    """Whether a stage of that name is likely built by itself, as `test`, `dev-tools` or `release` are."""
    return names_work(name) or not word_set("stage-names", "purposes").isdisjoint(_parts(name))


def names_work(name: str) -> bool:
    """Whether a stage of that name is likely for those who work on the project: `dev`, `debug`, `lint`, `test`."""
    beginnings = tuple(table("stage-names")["purpose_beginnings"])
    return any(part.startswith(beginnings) for part in _parts(name))


def names_ingredient(name: str) -> bool:
    """Whether a stage of that name is likely there for other stages, as `builder`, `deps` or `base` are."""
    return not names_purpose(name) and not word_set("stage-names", "ingredients").isdisjoint(_parts(name))


def _parts(name: str) -> list[str]:
    parts = name.lower().replace("_", "-").replace(".", "-").split("-")
    return [part.rstrip("0123456789") or part for part in parts] + parts
