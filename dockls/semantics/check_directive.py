"""BuildKit's ``# check=…``, as a directive at the top of the file and as a comment above an instruction.

``skip`` names checks that are not told, ``error=true`` makes what is told fail the build, ``experimental`` turns on
checks that are off otherwise; parts are divided by semicolons, names by commas (``linter.ParseLintOptions`` in
frontend/dockerfile/linter, docs.docker.com/reference/dockerfile/#check). Behind ``//`` a comment above an instruction
may say why.
"""

from typing import NamedTuple

from dockls.syntax import Directive, Dockerfile, Section

#: stands for every check
ALL = "all"


class CheckOptions(NamedTuple):
    """What one directive or comment says; names in lower case, `ALL` among them for every check."""

    skipped: frozenset[str] = frozenset()
    is_error: bool = False
    experimental: frozenset[str] = frozenset()


_NONE = CheckOptions()
_TRUE = frozenset(("1", "t", "true"))


def parse_check(value: str) -> CheckOptions:
    """What stands behind ``check=``; parts that BuildKit refuses say nothing."""
    found: dict[str, str] = {}
    for part in value.split(";"):
        key, _, text = part.partition("=")
        found[key.strip().lower()] = text.strip()
    return CheckOptions(
        _names(found.get("skip", "")), found.get("error", "").lower() in _TRUE, _names(found.get("experimental", ""))
    )


def parse_check_comment(content: str) -> CheckOptions:
    """What a comment (without its ``#``) says of the instruction below; nothing if it is another comment."""
    key, equals, value = content.partition("=")
    return parse_check(value.partition("//")[0]) if equals and key.strip().lower() == "check" else _NONE


def options_of(section: Section) -> CheckOptions:
    """What the directive in a section says; only the section above the first FROM can have one."""
    for item in section.items:
        if isinstance(item, Directive) and item.name == "check":
            return parse_check(item.value)
    return _NONE


def check_options(tree: Dockerfile) -> CheckOptions:
    """What the file's directive says."""
    return options_of(tree.sections[0])


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in text.split(",") if name.strip())
