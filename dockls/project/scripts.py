"""Commands that build an image, found in scripts, makefiles and CI files: ``docker build --target NAME -f FILE .``.

This is a tolerant reading of lines, not a shell: words, quotes, backslashes at line ends and ``NAME=value`` in front
are understood; a value with a variable in it that is not the working folder is not known and so names nothing.
"""

import posixpath
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from dockls.project.targets import Build, Literal, is_remote, platforms_in, resolved
from dockls.text import Span

_VERBS = frozenset(("build", "bud"))
_BETWEEN = frozenset(("buildx", "image", "builder"))
_END = frozenset((";", "&", "|", "\n", ")"))
_LONGEST_COMMAND = 400
# The options of `docker buildx build` that take no value; every other long one without "=" takes the next word.
_SWITCHES = frozenset(
    (
        "--check", "--compress", "--debug", "--disable-content-trust", "--force-rm", "--help", "--load", "--no-cache",
        "--pull", "--push", "--quiet", "--rm", "--squash", "--layers", "--no-push", "--cleanup", "--reproducible",
        "--single-snapshot", "--use-new-run", "--skip-tls-verify", "--insecure", "--save", "-q", "-D",
    )
)  # fmt: skip
_FOLDERS = (
    "$(pwd)", "`pwd`", "$PWD", "${PWD}", "$(PWD)", "$(CURDIR)", "${CURDIR}", "$CI_PROJECT_DIR", "${CI_PROJECT_DIR}",
    "$GITHUB_WORKSPACE", "${GITHUB_WORKSPACE}", "${{ github.workspace }}", "$WORKSPACE", "${WORKSPACE}",
    "$BUILD_SOURCESDIRECTORY", "$(Build.SourcesDirectory)",
)  # fmt: skip
_WINDOW = 8000
_LOOK_BACK = 500
_FIRST = re.compile(
    r"(?:docker-buildx|docker|podman|nerdctl|buildah|executor|depot|\$[({]?(?:DOCKER|CONTAINER_TOOL|CONTAINER_ENGINE)[)}]?)"
    r"(?=[ \t\"'\\\n])"
)
_CHANGED_FOLDER = re.compile(r"\bcd[ \t]+([\w./-]+)[ \t]*(?:&&|;)")


class Word(NamedTuple):
    """A word of a command; `span` is inside its quotes, `exact` whether it is written there as it reads."""

    value: str
    span: Span
    quote: str
    exact: bool


class _Options(NamedTuple):
    targets: list[Literal]
    files: list[str]
    contexts: list[str]
    named_contexts: list[str]
    arguments: dict[str, str]
    platforms: list[str]


def builds(text: str, path: str, kind: str, folders: tuple[str, ...]) -> Iterator[Build]:
    """The build commands in a text; `folders` are those in which they may run (absolute), the likeliest first."""
    behind = 0
    for match in _FIRST.finditer(text):
        start = match.start()
        # A path before the name ("/usr/bin/docker") does not matter; "my-docker" is another program.
        if start < behind or (start and (text[start - 1].isalnum() or text[start - 1] in "-_.")):
            continue
        line = text[max(text.rfind("\n", 0, start) + 1, start - _LOOK_BACK) : start]
        window = text[start : start + _WINDOW]
        words = _words(window[: _closing_quote(window, _open_quote(line))], start)
        if not _is_build(words):
            continue
        taken = list(words)
        behind = taken[-1].span.end if taken else start
        options = _options(iter(taken))
        yield _build(options, path, kind, _folders_after(line, folders))


def _folders_after(line: str, folders: tuple[str, ...]) -> tuple[str, ...]:
    """The folders in which a command runs that has this before it on its line."""
    for match in _CHANGED_FOLDER.finditer(line):
        folders = tuple(resolved(folder, match[1]) for folder in folders)
    return folders


def _open_quote(line: str) -> str:
    """The quote that is still open at the end of the text before a command."""
    quote = ""
    for character in line:
        if character == quote:
            quote = ""
        elif not quote and character in "\"'":
            quote = character
    return quote


def _closing_quote(text: str, quote: str) -> int:
    """Where the quote that encloses a command ends it; the text's length if none does."""
    position = text.find(quote) if quote else -1
    while position > 0 and text[position - 1] == "\\":
        position = text.find(quote, position + 1)
    return len(text) if position < 0 else position


def _build(options: _Options, path: str, kind: str, folders: tuple[str, ...]) -> Build:
    context = _in_folder(options.contexts[0]) if options.contexts else "."
    unknown = is_remote(context) or "$" in context
    files = [_in_folder(file) for file in options.files]
    if not files and not unknown:
        files = [posixpath.join(context, "Dockerfile")]
    candidates = [resolved(folder, file) for file in files if "$" not in file and file != "-" for folder in folders]
    root = None if unknown else resolved(folders[0], context)
    targets, named = tuple(options.targets), tuple(options.named_contexts)
    return Build(path, kind, "", tuple(candidates), root, targets, named, options.arguments, tuple(options.platforms))


