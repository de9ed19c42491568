"""``dockls check``: what the rules say of files and folders."""

import sys
from argparse import Namespace
from collections import Counter
from typing import Any, NamedTuple

from dockls.cli.diff import unified
from dockls.cli.opening import STDIN, Opened, UnreadableError, complain, open_model, write
from dockls.cli.paint import Paint
from dockls.cli.rendering import count, render
from dockls.cli.report import VERSION, as_json, finding_of
from dockls.engine import Diagnostic, RuleSet, check, configured, fixed
from dockls.project import Configuration, dockerfiles, load_configuration
from dockls.rooms import Rule, Severity, rules


class _Checked(NamedTuple):
    opened: Opened
    diagnostics: tuple[Diagnostic, ...]
    fail_on: int


class _Session:
    """What one run has gathered: settings by folder, problems that end in exit status 2."""

    def __init__(self, options: Namespace) -> None:
        self.options = options
        self.known = {name for rule in rules() for name in (rule.name, *rule.aliases)}
        self.failed = False
        self._sets: dict[object, RuleSet] = {}
        self._configurations: dict[str, Configuration] = {}
        self._told: set[str] = set()

    def tell(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            complain(sentence)

    def configuration(self, path: str) -> Configuration:
        import posixpath

        near = "." if path == STDIN else posixpath.dirname(path) or "."
        if near not in self._configurations:
            found = load_configuration(near, self.known, file=self.options.config)
            for problem in found.problems:
                self.tell(f"{problem.path}:{problem.line}: {problem.message}")
                self.failed = True
            options = self.options
            if options.select is not None:
                found = found._replace(select=tuple(self._names(options.select)))
            if options.ignore is not None:
                found = found._replace(ignore=(*found.ignore, *self._names(options.ignore)))
            self._configurations[near] = found
        return self._configurations[near]

    def _names(self, text: str) -> list[str]:
        names = [name.strip() for name in text.split(",") if name.strip()]
        known = {name.lower() for name in self.known}
        for name in names:
            if name.lower() not in known:
                from difflib import get_close_matches

                near = get_close_matches(name, sorted(self.known), 1)
                self.tell(f"there is no rule `{name}`" + (f"; did you mean `{near[0]}`?" if near else "."))
                self.failed = True
        return names

    def rule_set(self, configuration: Configuration) -> RuleSet:
        key = (configuration.select, configuration.ignore, tuple(sorted(configuration.severity.items())))
        if key not in self._sets:
            self._sets[key] = configured(configuration, self._fault)
        return self._sets[key]

    def _fault(self, rule: Rule, error: Exception) -> None:
        self.failed = True
        self.tell(f"the rule `{rule.name}` failed and was left out: {error!r}")


def run(options: Namespace) -> int:
    """Check the files; gives the exit status."""
    session = _Session(options)
    results: list[_Checked] = []
    for found in dockerfiles(options.paths):
        if found.problem is not None:
            session.tell(found.problem)
            session.failed = True
            continue
        try:
            results.append(_checked(session, found.path))
        except UnreadableError as error:
            session.tell(str(error))
            session.failed = True
    if options.format == "json":
        sys.stdout.write(as_json({"version": VERSION, "files": [_file(result) for result in results]}))
    elif not options.diff:
        _print_text(results)
    if session.failed:
        return 2
    return int(any(diagnostic.severity <= result.fail_on for result in results for diagnostic in result.diagnostics))


def _checked(session: _Session, path: str) -> _Checked:
    options = session.options
    configuration = session.configuration(path)
    rule_set = session.rule_set(configuration)
    opened = open_model(path, options.context or configuration.context)
    if options.fix or options.diff:
        opened = _mended(session, opened, rule_set)
    fail_on = options.fail_on or configuration.fail_on or "warning"
    level = 0 if fail_on == "never" else Severity[{"info": "information"}.get(fail_on, fail_on).upper()]
    return _Checked(opened, check(opened.model, rule_set), level)


def _mended(session: _Session, opened: Opened, rule_set: RuleSet) -> Opened:
    after = fixed(opened.model, rule_set, unsafe=session.options.unsafe)
    before, text = opened.model.tree.text, after.tree.text
    if text == before:
        return opened
    if session.options.diff:
        sys.stdout.write(unified(opened.path, before, text, Paint()))
        return opened
    if opened.path == STDIN:
        sys.stdout.write(text)
    else:
        write(opened.path, text)
    return Opened(opened.path, after)


def _file(result: _Checked) -> dict[str, Any]:
    model = result.opened.model
    return {
        "path": result.opened.path,
        "findings": [finding_of(model, diagnostic) for diagnostic in result.diagnostics],
    }


def _print_text(results: list[_Checked]) -> None:
    paint = Paint()
    severities: Counter[Severity] = Counter()
    fixable = 0
    for result in results:
        for diagnostic in result.diagnostics:
            sys.stdout.write(render(result.opened.path, result.opened.model, diagnostic, paint))
            severities[diagnostic.severity] += 1
            fixable += any(fix.safe for fix in diagnostic.finding.fixes)
    files = count(len(results), "file")
    if not results:
        complain("no Dockerfile found.")
    elif not severities:
        print(f"{files} checked, nothing found.")
    else:
        parts = ", ".join([count(number, severity.label) for severity, number in sorted(severities.items())])
        mend = f" {fixable} can be mended with --fix." if fixable else ""
        print(f"{files} checked: {parts}.{mend}")
