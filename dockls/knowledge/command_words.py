"""Takes the words of a command apart: the program behind wrappers, its options and its other arguments.

Words are literal: the shell layer has removed quotes; a word it could not resolve may still hold a `$`.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache, wraps
from typing import NamedTuple, TypeVar

from .tables import table

Answer = TypeVar("Answer")


class Command(NamedTuple):
    """A command without what is wrapped around it.

    program: its name without directory and `.exe`; words: its arguments; start: the index of the first argument in the
    words that were given; environment: assignments in front of it.
    """

    program: str
    words: tuple[str, ...]
    start: int
    environment: dict[str, str]


class Arguments(NamedTuple):
    """Arguments sorted: options with values (the last one wins), options without, the rest with their indexes."""

    values: dict[str, list[str]]
    flags: tuple[str, ...]
    rest: tuple[str, ...]
    indexes: tuple[int, ...]

    def value(self, names: Iterable[str]) -> str | None:
        """The last value given to any of the options `names`."""
        found = [values[-1] for name in names if (values := self.values.get(name))]
        return found[-1] if found else None

    def has(self, names: Collection[str]) -> bool:
        """Whether one of the options `names` is given, with or without a value."""
        return any(flag in names for flag in self.flags) or any(name in self.values for name in names)


def base_name(program: str) -> str:
    """The name of a program without its directory: `./node_modules/.bin/tsc` is `tsc`."""
    return program.replace("\\", "/").rpartition("/")[2].removesuffix(".exe").removesuffix(".cmd")


def _is_assignment(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def remembered(function: Callable[[tuple[str, ...]], Answer]) -> Callable[[Sequence[str]], Answer]:
    """A function of a command's words that knows its latest answers: many rules ask the same of each command."""
    known = lru_cache(maxsize=512)(function)

    @wraps(function)
    def asked(words: Sequence[str]) -> Answer:
        return known(tuple(words))

    return asked


@remembered
def unwrap(words: Sequence[str]) -> Command | None:
    """The command proper behind assignments, `env`, `exec`, `sudo`, `npx`, `bundle exec`, `python -m` and the like.

    None when nothing is left.
    """
    environment: dict[str, str] = {}
    wrappers: dict[str, dict[str, list[str]]] = table("command-wrappers")["wrappers"]
    start = 0
    while start < len(words):
        if _is_assignment(words[start]):
            name, _, value = words[start].partition("=")
            environment[name] = value
            start += 1
            continue
        program = base_name(words[start])
        skipped = _wrapper_length(wrappers.get(program), words, start) or _runner_length(program, words, start)
        if skipped == 0:
            return Command(program, tuple(words[start + 1 :]), start + 1, environment)
        start += skipped
    return None


def _runner_length(program: str, words: Sequence[str], start: int) -> int:
    """1 where `yarn` or `pnpm` runs a tool by its name alone (`yarn vite build`), or `corepack` one of them; else 0."""
    data = table("command-wrappers")
    following = words[start + 1] if start + 1 < len(words) else ""
    if program == "corepack":
        return 1 if following in data["managers"] else 0
    return 1 if program in data["runners"] and following in data["run_tools"] else 0


def _wrapper_length(wrapper: dict[str, list[str]] | None, words: Sequence[str], start: int) -> int:
    """How many words from `start` on only wrap another command; 0 when the command at `start` is none."""
    if wrapper is None:
        return 0
    position = start + 1
    sub = wrapper.get("subcommands")
    if sub is not None:
        if position >= len(words) or words[position] not in sub:
            return 0
        position += 1
    while position < len(words) and words[position].startswith("-"):
        position += 2 if words[position] in wrapper.get("value_options", ()) else 1
    return position - start if position < len(words) else 0


def sort_arguments(words: Sequence[str], value_options: Collection[str] = ()) -> Arguments:
    """Sort arguments; `--name=value` always is an option with a value, `--name value` only for `value_options`.

    A one-letter option may have its value attached (`-ofile`) when it is among `value_options`. After `--` everything
    is an argument.
    """
    values: dict[str, list[str]] = {}
    flags: list[str] = []
    rest: list[str] = []
    indexes: list[int] = []
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if word == "--":
            rest.extend(words[position:])
            indexes.extend(range(position, len(words)))
            break
        if not word.startswith("-") or word == "-":
            rest.append(word)
            indexes.append(position - 1)
            continue
        name, equals, value = word.partition("=")
        if equals:
            values.setdefault(name, []).append(value)
        elif word in value_options:
            if position < len(words):
                values.setdefault(word, []).append(words[position])
            position += 1
        elif len(word) > 2 and word[1] != "-" and word[:2] in value_options:
            values.setdefault(word[:2], []).append(word[2:])
        else:
            flags.append(word)
    return Arguments(values, tuple(flags), tuple(rest), tuple(indexes))
