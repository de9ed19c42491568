"""Turns the physical lines of a continued instruction into one line of shell, in place.

BuildKit joins continued lines and drops comment and blank lines between them before a shell sees anything (see
"Line continuation" and "Comments" in https://docs.docker.com/reference/dockerfile/#format). A shell joins lines at a
backslash too, but would end the command at such a comment.
"""

from dockls.shell.masks import tokens


def neutralize(text: str, escape: str = "\\") -> str:
    """The shell text of a body given as its physical lines; always of exactly the same length.

    `text` starts anywhere in the first line, which therefore is never a comment. Comment and blank lines within
    the continuation become blanks, line ends included; the escape character at a line end, whatever white
    space follows it, becomes a backslash directly before the line end. Everything behind the first line that is not
    continued (the lines of heredocs) stays as it is. A shell comment at the end of a continued line swallows the
    lines that follow, as it does in the image.
    """
    if "\n" not in text:
        return text
    pieces: list[str] = []
    position, length, joined = 0, len(text), False
    while position < length:
        end = text.find("\n", position)
        line = text[position:] if end < 0 else text[position:end]
        position = length if end < 0 else end + 1
        blank = line.strip()
        if pieces and (not blank or blank.startswith("#")):
            pieces.append(" " * (len(line) + (end >= 0)))
            continue
        kept = line.rstrip("\r").rstrip(" \t")
        if end < 0 or not _continues(kept, escape):
            pieces += (line, "" if end < 0 else "\n")
            break
        joined = True
        pieces += (kept[:-1], " " * (len(line) - len(kept)), "\\\n")
    result = "".join(pieces)
    end = len(result.rstrip(" "))
    if position == length and joined and result.endswith("\\\n", 0, end):
        # nothing is left to continue with
        result = result[: end - 2] + " \n" + result[end:]
    if joined and "#" in result:
        result = _without_trailing_comment(result)
    return result + text[position:]


def _continues(line: str, escape: str) -> bool:
    return line.endswith(escape) and not line.endswith(escape * 2)


def _without_trailing_comment(text: str) -> str:
    for match in tokens().finditer(text):
        if match["comment"] is not None and match["comment"].endswith("\\") and match.end() < len(text):
            rest = text[match.start() :]
            tail = "\n" if rest.endswith("\n") else ""
            return text[: match.start()] + " " * (len(rest) - len(tail)) + tail
    return text
