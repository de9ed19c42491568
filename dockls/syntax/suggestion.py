"""The nearest of the names that would have been right."""

from collections.abc import Iterable

#: BuildKit offers a name only if fewer edits than this lead to it (util/suggest/error.go)
TOO_FAR = 3


def nearest(word: str, names: Iterable[str], ignore_case: bool = False) -> str | None:
    """The name closest to `word`, at most two edits away, in the case of `word` if `ignore_case`; else None."""
    wanted = word.lower() if ignore_case else word
    best: str | None = None
    # Of two names equally near, the one with the same letters is meant: RNU is RUN rather than ENV.
    limit = (TOO_FAR, False)
    for name in names:
        candidate = name.lower() if ignore_case else name
        if abs(len(candidate) - len(wanted)) > limit[0]:
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


def _distance(first: str, second: str) -> int:
    """Levenshtein's distance, or TOO_FAR if it is not less: only what stands near the diagonal can lead to less."""
    previous = dict(zip(range(len(second) + 1), range(TOO_FAR), strict=False))
    for row, character in enumerate(first, 1):
        current: dict[int, int] = {}
        for column in range(max(row - TOO_FAR + 1, 0), min(row + TOO_FAR, len(second) + 1)):
            cost = 0 if column and character == second[column - 1] else 1
            ways = (previous.get(column, TOO_FAR) + 1, current.get(column - 1, TOO_FAR) + 1)
            current[column] = min(*ways, previous.get(column - 1, TOO_FAR) + cost)
        previous = current
        if min(previous.values(), default=TOO_FAR) >= TOO_FAR:
            return TOO_FAR
    return min(previous.get(len(second), TOO_FAR), TOO_FAR)
