"""Comments that silence rules: our own, BuildKit's ``# check=skip=`` and hadolint's ``# hadolint ignore=``.

``# dockls: ignore[rule, rule] reason`` silences for the instruction below, ``ignore-stage[…]`` for the stage that the
comment stands in (or directly above), ``ignore-file[…]`` for the file; without brackets every rule. The names are ours
or any alias.
"""

from typing import NamedTuple

from dockls.rooms import Rule
from dockls.semantics import check_directive
from dockls.semantics.check_directive import options_of, parse_check_comment
from dockls.syntax import Blank, Comment, Directive, Instruction, Item, Section

#: stands for every rule
ALL = "*"


class Suppressions(NamedTuple):
    """What the comments of one section silence; names in lower case.

    `below` is for the FROM of the next section, because comments directly above a FROM stand in front of it. With
    `raises`, BuildKit's checks are errors in the whole file (``# check=error=true``).
    """

    instructions: dict[Item, frozenset[str]]
    stage: frozenset[str]
    file: frozenset[str]
    below: frozenset[str]
    below_stage: frozenset[str]
    raises: bool = False


#: a comment without one of these silences nothing
_WORDS = ("dockls", "hadolint", "check")
_NONE: frozenset[str] = frozenset()
_EMPTY = Suppressions({}, _NONE, _NONE, _NONE, _NONE)


def suppressions_of(section: Section) -> Suppressions:
    """The suppressions written in a section; remembered on it."""
    found = section.memo.get(Suppressions)
    if found is None:
        found = section.memo[Suppressions] = _read(section)
    assert isinstance(found, Suppressions)
    return found


def is_silenced(rule: Rule, names: frozenset[str]) -> bool:
    """Whether a rule is among the silenced names, by its own name or an alias."""
    return bool(names) and (ALL in names or rule.name in names or any(alias.lower() in names for alias in rule.aliases))


def _read(section: Section) -> Suppressions:
    if not any(_is_relevant(item) for item in section.items):
        return _EMPTY
    instructions: dict[Item, frozenset[str]] = {}
    stage: set[str] = set()
    file: set[str] = set()
    pending: set[str] = set()
    pending_stage: set[str] = set()
    options = options_of(section)
    file |= _all(options.skipped)
    for item in section.items:
        if isinstance(item, Comment):
            scope, names = _parsed(item.content)
            {"instruction": pending, "stage": pending_stage, "file": file}.get(scope, set()).update(names)
        elif isinstance(item, Blank):
            stage |= pending_stage
            pending, pending_stage = set(), set()
        elif isinstance(item, Instruction):
            if pending:
                instructions[item] = frozenset(pending)
            stage |= pending_stage
            pending, pending_stage = set(), set()
    return Suppressions(
        instructions, frozenset(stage), frozenset(file), frozenset(pending), frozenset(pending_stage), options.is_error
    )


def _is_relevant(item: Item) -> bool:
    if isinstance(item, Directive):
        return item.name == "check"
    return isinstance(item, Comment) and any(word in item.text for word in _WORDS)


def _all(names: frozenset[str]) -> set[str]:
    return {ALL} if check_directive.ALL in names else set(names)


def _parsed(comment: str) -> tuple[str, set[str]]:
    """The scope (``instruction``, ``stage``, ``file`` or ``""``) and the names of one comment."""
    tool, _, rest = comment.partition(":" if comment.startswith("dockls:") else " ")
    rest = rest.strip()
    if tool == "dockls":
        word = rest.split("[")[0].split(" ")[0]
        scope = {"ignore": "instruction", "ignore-stage": "stage", "ignore-file": "file"}.get(word, "")
        behind = rest[len(word) :].lstrip()
        if not behind.startswith("["):
            return scope, {ALL}
        return scope, _names(behind[1:].partition("]")[0])
    if tool == "hadolint":
        scope = "instruction"
        for prefix, wider in (("global", "file"), ("stage", "stage")):
            if rest.startswith(prefix + " "):
                scope, rest = wider, rest[len(prefix) :].strip()
        if rest.startswith("ignore="):
            return scope, _names(rest.removeprefix("ignore=").split(" ")[0])
    skipped = parse_check_comment(comment).skipped
    return ("instruction", _all(skipped)) if skipped else ("", set())


def _names(text: str) -> set[str]:
    return {name.strip().lower() for name in text.split(",") if name.strip()}
