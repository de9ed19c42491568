"""Where a shell text reads variables: a scan that knows quotes, comments and substitutions, and needs no grammar."""

from typing import NamedTuple

from dockls.text import Span


class ShellRead(NamedTuple):
    """One ``$NAME`` or ``${NAME…}``; the span covers the name alone.

    `quoted` tells that it stands in single quotes, where the shell itself does not read it but a program that gets the
    text may (``sh -c 'echo $NAME'``).
    """

    name: str
    span: Span
    quoted: bool


def variable_reads(text: str) -> tuple[ShellRead, ...]:
    """Every variable that a POSIX shell text mentions, in order; never raises, takes time in proportion to the text."""
    if "$" not in text:
        return ()
    found: list[ShellRead] = []
    open_parts: list[str] = []
    position, length = 0, len(text)
    while position < length:
        character = text[position]
        in_string = bool(open_parts) and open_parts[-1] == '"'
        if character == "\\":
            position += 2
        elif character == "$":
            position = _dollar(text, position, open_parts, found)
        elif character == '"':
            open_parts[-1:] = [] if in_string else [*open_parts[-1:], '"']
            position += 1
        elif in_string:
            position += 1
        elif character == "'":
            end = text.find("'", position + 1)
            end = length if end < 0 else end
            found += _in_quotes(text, position + 1, end)
            position = end + 1
        elif character == "#" and (not position or text[position - 1] in " \t\n;&|("):
            end = text.find("\n", position)
            position = length if end < 0 else end
        else:
            if character == "(" or (character == ")" and open_parts):
                open_parts[-1:] = [*open_parts[-1:], "("] if character == "(" else []
            position += 1
    return tuple(found)


def _dollar(text: str, position: int, open_parts: list[str], found: list[ShellRead]) -> int:
    """Read what follows a dollar sign; gives the offset behind it."""
    position += 1
    if text.startswith("(", position):
        open_parts.append("(")
        return position + 1
    if text.startswith("{", position):
        position += 1
        position += text.startswith(("#", "!"), position)
    end = _name_end(text, position)
    if end > position:
        found.append(ShellRead(text[position:end], Span(position, end), quoted=False))
    return max(end, position)


def _in_quotes(text: str, start: int, end: int) -> list[ShellRead]:
    found = []
    position = text.find("$", start, end)
    while position >= 0:
        begin = position + 2 if text.startswith("{", position + 1) else position + 1
        stop = min(_name_end(text, begin), end)
        if stop > begin:
            found.append(ShellRead(text[begin:stop], Span(begin, stop), quoted=True))
        position = text.find("$", position + 1, end)
    return found


def _name_end(text: str, start: int) -> int:
    end = start
    while end < len(text) and (text[end] == "_" or (text[end].isascii() and text[end].isalnum())):
        end += 1
    return start if end > start and text[start].isdecimal() else end
