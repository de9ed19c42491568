"""Package manager commands of one distribution written for another: apt-get as apk, and back."""

from collections.abc import Sequence

from dockls.knowledge import package_install, translate
from dockls.knowledge.system_commands import manager_facts
from dockls.runtimes.subject import CannotSwitchError
from dockls.semantics.execution import Executed
from dockls.shell import ShellWord
from dockls.text import Edit, Span

_INSTALL = {
    "apk": "apk add --no-cache",
    "apt": "apt-get install -y --no-install-recommends",
}
_REMOVE = {"apk": "apk del", "apt": "apt-get purge -y --auto-remove"}
_UPGRADE = {"apk": "apk upgrade --no-cache", "apt": "apt-get update && apt-get upgrade -y"}
_NAMES = {"apk": "Alpine", "apt": "Debian"}


class Translation:
    """The translation of one RUN; gathers the packages and what is taken for granted about them."""

    def __init__(self, before: str, after: str, last_install: Executed | None) -> None:
        """`before` and `after` are package managers, `last_install` the command that cleans up behind itself."""
        self.before, self.after = before, after
        self.packages: list[str] = []
        self.notes: list[str] = []
        self.updated = False
        self._last = last_install
        #: what `apk add --virtual NAME` stands for
        self.groups: dict[str, list[str]] = {}

    def is_last(self, command: Executed) -> bool:
        """Whether no install follows in the RUN."""
        return command is self._last

    def note(self, sentence: str) -> None:
        """Take something for granted, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def counterpart(self, package: str) -> list[str]:
        """The names of a package in the other distribution; raises CannotSwitchError where they are not certain."""
        if package in manager_facts(self.before)["unneeded_elsewhere"]:
            return []
        found = translate(package, self.before, self.after)
        if found is None:
            raise CannotSwitchError(f"the package `{package}` is not known on {_NAMES[self.after]}")
        names = found.split()
        if package in ("gosu", "su-exec") and names != [package]:
            self.note(f"scripts call `{names[0]}` where they called `{package}`")
        return names


def package_edits(command: Executed, translation: Translation) -> list[Edit] | None:
    """The edits (relative to the instruction) of a package manager's command; None where nothing is left of it."""
    facts = manager_facts(translation.before)
    shown = " ".join(command.words[:2])
    unknown = [word.text for word in command.command.assignments if not _is_setting(word, facts["environment"])]
    if unknown:
        raise CannotSwitchError(f"`{shown}` runs with `{unknown[0]}`, which cannot be translated")
    subcommand = next((word for word in command.words[1:] if not word.startswith("-")), "")
    if subcommand in facts["dropped"]:
        return None
    if subcommand in facts["remove"]:
        return _removal(command, subcommand, translation)
    if subcommand in facts["upgrade"] and command.words[-1] in (subcommand, *facts["harmless"], "-y"):
        return [_all(command, _UPGRADE[translation.after])]
    install = package_install(list(command.words))
    if install is None:
        raise CannotSwitchError(f"`{shown}` cannot be translated for {_NAMES[translation.after]}")
    _check_options(command, translation.before, install.virtual)
    return _installation(command, install.indexes, install.packages, translation, install.virtual)


def _is_setting(word: ShellWord, names: Sequence[str]) -> bool:
    return word.text.partition("=")[0] in names


def _start(command: Executed) -> int:
    """Where the command begins, assignments in front of it included."""
    first = (*command.command.assignments, *command.command.words)[0]
    return first.span.start + command.offset


def _all(command: Executed, text: str) -> Edit:
    return Edit(Span(_start(command), command.word_span(len(command.words) - 1).end), text)


def _check_options(command: Executed, manager: str, virtual: str | None) -> None:
    facts = manager_facts(manager)
    with_value = [*facts["harmless_values"], *(("-t", "--virtual") if virtual is not None else ())]
    words = list(command.words[1:])
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            continue
        name = word.partition("=")[0]
        if name in with_value or any(word.startswith(each + "Dpkg") for each in with_value):
            if name == word and words:
                words.pop(0)
        elif name not in facts["harmless"] and not _are_letters(name, facts["harmless_letters"]):
            raise CannotSwitchError(f"`{' '.join(command.words[:2])} {word}` has no counterpart")


