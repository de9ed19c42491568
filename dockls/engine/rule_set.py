"""Which rules run, and how severe each is, under one configuration."""

from collections.abc import Callable, Collection, Mapping

from dockls.project import Configuration
from dockls.rooms import GROUPS, Rule, Severity, rules

Fault = Callable[[Rule, Exception], None]


class RuleSet:
    """The enabled rules, sorted by what they see. What a rule found is remembered per rule set."""

    __slots__ = ("_severities", "by_sight", "on_fault", "rules")

    def __init__(
        self,
        enabled: Collection[Rule] | None = None,
        severities: Mapping[str, Severity] | None = None,
        on_fault: Fault | None = None,
    ) -> None:
        """The rules that run by default unless `enabled` names some.

        A rule that raises silences no other: the fault goes to `on_fault`, or is raised if there is none.
        """
        self.rules = tuple(selected() if enabled is None else enabled)
        self._severities = dict(severities or {})
        self.on_fault = on_fault
        self.by_sight: dict[str, tuple[Rule, ...]] = {
            sight: tuple([rule for rule in self.rules if rule.sees == sight])
            for sight in ("instruction", "stage", "graph", "file")
        }

    def severity(self, rule: Rule) -> Severity | None:
        """The severity that the configuration gives the rule; None where it gives none."""
        return self._severities.get(rule.name)


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


def configured(configuration: Configuration, on_fault: Fault | None = None) -> RuleSet:
    """The rule set that settings ask for; a level is given by a rule's name or alias, "off" leaves the rule out.

    A rule that is given a level runs, be it selected or not, unless it is ignored.
    """
    levels = {name.lower(): level for name, level in configuration.severity.items()}
    chosen = frozenset([rule.name for rule in selected(configuration.select or (), configuration.ignore)])
    enabled, severities = [], {}
    for rule in selected((ALL,), configuration.ignore):
        names = (rule.name, *[alias.lower() for alias in rule.aliases])
        level = next((levels[name] for name in names if name in levels), None)
        if level != "off" and (rule.name in chosen or level is not None):
            enabled.append(rule)
        if level is not None and level != "off":
            severities[rule.name] = Severity[level.upper()]
    return RuleSet(enabled, severities, on_fault)
