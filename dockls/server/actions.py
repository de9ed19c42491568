"""Code actions: the fixes of findings and the refactorings offered at a selection.

The menu is filled without working out any edit where the client asks for it later (`codeAction/resolve`); a client
that cannot gets every edit at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dockls.engine import (
    Diagnostic,
    Offer,
    Performed,
    UnknownRefactoringError,
    fixed,
    offers,
    perform,
    with_sound_fixes,
)
from dockls.engine.silencing import silencings
from dockls.rooms import Fix, Refused, Rule
from dockls.server.capabilities import FIX_ALL, QUICK_FIX, REFACTOR
from dockls.server.conversion import workspace_edit
from dockls.server.errors import CONTENT_MODIFIED, INVALID_PARAMS, RequestError
from dockls.server.neighbors import beside_dockerfile
from dockls.text import Edit, Span, changed_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dockls.server.analysis import EngineAnalyzer
    from dockls.server.capabilities import Client
    from dockls.server.conversion import Source
    from dockls.server.documents import Document
    from dockls.server.transport import Json


class Request(NamedTuple):
    """What a client wants actions for; `only` None means every kind but source actions."""

    document: Document
    span: Span
    only: Sequence[str] | None
    check_cancelled: Callable[[], None]

    def wants(self, kind: str) -> bool:
        """Whether actions of that kind, or of some kind below it, are asked for."""
        if self.only is None:
            return not kind.startswith("source")
        return any(_is_within(kind, wanted) or _is_within(wanted, kind) for wanted in self.only)

    def takes(self, kind: str) -> bool:
        """Whether an action of exactly that kind may be answered."""
        return self.only is None or any(_is_within(kind, wanted) for wanted in self.only)


def _is_within(kind: str, parent: str) -> bool:
    return not parent or kind == parent or kind.startswith(parent + ".")


class Actions:
    """Makes the code actions of one client."""

    def __init__(self, client: Client, analyzer: EngineAnalyzer) -> None:
        self._client = client
        self._analyzer = analyzer
        self._is_lazy = "edit" in client.action_resolve and client.action_data

    def list(self, request: Request) -> list[Json]:
        """The actions at a selection."""
        found: list[Json] = []
        if request.wants(QUICK_FIX):
            found += self._fixes(request)
        if request.wants(REFACTOR):
            found += self._refactorings(request)
        if request.wants(FIX_ALL):
            found += self._fix_all(request)
        return found

    def resolve(self, document: Document, action: Json) -> Json:
        """The action with its edit; raises RequestError if it is none of ours or the document has changed."""
        data = action.get("data")
        place = data.get("span") if isinstance(data, dict) else None
        if (
            not isinstance(data, dict)
            or not isinstance(place, list | tuple)
            or [type(offset) for offset in place] != [int, int]
        ):
            raise RequestError(INVALID_PARAMS, "the action has no data of this server")
        if data.get("version") != document.version:
            raise RequestError(CONTENT_MODIFIED, "the document has changed since the action was offered")
        span = Span(*place)
        if "refactoring" in data:
            outcome = self._performed(document, str(data["refactoring"]), span)
            if not isinstance(outcome, Performed):
                raise RequestError(INVALID_PARAMS, outcome.reason)
            action["edit"] = self._whole(document, outcome)
            return action
        for fix, diagnostic, _ in self._fixes_at(document, span):
            if diagnostic.rule.name == data.get("rule") and fix.title == action.get("title"):
                edits = fix.edits(self._analyzer.model(document))
                if edits is not None:
                    action["edit"] = self._edit(document, tuple(edits))
                    return action
        raise RequestError(INVALID_PARAMS, "the fix does not apply any more")

    # -- fixes

    def _fixes_at(self, document: Document, span: Span) -> Iterator[tuple[Fix, Diagnostic, bool]]:
        """The fixes of the findings at a place that apply, then the ways to ignore them; True with those that mend."""
        model = self._analyzer.model(document)
        here = [
            diagnostic
            for diagnostic in self._analyzer.findings(document)
            if document.tree.span_of(diagnostic.finding.place).overlaps(span)
        ]
        seen: set[tuple[str, tuple[Edit, ...]]] = set()
        for diagnostic in here:
            for fix in with_sound_fixes(model, diagnostic, self._fix_failed).finding.fixes:
                # Two rules can have the same mend.
                edits = tuple(fix.edits(model) or ())
                if (fix.title, edits) not in seen:
                    seen.add((fix.title, edits))
                    yield fix, diagnostic, True
        for diagnostic in here:
            for fix in silencings(model, diagnostic):
                yield fix, diagnostic, False

    def _fix_failed(self, rule: Rule, _: Fix, error: Exception) -> None:
        self._analyzer.room_failed(rule, error)

    def _fixes(self, request: Request) -> Iterator[Json]:
        document = request.document
        preferred: set[int] = set()
        for fix, diagnostic, mends in self._fixes_at(document, request.span):
            request.check_cancelled()
            action: Json = {
                "title": fix.title,
                "kind": QUICK_FIX,
                "diagnostics": [self._analyzer.converted(document, diagnostic)],
            }
            if mends and fix.safe and self._client.action_preferred and id(diagnostic) not in preferred:
                preferred.add(id(diagnostic))
                action["isPreferred"] = True
            if self._is_lazy:
                action["data"] = _data(
                    document, document.tree.span_of(diagnostic.finding.place), rule=diagnostic.rule.name
                )
                yield action
            elif (edits := fix.edits(self._analyzer.model(document))) is not None:
                yield action | {"edit": self._edit(document, tuple(edits))}

    def _fix_all(self, request: Request) -> Iterator[Json]:
        document = request.document
        before = self._analyzer.model(document)
        after = fixed(before, self._analyzer.rule_set(document), on_fault=self._fix_failed)
        edits = changed_lines(before.tree.text, after.tree.text)
        if edits:
            yield {"title": "Fix all that is safe to fix", "kind": FIX_ALL, "edit": self._edit(document, edits)}

    # -- refactorings

    def _refactorings(self, request: Request) -> Iterator[Json]:
        document = request.document
        for offer in offers(self._analyzer.model(document), request.span, self._analyzer.room_failed):
            request.check_cancelled()
            action: Json = {"title": offer.title, "kind": f"{offer.refactoring.kind}.{offer.refactoring.name}"}
            if request.takes(action["kind"]):
                completed = self._completed(document, request.span, offer, action)
                if completed is not None:
                    yield completed

    def _completed(self, document: Document, span: Span, offer: Offer, action: Json) -> Json | None:
        """The action with what the client needs to show or apply it; None if it cannot show it."""
        reason = offer.reason
        if offer.enabled and offer.writes_files and not self._client.creates_files:
            reason = "the editor lets no server make files; use the command line"
        elif offer.enabled:
            if self._is_lazy:
                return action | {"data": _data(document, span, refactoring=offer.refactoring.name)}
            outcome = self._performed(document, offer.refactoring.name, span)
            if isinstance(outcome, Performed):
                return action | {"edit": self._whole(document, outcome)}
            reason = outcome.reason
        return action | {"disabled": {"reason": reason or ""}} if self._client.action_disabled else None

    def _performed(self, document: Document, name: str, span: Span) -> Performed | Refused:
        try:
            outcome = perform(self._analyzer.model(document), name, span)
        except UnknownRefactoringError as error:
            raise RequestError(INVALID_PARAMS, f"there is no refactoring {name}") from error
        return outcome or Refused("It has nothing to do with this place.")

    def _whole(self, document: Document, outcome: Performed) -> Json:
        """The edit of a refactoring, with those of the files beside the Dockerfile."""
        files: list[tuple[Source, Sequence[Edit]]] = [(document, outcome.edits)] if outcome.edits else []
        beside = beside_dockerfile(self._analyzer.model(document), outcome.files, document.encoding)
        created = [one.uri for one, is_new, _ in beside if is_new]
        files += [(one, [edit]) for one, _, edit in beside]
        return workspace_edit(self._client, files, outcome.title, outcome.assumptions, created)

    def _edit(
        self, document: Document, edits: Sequence[Edit], label: str = "", assumptions: Sequence[str] = ()
    ) -> Json:
        return workspace_edit(self._client, [(document, edits)], label, assumptions)


def _data(document: Document, span: Span, **more: str) -> Json:
    return {"uri": document.uri, "version": document.version, "span": [span.start, span.end], **more}
