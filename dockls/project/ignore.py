"""What a `.dockerignore` file keeps out of the build context, and which of its lines decides.

The meaning is that of moby/patternmatcher, which BuildKit uses: a pattern is rooted in the context (only ``**/``
reaches every depth), what matches a directory holds for everything below it, the last line that matches wins, and
``!`` lets in again.
Source: https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

import posixpath
from typing import NamedTuple

from dockls.project.wildcards import BadPatternError, Token, Wildcards, read_token
from dockls.text import Span

_SPECIAL = frozenset("*?[]\\")
_REMEMBERED_FOLDERS = 4096


class Problem(NamedTuple):
    """Something wrong with a line (1-based) of a file; the message is a whole sentence without the place."""

    line: int
    message: str


class Pattern:
    """One line of the file that says something."""

    __slots__ = ("_text", "_wildcards", "cleaned", "line", "negated", "span", "text")

    def __init__(self, text: str, line: int, span: Span, cleaned: str, negated: bool) -> None:
        #: the line without surrounding blanks, as written
        self.text = text
        #: the 1-based line
        self.line = line
        #: where `text` stands in the file, in code points
        self.span = span
        #: the pattern without "!" and leading "/", its path cleaned
        self.cleaned = cleaned
        #: whether it begins with "!" and so lets its matches in again
        self.negated = negated
        tokens = docker_tokens(cleaned)
        plain = all(token.kind == "character" for token in tokens)
        self._text = "".join(token.text for token in tokens) if plain else None
        self._wildcards = None if plain else Wildcards(tokens)

    def matches(self, path: str) -> bool:
        """Whether exactly this cleaned, relative path matches; parents are the file's affair."""
        if self._wildcards is None:
            return path == self._text
        return self._wildcards.matches(path)

    def may_match_below(self, directory: str) -> bool:
        """Whether some path below `directory` (cleaned, relative) could match."""
        own = self.cleaned.split("/")
        parts = directory.split("/")
        for part, segment in zip(own, parts, strict=False):
            if "**" in part:
                return True
            if not _SPECIAL.intersection(part) and part != segment:
                return False
        return len(own) > len(parts)

    def __repr__(self) -> str:
        return f"Pattern({self.text!r}, line={self.line})"


class Decision(NamedTuple):
    """Whether a path is kept out of the context, and the line that decided (None: no line speaks of it)."""

    ignored: bool
    pattern: Pattern | None = None


NOT_IGNORED = Decision(False)


class _Folder(NamedTuple):
    """What the patterns say of one path: which of them matched it or a parent, and the outcome."""

    matched: tuple[bool, ...]
    decision: Decision


class IgnoreFile:
    """A parsed ignore file; `path` is where it stands, for messages."""

    __slots__ = ("_folders", "path", "patterns", "problems")

    def __init__(self, path: str, patterns: tuple[Pattern, ...], problems: tuple[Problem, ...]) -> None:
        self.path = path
        self.patterns = patterns
        self.problems = problems
        self._folders: dict[str, _Folder] = {}

    @classmethod
    def parse(cls, text: str, path: str = ".dockerignore") -> "IgnoreFile":
        """Read a file's text; a line that is no pattern becomes a problem and is passed over."""
        patterns: list[Pattern] = []
        problems: list[Problem] = []
        offset = 0
        for number, raw in enumerate(text.split("\n"), 1):
            start = offset
            offset += len(raw) + 1
            line = raw
            if number == 1 and line.startswith("\ufeff"):
                line = line[1:]
                start += 1
            stripped = line.strip()
            # Only a "#" in the first column starts a comment: " #x" is a pattern.
            if not stripped or line.startswith("#"):
                continue
            start += len(line) - len(line.lstrip())
            try:
                patterns.append(_pattern(stripped, number, Span(start, start + len(stripped))))
            except BadPatternError as error:
                problems.append(Problem(number, f"The pattern `{stripped}` is not valid: {error}."))
        return cls(path, tuple(patterns), tuple(problems))

    def decide(self, path: str) -> Decision:
        """Whether `path`, relative to the context and with ``/``, is ignored; the context itself never is."""
        cleaned = posixpath.normpath("/" + path).lstrip("/")
        if not cleaned or not self.patterns:
            return NOT_IGNORED
        state: _Folder | None = None
        end = 0
        while end >= 0:
            end = cleaned.find("/", end + 1)
            state = self._folder(cleaned if end < 0 else cleaned[:end], state, remember=end >= 0)
        assert state is not None
        return state.decision

    def may_let_in_below(self, directory: str) -> bool:
        """Whether a ``!`` line could let in something below an ignored directory."""
        cleaned = posixpath.normpath("/" + directory).lstrip("/")
        return any(pattern.negated and pattern.may_match_below(cleaned) for pattern in self.patterns)

    def _folder(self, path: str, parent: _Folder | None, remember: bool) -> _Folder:
        known = self._folders.get(path)
        if known is not None:
            return known
        matched: list[bool] = []
        decision = NOT_IGNORED
        for index, pattern in enumerate(self.patterns):
            hit = parent is not None and parent.matched[index]
            # A line that could not change the outcome so far is not asked: this is moby's rule, and what a
            # directory remembers for the paths below it depends on it.
            if not hit and pattern.negated == decision.ignored:
                hit = pattern.matches(path)
            matched.append(hit)
            if hit:
                decision = Decision(not pattern.negated, pattern)
        result = _Folder(tuple(matched), decision)
        if remember:
            if len(self._folders) >= _REMEMBERED_FOLDERS:
                self._folders.clear()
            self._folders[path] = result
        return result


def _pattern(text: str, line: int, span: Span) -> Pattern:
    negated = text.startswith("!")
    body = text[1:].strip() if negated else text
    if not body:
        raise BadPatternError("nothing stands behind `!`")
    cleaned = posixpath.normpath("/" + body)[1:] if body.startswith("/") else posixpath.normpath(body)
    return Pattern(text, line, span, cleaned.lstrip("/") or "/", negated)


def docker_tokens(pattern: str) -> list[Token]:
    """The tokens of a cleaned `.dockerignore` pattern; raises BadPatternError."""
    tokens: list[Token] = []
    position = 0
    if pattern.startswith("**") and not _SPECIAL.intersection(pattern[2:]) and pattern[2:3] != "/":
        # moby compares such a pattern with the end of the path, so "**x" matches "ax".
        tokens.append(Token("all"))
        position = 2
    while position < len(pattern):
        if not pattern.startswith("**", position):
            token, position = read_token(pattern, position)
            tokens.append(token)
            continue
        position += 2
        if pattern.startswith("/", position):
            position += 1
        tokens.append(Token("all" if position >= len(pattern) else "deep"))
    return tokens
