"""Which tags of official images were ever published (`data/published-tags.json`).

A version whose tags have all ended half a year before the date of the table gets no new ones, so that what the table
does not hold of it never existed. Of a version that is still rebuilt, or that is not known, only that can be said which
variants the image has or has not: `gcc` never had one on Alpine.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from .image_reference import ImageReference, parse_reference
from .replaced_images import replacement
from .tables import table

#: tags for Windows were listed at times in other ways
_WINDOWS = ("windows", "nanoserver")


class Unpublished(NamedTuple):
    """A tag that never existed; `near` is an image that exists, or did, None where the tables know none."""

    reference: ImageReference
    near: str | None


class _History(NamedTuple):
    """The tags of one image: what stands behind each version, and the versions that may get more."""

    endings: Mapping[str, frozenset[str]]
    open: frozenset[str]
    others: frozenset[str]
    #: the words that tell variants apart, in the sets that were ever, and that are still, published
    variants: frozenset[frozenset[str]]
    kept: frozenset[frozenset[str]]


def unpublished(text: str) -> Unpublished | None:
    """What is known of an image's tag that never existed; None where it exists, or did, or may."""
    reference = parse_reference(text)
    if reference is None or reference.tag is None or reference.digest is not None or not _is_missing(reference):
        return None
    replaced = replacement(reference)
    if replaced is not None and replaced.image is not None:
        return Unpublished(reference, replaced.image)
    return Unpublished(reference, _near(reference))


def _is_missing(reference: ImageReference) -> bool:
    tag = reference.tag or ""
    history = _history(reference.familiar)
    if history is None or any(word in tag for word in _WINDOWS) or tag in history.others:
        return False
    version, ending = _divided(tag)
    known = history.endings.get(version)
    if known is not None and (ending in known or version not in history.open):
        return ending not in known
    variant = _variant(tag)
    return variant not in (history.variants if known is None else history.kept)


def _divided(tag: str) -> tuple[str, str]:
    """The numbers that a tag begins with, and what stands behind them."""
    ending = tag.lstrip("0123456789.")
    version = tag[: len(tag) - len(ending)].rstrip(".")
    return version, tag[len(version) :]


def _variant(tag: str) -> frozenset[str]:
    """The words of a tag that tell variants apart: `alpine`, `slim`; `alpine3.22` is the first of them."""
    words = {part.rstrip("0123456789.") for part in tag.replace("_", "-").split("-")}
    return frozenset(words.intersection(table("published-tags")["told_apart"]))


def _near(reference: ImageReference) -> str | None:
    """The image with a part of the tag left out, the last that gives a published tag."""
    history = _history(reference.familiar)
    parts = (reference.tag or "").split("-")
    if history is None:
        return None
    for left_out in range(len(parts) - 1, 0, -1):
        version, ending = _divided("-".join(parts[:left_out] + parts[left_out + 1 :]))
        if ending in history.endings.get(version, ()):
            return reference.with_tag(version + ending)
    return None


@cache
def _history(image: str) -> _History | None:
    data: Mapping[str, Any] | None = table("published-tags")["images"].get(image)
    if data is None:
        return None
    endings = data["endings"].split(" ")
    sets = [frozenset([endings[int(number)] for number in one.split()]) for one in data["sets"]]
    return _History(
        {version: sets[number] for version, number in data["versions"].items()},
        frozenset(data["open"]),
        frozenset(data["others"].split()),
        frozenset([frozenset(one.split()) for one in data["variants"]]),
        frozenset([frozenset(one.split()) for one in data["variants_kept"]]),
    )
