"""``dockls check``: what the rules say of files and folders."""

import sys
from argparse import Namespace
from collections.abc import Iterable
from typing import Any, NamedTuple

from dockls.cli.diff import unified
from dockls.cli.opening import STDIN, Opened, UnreadableError, complain, meant, near, open_model, write
from dockls.cli.paint import Paint
from dockls.cli.rendering import render, summary
from dockls.cli.report import VERSION, as_json, finding_of
from dockls.engine import Diagnostic, RuleSet, check, configured, fixed, known_words
from dockls.project import Configuration, Neighborhood, dockerfiles, load_configuration
from dockls.rooms import Rule, Severity
from dockls.semantics import Model


class _Checked(NamedTuple):
    opened: Opened
    diagnostics: tuple[Diagnostic, ...]
    fail_on: int
    mended: bool


class _Session:
    """What one run has gathered: settings by folder, problems that end in exit status 2."""

    def __init__(self, options: Namespace) -> None:
        self.options = options
        self.known = known_words()
        self.failed = False
        self._sets: dict[object, RuleSet] = {}
        self._configurations: dict[str, Configuration] = {}
        self._told: set[str] = set()
        self.neighborhood = Neighborhood()

    def fail(self, sentence: str) -> None:
        """Tell a problem, once, and end in exit status 2."""
        self.failed = True
        if sentence not in self._told:
            self._told.add(sentence)
            complain(sentence)

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
                found = found._replace(select=tuple(_names(options.select)))
            if options.ignore is not None:
                found = found._replace(ignore=(*found.ignore, *_names(options.ignore)))
            self._configurations[folder] = found
        return self._configurations[folder].for_file(path)

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

    def _fault(self, rule: Rule, error: Exception) -> None:
        self.fail(f"the rule `{rule.name}` failed and was left out: {error!r}")


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def run(options: Namespace) -> int:
    """Check the files; gives the exit status."""
    session = _Session(options)
    if not session.knows([*_names(options.select), *_names(options.ignore)]):
        return 2
    results: list[_Checked] = []
    for found in dockerfiles(options.paths):
        try:
            if found.problem is not None:
                raise UnreadableError(found.problem)
            results.append(_checked(session, found.path))
        except UnreadableError as error:
            session.fail(str(error))
    if options.format == "text":
        _print_text(results, session)
    else:
        sys.stdout.write(_document(options.format, [_file(result) for result in results]))
    if session.failed:
        return 2
    return int(any(diagnostic.severity <= result.fail_on for result in results for diagnostic in result.diagnostics))


def _checked(session: _Session, path: str) -> _Checked:
    options = session.options
    configuration = session.configuration(path)
    rule_set = session.rule_set(configuration)
    context = options.context or configuration.context
    opened = open_model(path, context, session.neighborhood, configuration.targets)
    mended = opened
    if options.fix or options.diff:
        mended = _mended(session, opened, rule_set)
    fail_on = options.fail_on or configuration.fail_on or "warning"
    level = 0 if fail_on == "never" else Severity[{"info": "information"}.get(fail_on, fail_on).upper()]
    found = tuple([_with_sound_fixes(mended.model, one) for one in check(mended.model, rule_set)])
    return _Checked(mended, found, level, mended is not opened)


def _with_sound_fixes(model: Model, diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic with those of its fixes that apply here."""
    finding = diagnostic.finding
    fixes = tuple([fix for fix in finding.fixes if fix.edits(model)])
    return diagnostic._replace(finding=finding._replace(fixes=fixes))


def _mended(session: _Session, opened: Opened, rule_set: RuleSet) -> Opened:
    """The file after its fixes are written; as it was if they are only shown or there are none."""
    after = fixed(opened.model, rule_set, unsafe=session.options.unsafe)
    before, text = opened.model.tree.text, after.tree.text
    if session.options.diff:
        sys.stdout.write(unified(opened.path, before, text, Paint()))
        sys.stdout.flush()
        return opened
    if text != before or opened.path == STDIN:
        write(opened, text)
    return opened if text == before else opened._replace(model=after)


def _document(style: str, files: list[dict[str, Any]]) -> str:
    if style == "json":
        return as_json({"version": VERSION, "files": files})
    from dockls.cli import exchange

    written: str = getattr(exchange, style)(files)
    return written


def _file(result: _Checked) -> dict[str, Any]:
    model = result.opened.model
    return {
        "path": result.opened.path,
        "findings": [finding_of(model, diagnostic) for diagnostic in result.diagnostics],
    }


def _print_text(results: list[_Checked], session: _Session) -> None:
    options = session.options
    # Standard output is for the diff, and for the mended text where standard input was mended.
    stream = sys.stderr if options.diff or (options.fix and STDIN in options.paths) else sys.stdout
    paint = Paint(stream)
    for result in results if not options.diff else ():
        for diagnostic in result.diagnostics:
            stream.write(render(result.opened.path, result.opened.model, diagnostic, paint))
    if results:
        mended = sum(result.mended for result in results)
        diagnostics = [diagnostic for result in results for diagnostic in result.diagnostics]
        stream.write(summary(len(results), mended, diagnostics, paint))
    elif not session.failed:
        complain("no Dockerfile found.")
