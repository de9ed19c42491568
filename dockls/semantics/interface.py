"""What one section says that others can see: its name, its base, the stages and images it mentions.

Everything here is a pure function of one section and remembered on it. An edit that leaves a section's interface
equal cannot change the stage graph.
"""

from typing import NamedTuple

from dockls.syntax import Flag, Instruction, Parsed, Place, Section, Word
from dockls.text import Span


class Mention(NamedTuple):
    """A word that may name a stage; `place` covers the name alone.

    `kind` is ``from`` (FROM), ``copy`` (COPY --from; ADD has no such flag) or ``mount`` (RUN --mount=…,from=).
    """

    kind: str
    place: Place
    text: str
    onbuild: bool

    @property
    def instruction(self) -> Instruction:
        """The instruction that it stands in."""
        item = self.place.item
        assert isinstance(item, Instruction)
        return item

    @property
    def has_variable(self) -> bool:
        """Whether the name contains a variable."""
        return "$" in self.text


class Interface(NamedTuple):
    """A stage as others see it; `name` is lower-cased as BuildKit does (instructions/parse.go)."""

    declaration: Instruction
    name: str | None
    name_place: Place | None
    written_name: str | None
    base: Mention | None
    mentions: tuple[Mention, ...]


class GlobalArgument(NamedTuple):
    """An ARG above the first FROM; `value` is raw, None without default."""

    name: str
    value: str | None
    place: Place


def interface_of(section: Section) -> Interface:
    """The interface of a section that begins with FROM."""
    found = section.memo.get(Interface)
    if found is None:
        found = section.memo[Interface] = _interface(section)
    assert isinstance(found, Interface)
    return found


def _interface(section: Section) -> Interface:
    declaration = section.instructions[0]
    words = declaration.words
    base = None
    if words:
        base = Mention("from", Place(declaration, words[0].span), words[0].text, onbuild=False)
    name = name_place = written = None
    if len(words) >= 3 and words[1].text.upper() == "AS":
        written = words[2].text
        name = written.lower()
        name_place = Place(declaration, words[2].span)
    mentions: list[Mention] = []
    for instruction in section.instructions[1:]:
        if instruction.keyword in ("COPY", "RUN", "ONBUILD"):
            mentions += mentions_of(instruction)
    return Interface(declaration, name, name_place, written, base, tuple(mentions))


def mentions_of(instruction: Instruction) -> tuple[Mention, ...]:
    """The stages or images that a COPY, a RUN or a trigger of those mentions, in order."""
    found = instruction.memo.get(Mention)
    if found is None:
        parsed = instruction.effective
        found = instruction.memo[Mention] = tuple(_mentions(instruction, parsed, parsed is not instruction.parsed))
    assert isinstance(found, tuple)
    return found


def _mentions(instruction: Instruction, parsed: Parsed, onbuild: bool) -> list[Mention]:
    if parsed.keyword == "COPY":
        flag = parsed.flag("from")
        if flag is None or not flag.value or flag.value_span is None:
            return []
        span = _unquoted(instruction, flag.value_span)
        return [Mention("copy", Place(instruction, span), flag.value, onbuild)]
    if parsed.keyword != "RUN":
        return []
    found: list[Mention] = []
    for flag in parsed.flags:
        if flag.name == "mount" and flag.value is not None:
            word = mount_fields(instruction, flag).get("from")
            if word is not None and word.text:
                found.append(Mention("mount", Place(instruction, word.span), word.text, onbuild))
    return found


def mount_fields(instruction: Instruction, flag: Flag) -> dict[str, Word]:
    """The ``key=value`` fields of a ``--mount`` flag, keys lower-cased; a field without ``=`` has an empty value.

    The value is CSV (commands_runmount.go, ``parseMount``); quoted fields keep their inner span.
    """
    if flag.value_span is None:
        return {}
    start, end = flag.value_span
    text = instruction.text
    fields: dict[str, Word] = {}
    for field_start, field_end in _comma_fields(text, start, end):
        equals = text.find("=", field_start, field_end)
        if equals < 0:
            key, value_start = text[field_start:field_end], field_end
        else:
            key, value_start = text[field_start:equals], equals + 1
        span = _unquoted(instruction, Span(value_start, field_end))
        fields.setdefault(key.strip(" \t\"'").lower(), Word(text[span.start : span.end], span, ""))
    return fields


def _comma_fields(text: str, start: int, end: int) -> list[tuple[int, int]]:
    fields: list[tuple[int, int]] = []
    quote = ""
    begin = start
    for position in range(start, end):
        character = text[position]
        if quote:
            if character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif character == ",":
            fields.append((begin, position))
            begin = position + 1
    fields.append((begin, end))
    return fields


def _unquoted(instruction: Instruction, span: Span) -> Span:
    """The span without quotes around or dangling at its ends."""
    start, end = span
    text = instruction.text
    while start < end and text[start] in "'\"":
        start += 1
    while end > start and text[end - 1] in "'\"":
        end -= 1
    return Span(start, end)


def global_arguments_of(section: Section) -> tuple[GlobalArgument, ...]:
    """The ARGs of the section above the first FROM, in order."""
    found = section.memo.get(GlobalArgument)
    if found is None:
        found = section.memo[GlobalArgument] = tuple(
            [
                GlobalArgument(pair.name, pair.value, Place(instruction, pair.name_span))
                for instruction in section.instructions
                if instruction.keyword == "ARG"
                for pair in instruction.pairs
            ]
        )
    assert isinstance(found, tuple)
    return found
