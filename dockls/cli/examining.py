"""Checks files and tells each one's outcome as plain data, which another process or a later run can take over."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable
from typing import NamedTuple

from dockls.cli.baseline import Baseline, mark_of
from dockls.cli.diff import unified
from dockls.cli.opening import Opened, UnreadableError, complain, meant, near, open_model, write
from dockls.cli.outcomes import STDIN, Outcome, names
from dockls.cli.paint import Paint
from dockls.cli.rendering import render
from dockls.cli.report import failed, finding_of
from dockls.engine import RuleSet, check, configured, fixed, known_words, with_sound_fixes
from dockls.project import Configuration, Found, Neighborhood, load_configuration
from dockls.rooms import Fix, Rule, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.project.registry import Registries


class Examined(NamedTuple):
    """The outcomes of some files in their order; `failed` tells that something ends in exit status 2."""

    outcomes: list[Outcome]
    failed: bool


def examined(
    options: Namespace,
    paint: Paint,
    files: Iterable[Found],
    told: Callable[[int], None],
    tell: Callable[[str], None] = complain,
) -> Examined:
    """Check files one after the other; `told` is told how many more are done, `tell` what goes wrong."""
    session = Session(options, tell)
    outcomes: list[Outcome] = []
    if session.takes_baseline() and session.knows([*names(options.select), *names(options.ignore)]):
        for found in files:
            try:
                if found.problem is not None:
                    raise UnreadableError(found.problem)
                outcomes.append(_outcome(session, found.path, paint))
            except UnreadableError as error:
                session.fail(str(error))
            told(1)
    return Examined(outcomes, session.failed)


class Session:
    """What one run has gathered: settings by folder, problems that end in exit status 2."""

    def __init__(self, options: Namespace, tell: Callable[[str], None]) -> None:
        self.options = options
        self._tell = tell
        self.known = known_words()
        self.failed = False
        self._sets: dict[object, RuleSet] = {}
        self._configurations: dict[str, Configuration] = {}
        self._told: set[str] = set()
        self.neighborhood = Neighborhood()
        self.baseline: Baseline | None = None
        self._registries: dict[tuple[str, ...], Registries] = {}

    def fail(self, sentence: str) -> None:
        """Tell a problem, once, and end in exit status 2."""
        self.failed = True
        if sentence not in self._told:
            self._told.add(sentence)
            self._tell(sentence)

    def configuration(self, path: str) -> Configuration:
        """The settings for the file at a path, with what the command line says on top."""
        import posixpath

        folder = "." if path == STDIN else posixpath.dirname(path) or "."
        if folder not in self._configurations:
            options = self.options
            found = load_configuration(folder, self.known, file=options.config)
            for problem in found.problems:
                place = f"{near(problem.path)}:{problem.line}: " if problem.line else ""
                self.fail(f"{place}{problem.message}")
            if options.select is not None:
                found = found._replace(select=tuple(names(options.select)))
            if options.ignore is not None:
                found = found._replace(ignore=(*found.ignore, *names(options.ignore)))
            self._configurations[folder] = found
        return self._configurations[folder].for_file(path)

    def with_image_platforms(self, opened: Opened, configuration: Configuration) -> Opened:
        """The file with what the registries that may be asked say of its base images; tells what they do not."""
        from dockls.project.registry import Registries
        from dockls.semantics import Model

        registries = self._registries.setdefault(configuration.registries, Registries(configuration.registries))
        for image in filter(registries.asks_for, opened.model.base_images):
            problem = registries.ask(image).problem
            if problem is not None:
                self._tell(problem)
        around = registries.around(opened.model.surroundings)
        return opened._replace(model=Model(opened.model.tree, around))

    def takes_baseline(self) -> bool:
        """Read the baseline that is asked for; tells if it cannot be read."""
        try:
            self.baseline = Baseline.read(self.options.baseline) if self.options.baseline else None
        except UnreadableError as error:
            self.fail(str(error))
        return not self.failed

    def knows(self, names: Iterable[str]) -> bool:
        """Whether all names are those of rules; tells those that are not."""
        known = {name.lower() for name in self.known}
        for name in names:
            if name.lower() not in known:
                self.fail(f"there is no rule `{name}`{meant(name, sorted(known))}")
        return not self.failed

    def rule_set(self, configuration: Configuration) -> RuleSet:
        """The rules that settings ask for; equal settings share one set."""
        key = configuration.rules_key
        if key not in self._sets:
            self._sets[key] = configured(configuration, self._fault)
        return self._sets[key]

    def fix_failed(self, rule: Rule, fix: Fix, error: Exception) -> None:
        """Tell of a fix that raised."""
        self.fail(failed(fix, error))

    def _fault(self, rule: Rule, error: Exception) -> None:
        self.fail(f"the rule `{rule.name}` failed and was left out: {error!r}")


def _outcome(session: Session, path: str, paint: Paint) -> Outcome:
    options = session.options
    configuration = session.configuration(path)
    rule_set = session.rule_set(configuration)
    context = options.context or configuration.context
    opened = open_model(path, context, session.neighborhood, configuration)
    if configuration.registries:
        opened = session.with_image_platforms(opened, configuration)
    mended = opened
    if options.fix or options.diff:
        mended = _mended(session, opened, rule_set)
    fail_on = options.fail_on or configuration.fail_on or "warning"
    level = 0 if fail_on == "never" else Severity[{"info": "information"}.get(fail_on, fail_on).upper()]
    model = mended.model
    all_found = check(model, rule_set)
    untold = all_found if session.baseline is None else session.baseline.unknown(path, all_found)
    found = [with_sound_fixes(model, one, session.fix_failed) for one in untold]
    text, findings = "", []
    if options.format == "text":
        text = "" if options.diff else "".join([render(path, model, one, paint) for one in found])
    else:
        findings = [finding_of(model, one) for one in found]
    safe = sum(any(fix.safe for fix in one.finding.fixes) for one in found)
    return Outcome(
        path,
        text,
        findings,
        [one.severity.label for one in found],
        safe,
        sum(bool(one.finding.fixes) for one in found) - safe,
        any(one.severity <= level for one in found),
        mended is not opened,
        # What a registry says today it may not say tomorrow.
        opened.exact and not opened.model.surroundings.problems and not configuration.registries,
        [mark_of(one) for one in all_found] if options.write_baseline else [],
    )


def _mended(session: Session, opened: Opened, rule_set: RuleSet) -> Opened:
    """The file after its fixes are written; as it was if they are only shown or there are none."""
    after = fixed(opened.model, rule_set, unsafe=session.options.unsafe, on_fault=session.fix_failed)
    before, text = opened.model.tree.text, after.tree.text
    if session.options.diff:
        sys.stdout.write(unified(opened.path, before, text, Paint()))
        sys.stdout.flush()
        return opened
    if text != before or opened.path == STDIN:
        write(opened, text)
    return opened if text == before else opened._replace(model=after)
