"""Which rules run, and how severe each is, under one configuration."""

from collections.abc import Callable, Collection, Mapping, Sequence

from dockls.project import Configuration
from dockls.rooms import GROUPS, Rule, Severity, rules

Fault = Callable[[Rule, Exception], None]


class RuleSet:
    """The enabled rules, sorted by what they see. What a rule found is remembered per rule set."""

    __slots__ = ("_in_stages", "_severities", "by_sight", "on_fault", "rules")

    def __init__(
        self,
        enabled: Collection[Rule] | None = None,
        severities: Mapping[str, Severity] | None = None,
        on_fault: Fault | None = None,
        in_stages: Sequence[tuple[str, Sequence[str]]] = (),
    ) -> None:
        """The rules that run by default unless `enabled` names some.

        `in_stages` are patterns of names of stages, each with the rules that are silent there.

        A rule that raises silences no other: the fault goes to `on_fault`, or is raised if there is none.
        """
        self.rules = tuple(selected() if enabled is None else enabled)
        self._severities = dict(severities or {})
        self.on_fault = on_fault
        self._in_stages = tuple(in_stages)
        self.by_sight: dict[str, tuple[Rule, ...]] = {
            sight: tuple([rule for rule in self.rules if rule.sees == sight])
            for sight in ("instruction", "stage", "linked", "graph", "file")
        }

    def severity(self, rule: Rule) -> Severity | None:
        """The severity that the configuration gives the rule; None where it gives none."""
        return self._severities.get(rule.name)

    def silenced_in(self, stage: str | None) -> frozenset[str]:
        """The names, in lower case, of what the configuration silences in a stage of that name."""
        if not self._in_stages or stage is None:
            return frozenset()
        from fnmatch import fnmatchcase

        found = [names for pattern, names in self._in_stages if fnmatchcase(stage, pattern.lower())]
        return frozenset(name.lower() for names in found for name in names)


#: every rule, and the rules that run where nothing is selected
ALL, DEFAULT = "all", "default"


def selected(select: Collection[str] = (), ignore: Collection[str] = ()) -> tuple[Rule, ...]:
    """The rules that `select` names and `ignore` does not; case does not matter.

    A word is a rule's name, an alias, a group, ``default`` or ``all``; nothing selected means ``default``.
    """
    wanted = {name.lower() for name in select} or {DEFAULT}
    unwanted = {name.lower() for name in ignore}
    return tuple([rule for rule in rules() if words_of(rule) & wanted and not words_of(rule) & unwanted])


def words_of(rule: Rule) -> frozenset[str]:
    """All words in lower case that select or ignore a rule."""
    return frozenset((rule.name, ALL, rule.group or DEFAULT, *[alias.lower() for alias in rule.aliases]))


def known_words() -> frozenset[str]:
    """Every word that selects or ignores some rule, as it is written."""
    named = [name for rule in rules() for name in (rule.name, *rule.aliases)]
    return frozenset((*named, *GROUPS, ALL, DEFAULT))


def configured(
    configuration: Configuration, on_fault: Fault | None = None, other_servers: Collection[str] = ()
) -> RuleSet:
    """The rule set that settings ask for; a level is given by a rule's name or alias, "off" leaves the rule out.

    A rule that is given a level runs, be it selected or not, unless it is ignored, or is told by one of the
    `other_servers` (``docker``: BuildKit's checks; ``hadolint``: what it has a code for).
    """
    levels = {name.lower(): level for name, level in configuration.severity.items()}
    chosen = frozenset([rule.name for rule in selected(configuration.select or (), configuration.ignore)])
    enabled, severities = [], {}
    for rule in selected((ALL,), configuration.ignore):
        names = (rule.name, *[alias.lower() for alias in rule.aliases])
        level = next((levels[name] for name in names if name in levels), None)
        told = _is_told_by(rule, other_servers)
        if level != "off" and not told and (rule.name in chosen or level is not None):
            enabled.append(rule)
        if level is not None and level != "off":
            severities[rule.name] = Severity[level.upper()]
    return RuleSet(enabled, severities, on_fault, configuration.stage_ignores)


def _is_told_by(rule: Rule, servers: Collection[str]) -> bool:
    if "docker" in servers and rule.buildkit_check is not None:
        return True
    return "hadolint" in servers and any(alias.startswith("DL") for alias in rule.aliases)
