"""The analysis of the open documents: their models, kept from edit to edit, and what the rules say of them."""

from __future__ import annotations

import os

from dockls.engine import RuleSet, check_sections, configured, known_words
from dockls.project import EMPTY_SURROUNDINGS, load_configuration, surroundings
from dockls.semantics import Model
from dockls.server.conversion import diagnostic
from dockls.server.documents import path_of
from dockls.server.fragments import Fragments, stays_inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockls.engine import Diagnostic
    from dockls.project import Configuration
    from dockls.rooms import Finding, Refactoring, Rule
    from dockls.server.asking import Asking
    from dockls.server.documents import Document
    from dockls.server.session import Session
    from dockls.server.transport import Encoded, Json

_WARNING = 2


class _Memory:
    """What is kept of one document from version to version."""

    __slots__ = ("model", "rule_set")

    def __init__(self, model: Model, rule_set: RuleSet) -> None:
        self.model = model
        self.rule_set = rule_set


class EngineAnalyzer:
    """Models and diagnostics of the open documents, as the settings ask for them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rule_sets: dict[object, RuleSet] = {}
        self._reported: set[str] = set()
        self._askings: dict[tuple[str, ...], Asking] = {}

    def model(self, document: Document) -> Model:
        """What the current version of the document means."""
        return self._remembered(document).model

    def rule_set(self, document: Document) -> RuleSet:
        """The rules that the settings for the document ask for."""
        return self._remembered(document).rule_set

    def findings(self, document: Document) -> Iterator[Diagnostic]:
        """What the rules say of the current version, section by section."""
        memory = self._remembered(document)
        for section in check_sections(memory.model, memory.rule_set):
            yield from section

    def diagnostics(self, document: Document) -> Encoded:
        """The same as a JSON list of LSP diagnostics."""
        memory = self._remembered(document)
        found = check_sections(memory.model, memory.rule_set)

        def convert(diagnostics: Iterable[Diagnostic], offset: int) -> list[Json]:
            return [self.converted(document, diagnostic) for diagnostic in diagnostics]

        return Fragments.of(document, "diagnostics").joined(document, found, convert, stays_inside)

    def converted(self, document: Document, found: Diagnostic) -> Json:
        """One finding as an LSP diagnostic."""
        span_of = document.tree.span_of
        finding = found.finding
        return diagnostic(
            self._session.client,
            document,
            span_of(finding.place),
            finding.message,
            severity=found.severity,
            code=found.rule.name,
            tags=_tags(finding),
            related=[(span_of(related.place), related.message) for related in finding.related],
        )

    def forget_surroundings(self, document: Document | None = None) -> None:
        """Has settings and neighboring files read again, for one document or all."""
        for each in (document,) if document is not None else self._session.documents:
            each.memory = None

    def _remembered(self, document: Document) -> _Memory:
        memory = document.memory
        if not isinstance(memory, _Memory):
            memory = document.memory = self._first(document)
        elif memory.model.tree is not document.tree:
            memory.model = memory.model.updated(document.tree)
        return memory

    def _first(self, document: Document) -> _Memory:
        path = document.path
        configuration = self._configuration(path)
        around = EMPTY_SURROUNDINGS
        if path is not None:
            texts = {each.path: each.tree.text for each in self._session.documents if each.path is not None}
            texts[path] = document.tree.text
            around = surroundings(path, context=configuration.context, open_files=texts)
            self._report(around.problems)
        model = Model(document.tree, around.with_settings(configuration))
        # Only the user may have the editor speak to the network, and not a file of the folder that is open.
        if self._session.settings.values.get("registries") and configuration.registries:
            model = self._asking(configuration.registries).answered(model)
        return _Memory(model, self._rule_set(configuration))

    def _asking(self, names: tuple[str, ...]) -> Asking:
        """What asks the registries of these names."""
        from dockls.server.asking import Asking

        if names not in self._askings:
            self._askings[names] = Asking(names, self._session.front)
        return self._askings[names]

    def _configuration(self, path: str | None) -> Configuration:
        """The settings for a file; those for a document without a file are the first workspace folder's."""
        folders = [folder for uri in self._session.client.folders if (folder := path_of(uri))]
        near = path or (folders[0] if folders else os.sep)
        known = known_words()
        found = load_configuration(near, known, editor=self._session.settings.values)
        found = found._replace(severity=self._session.settings.levels | dict(found.severity))
        self._report([f"{problem.path}: {problem.message}" for problem in found.problems])
        return found.for_file(path) if path else found

    def _report(self, problems: tuple[str, ...] | list[str]) -> None:
        for problem in problems:
            if problem not in self._reported:
                self._reported.add(problem)
                self._session.front.log(_WARNING, problem)

    def _rule_set(self, configuration: Configuration) -> RuleSet:
        # What a rule found is remembered per rule set, so equal settings must share one.
        key = configuration.rules_key
        if key not in self._rule_sets:
            self._rule_sets[key] = configured(configuration, self.room_failed, configuration.other_servers)
        return self._rule_sets[key]

    def room_failed(self, room: Rule | Refactoring, error: Exception) -> None:
        """Writes the fault of a rule or refactoring to the editor's log, once."""
        if room.name not in self._reported:
            self._reported.add(room.name)
            self._session.front.log_fault(f"{room.name} failed", error)


def _tags(finding: Finding) -> tuple[str, ...]:
    """The names of LSP's DiagnosticTags that a finding has."""
    wanted = {"unnecessary": finding.unnecessary, "deprecated": finding.deprecated}
    return tuple([name for name, has in wanted.items() if has])