def _are_letters(word: str, letters: str) -> bool:
    return word.startswith("-") and len(word) > 1 and all(letter in letters for letter in word[1:])


def _installation(
    command: Executed, indexes: Sequence[int], packages: Sequence[str], translation: Translation, virtual: str | None
) -> list[Edit] | None:
    kept: list[tuple[int, str]] = []
    for index, package in zip(indexes, packages, strict=True):
        new = [name for name in _translated(command, index, package, translation) if name not in translation.packages]
        translation.packages += new
        kept.append((index, " ".join(new)))
    if virtual is not None:
        translation.groups[virtual] = [name for _, names in kept for name in names.split()]
    if not any(names for _, names in kept):
        return None
    head = _INSTALL[translation.after]
    if translation.after == "apt" and not translation.updated:
        head, translation.updated = "apt-get update && " + head, True
    edits = [Edit(Span(_start(command), _head_end(command, indexes)), head)]
    edits += _options_behind(command, indexes)
    edits += _package_words(command, kept)
    if translation.after == "apt" and translation.is_last(command):
        end = command.place.span.end
        edits.append(Edit(Span(end, end), " && rm -rf /var/lib/apt/lists/*"))
    return edits


def _translated(command: Executed, index: int, package: str, translation: Translation) -> list[str]:
    word = command.command.words[index]
    if word.value is None or any(character in package for character in "$*?`{"):
        raise CannotSwitchError(f"which packages `{word.text}` stands for is not known")
    written = command.words[index]
    if written.endswith((".deb", ".apk")) or written.startswith((".", "/", "@")) or "/" in written or "@" in written:
        raise CannotSwitchError(f"the package `{written}` does not come from the distribution's own releases")
    if ":" in written:
        raise CannotSwitchError(f"the package `{written}` names an architecture")
    names = translation.counterpart(package)
    if written != package:
        translation.note(f"the version in `{written}` is dropped: other distributions have others")
    return names


def _head_end(command: Executed, indexes: Sequence[int]) -> int:
    """The end of the last word before the first package."""
    return command.word_span(indexes[0] - 1).end


def _options_behind(command: Executed, indexes: Sequence[int]) -> list[Edit]:
    """Deletions of the options that stand between and behind the packages."""
    return [_without(command, number) for number in range(indexes[0] + 1, len(command.words)) if number not in indexes]


def _without(command: Executed, number: int) -> Edit:
    """Deletes a word with the gap before it; a comment in the gap stays."""
    span, before = command.word_span(number), command.word_span(number - 1)
    gap = command.instruction.text[before.end : span.start]
    return Edit(span if "#" in gap else Span(before.end, span.end), "")


def _package_words(command: Executed, kept: Sequence[tuple[int, str]]) -> list[Edit]:
    edits = []
    first = next(position for position, (_, names) in enumerate(kept) if names)
    for position, (index, names) in enumerate(kept):
        if not names:
            # Words before the first one that stays go with the gap behind them.
            following = command.word_span(kept[position + 1][0]).start if position < first else 0
            span = command.word_span(index)
            edits.append(Edit(Span(span.start, following), "") if position < first else _without(command, index))
        elif names != command.words[index]:
            edits.append(Edit(command.word_span(index), names))
    return edits


def _removal(command: Executed, subcommand: str, translation: Translation) -> list[Edit] | None:
    names: list[str] = []
    for number, written in enumerate(command.words[1:], 1):
        if written.startswith("-") or written == subcommand:
            continue
        if written in translation.groups:
            names += translation.groups[written]
        else:
            names += _translated(command, number, written, translation)
    names = list(dict.fromkeys(names))
    return [_all(command, " ".join([_REMOVE[translation.after], *names]))] if names else None


def cleaned_removal(command: Executed, caches: Sequence[str], dropped: str) -> list[Edit] | str | None:
    """What stays of an ``rm`` once the package manager's caches are out of it."""
    operands = [number for number, word in enumerate(command.words) if number and not word.startswith("-")]
    gone = [number for number in operands if command.words[number].startswith(tuple(caches))]
    if not gone:
        return None
    if gone == operands:
        return dropped
    return [_without(command, number) for number in gone]