def _in_folder(path: str) -> str:
    for folder in _FOLDERS:
        if path.startswith(folder):
            return "." + path[len(folder) :]
    return path


def _is_build(words: Iterator[Word]) -> bool:
    """Whether a command begins as ``docker [options] [buildx] build``; takes just these words."""
    first = next(words, None)
    if first is None:
        return False
    if first.value.endswith("executor"):
        return True
    for word in islice(words, 3):
        if word.value in _VERBS:
            return True
        if word.value not in _BETWEEN and not word.value.startswith("-"):
            return False
    return False


def _options(words: Iterator[Word]) -> _Options:
    options = _Options([], [], [], [], {}, [])
    for word in words:
        if not word.value.startswith("-") or word.value == "-":
            options.contexts.append(word.value)
            continue
        name, equals, value = word.value.partition("=")
        if not name.startswith("--") and len(name) > 2 and name[:2] in ("-f", "-t"):
            name, equals, value = name[:2], "=", word.value[2:]
        if name in _SWITCHES:
            continue
        if equals:
            # Only the name's own length tells where the value begins, so it must be written as it reads.
            span = Span(word.span.end - len(value), word.span.end)
            _take(options, name, Word(value, span, word.quote, word.exact))
        else:
            following = next(words, None)
            if following is not None:
                _take(options, name, following)
    return options


def _take(options: _Options, name: str, word: Word) -> None:
    if name == "--target":
        if word.value and "$" not in word.value and "{{" not in word.value:
            options.targets.append(Literal(word.value, word.span, word.quote if word.exact else "|"))
    elif name in ("-f", "--file", "--dockerfile"):
        options.files.append(word.value)
    elif name == "--context":
        options.contexts.append(word.value)
    elif name == "--build-context":
        options.named_contexts.append(word.value.partition("=")[0])
    elif name == "--platform":
        options.platforms.extend(platforms_in([word.value]))
    elif name == "--build-arg":
        key, equals, value = word.value.partition("=")
        if equals and "$" not in value:
            options.arguments.setdefault(key, value)


def _words(text: str, offset: int) -> Iterator[Word]:
    """The words of the command that a text begins with; their spans are moved by `offset`."""
    position = 0
    for _ in range(_LONGEST_COMMAND):
        position = _blanks(text, position)
        if position >= len(text) or text[position] in _END:
            return
        word, position = _word(text, position)
        yield word._replace(span=word.span.shifted(offset))


def _blanks(text: str, position: int) -> int:
    """Pass blanks, joined lines, and a line end before a line of further options (as YAML folds them)."""
    while position < len(text):
        if text[position] in " \t\r":
            position += 1
        elif text[position] == "\\" and text[position + 1 : position + 3].strip(" \r")[:1] in ("", "\n"):
            end = text.find("\n", position)
            position = len(text) if end < 0 else end + 1
        elif text[position] == "\n" and text[position + 1 : position + 100].lstrip(" \t").startswith("--"):
            position += 1
        else:
            break
    return position


def _word(text: str, position: int) -> tuple[Word, int]:
    """The word at a position that is no blank."""
    start = position
    pieces: list[str] = []
    quote = ""
    quotes = 0
    while position < len(text):
        character = text[position]
        end = _substitution(text, position, quote)
        if character == quote:
            quote = ""
        elif not quote and character in "\"'":
            quote = character
            quotes += 1
        elif end:
            pieces.append(text[position:end])
            position = end - 1
        elif character == "\n" or (not quote and (character in " \t\r" or character in _END)):
            break
        elif character == "\\" and quote != "'":
            if text[position + 1 : position + 2] in ("", "\r", "\n") and not quote:
                break
            pieces.append(text[position + 1 : position + 2])
            position += 1
        else:
            pieces.append(character)
        position += 1
    position = min(max(position, start + 1), len(text))
    return _made(text, start, position, "".join(pieces), quotes), position


def _substitution(text: str, position: int, quote: str) -> int:
    """Behind the variable or command substitution at a position; 0 if none is there."""
    if text.startswith(("$(", "${"), position):
        return _closing(text, position + 1)
    if text[position] == "`" and not quote:
        return text.find("`", position + 1) + 1
    return 0


def _made(text: str, start: int, end: int, value: str, quotes: int) -> Word:
    raw = text[start:end]
    if raw == value:
        return Word(value, Span(start, end), "", True)
    if quotes == 1 and raw[-1:] in "\"'":
        # --target="x" and "x": the quotes enclose the end of the word
        first = raw.index(raw[-1])
        exact = raw[:first] + raw[first + 1 : -1] == value
        return Word(value, Span(start + 1 if first == 0 else start, end - 1), raw[-1], exact)
    return Word(value, Span(start, end), "", False)


def _closing(text: str, position: int) -> int:
    """Behind the bracket that closes the one at the position, or the line's end."""
    depth = 0
    while position < len(text) and text[position] != "\n":
        if text[position] in "({":
            depth += 1
        elif text[position] in ")}":
            depth -= 1
            if not depth:
                return position + 1
        position += 1
    return position
