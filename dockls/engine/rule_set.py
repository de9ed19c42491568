"""Which rules run, and how severe each is, under one configuration."""

from collections.abc import Callable, Collection, Mapping

from dockls.project import Configuration
from dockls.rooms import Rule, Severity, rules

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
        """All rules unless `enabled` names some.

        A rule that raises silences no other: the fault goes to `on_fault`, or is raised if there is none.
        """
        self.rules = tuple(rules() if enabled is None else enabled)
        self._severities = dict(severities or {})
        self.on_fault = on_fault
        self.by_sight: dict[str, tuple[Rule, ...]] = {
            sight: tuple([rule for rule in self.rules if rule.sees == sight])
            for sight in ("instruction", "stage", "graph", "file")
        }

    def severity(self, rule: Rule) -> Severity | None:
        """The severity that the configuration gives the rule; None where it gives none."""
        return self._severities.get(rule.name)


def selected(select: Collection[str] = (), ignore: Collection[str] = ()) -> tuple[Rule, ...]:
    """The rules whose name or alias is in `select` (all if it is empty) and not in `ignore`; case does not matter."""
    wanted = {name.lower() for name in select}
    unwanted = {name.lower() for name in ignore}
    chosen = []
    for rule in rules():
        names = {rule.name, *[alias.lower() for alias in rule.aliases]}
        if (not wanted or names & wanted) and not names & unwanted:
            chosen.append(rule)
    return tuple(chosen)


def configured(configuration: Configuration, on_fault: Fault | None = None) -> RuleSet:
    """The rule set that settings ask for; a level is given by a rule's name or alias, "off" leaves the rule out."""
    levels = {name.lower(): level for name, level in configuration.severity.items()}
    enabled, severities = [], {}
    for rule in selected(configuration.select or (), configuration.ignore):
        names = (rule.name, *[alias.lower() for alias in rule.aliases])
        level = next((levels[name] for name in names if name in levels), None)
        if level != "off":
            enabled.append(rule)
        if level is not None and level != "off":
            severities[rule.name] = Severity[level.upper()]
    return RuleSet(enabled, severities, on_fault)
