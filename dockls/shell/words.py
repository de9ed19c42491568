"""What a shell word means once quotes and escapes are gone."""

#: escapes of ``$'...'`` that stand for one character (POSIX.1-2024, Shell Command Language 2.2.4)
_ANSI_ESCAPES = {
    "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip
_EXPANDING = frozenset("{(*@#?-$!_0123456789")


def literal(raw: str) -> str | None:
    """The value of a word written as `raw`, or None if it contains an expansion or substitution.

    A line continuation is dropped, within single quotes too: there the Dockerfile has joined the lines before
    the shell sees them. An unclosed quote ends with the word.
    """
    if not ("\\" in raw or '"' in raw or "'" in raw or "$" in raw or "`" in raw or "(" in raw):
        return raw
    inside = raw[1:-1]
    if len(raw) >= 2 and raw[0] == raw[-1] and raw[0] in "\"'" and inside.isalnum():
        return inside
    return _Reader(raw).value()


class _Reader:
    __slots__ = ("position", "raw", "result")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.position = 0
        self.result: list[str] = []

    def value(self) -> str | None:
        raw, length = self.raw, len(self.raw)
        while self.position < length:
            character = raw[self.position]
            following = raw[self.position + 1 : self.position + 2]
            if character == "'":
                self._single()
            elif character == '"' or (character == "$" and following == '"'):
                self.position += character == "$"
                if not self._double():
                    return None
            elif character == "$" and following == "'":
                if not self._ansi():
                    return None
            elif character == "\\":
                self._escape(following)
            elif character == "`" or self._expands(character, following) or self._substitutes(character, following):
                return None
            else:
                self.result.append(character)
                self.position += 1
        return "".join(self.result)

    @staticmethod
    def _expands(character: str, following: str) -> bool:
        return character == "$" and (following in _EXPANDING or (following.isascii() and following.isalpha()))

    @staticmethod
    def _substitutes(character: str, following: str) -> bool:
        return character in "<>" and following == "("

    def _escape(self, following: str) -> None:
        if following != "\n":
            self.result.append(following)
        self.position += 2

    def _single(self) -> None:
        end = self.raw.find("'", self.position + 1)
        end = len(self.raw) if end < 0 else end
        self.result.append(self.raw[self.position + 1 : end].replace("\\\n", ""))
        self.position = end + 1

    def _double(self) -> bool:
        raw, length = self.raw, len(self.raw)
        position = self.position + 1
        while position < length and raw[position] != '"':
            character, following = raw[position], raw[position + 1 : position + 2]
            if character == "`" or self._expands(character, following):
                return False
            if character == "\\" and following in ("$", "`", '"', "\\", "\n"):
                self.result.append("" if following == "\n" else following)
                position += 1
            else:
                self.result.append(character)
            position += 1
        self.position = position + 1
        return True

    def _ansi(self) -> bool:
        raw, length = self.raw, len(self.raw)
        position = self.position + 2
        while position < length and raw[position] != "'":
            if raw[position] == "\\":
                position += 1
                meaning = _ANSI_ESCAPES.get(raw[position : position + 1])
                if meaning is None:
                    return False
                self.result.append(meaning)
            else:
                self.result.append(raw[position])
            position += 1
        self.position = position + 1
        return True
