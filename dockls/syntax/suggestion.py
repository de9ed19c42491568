"""The nearest of the names that would have been right."""

from collections.abc import Iterable
from functools import lru_cache

#: BuildKit offers a name only if fewer edits than this lead to it (util/suggest/error.go)
TOO_FAR = 3


def nearest(word: str, names: Iterable[str], ignore_case: bool = False) -> str | None:
    """The name closest to `word`, at most two edits away, in the case of `word` if `ignore_case`; else None."""
    wanted = word.lower() if ignore_case else word
    best: str | None = None
    # Of two names equally near, the one with the same letters is meant: RNU is RUN rather than ENV.
    limit = (TOO_FAR, False)
    letters = set(wanted)
    for name in names:
        candidate = name.lower() if ignore_case else name
        if abs(len(candidate) - len(wanted)) >= TOO_FAR or len(letters.difference(candidate)) > limit[0]:
            continue
        distance = _distance(wanted, candidate)
        if distance <= limit[0]:
            rank = (distance, sorted(candidate) != sorted(wanted))
            if rank < limit:
                best, limit = candidate, rank
    if best is None or not ignore_case:
        return best
    return best.upper() if word == word.upper() else best


def did_you_mean(word: str, names: Iterable[str], ignore_case: bool = False) -> str:
    """The end of a message, as BuildKit words it: `` (did you mean x?)``, or nothing."""
    name = nearest(word, names, ignore_case)
    return "" if name is None or name == word else f" (did you mean {name}?)"


@lru_cache(maxsize=1 << 14)
def _distance(first: str, second: str) -> int:
    """Levenshtein's distance of words of about the same length, or TOO_FAR if it is not less.

    Only the five cells of a row next to the diagonal can lead to less; the third is the diagonal.
    """
    previous = [TOO_FAR, TOO_FAR, 0, 1, 2]
    padded = f"  {second}  "
    for row, character in enumerate(first):
        left = TOO_FAR
        current: list[int] = []
        for diagonal, above, other in zip(previous, (*previous[1:], TOO_FAR), padded[row : row + 5], strict=False):
            left = min(left + 1, above + 1, diagonal + (character != other))
            current.append(left)
        if min(current) >= TOO_FAR:
            return TOO_FAR
        previous = current
    return min(previous[len(second) - len(first) + 2], TOO_FAR)
