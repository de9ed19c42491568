"""What follows `initialize`: the documents, their diagnostics, the settings, and the way to all other handlers."""

from __future__ import annotations

from dockls.server.diagnostics import Diagnostics
from dockls.server.documents import Documents
from dockls.server.loading import Loader, settle_memory
from dockls.server.settings import DOCKER_SECTION, SECTION, Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from dockls.server.app import App
    from dockls.server.capabilities import Client
    from dockls.server.diagnostics import Analyzer
    from dockls.server.front import Front
    from dockls.server.transport import Json

# How long to wait for a first document before loading the handlers all the same, in seconds.
_MOMENT = 0.3

#: files whose change can change what is found in an open Dockerfile
WATCHED = (
    "**/dockls.toml",
    "**/pyproject.toml",
    "**/.hadolint.{yaml,yml}",
    "**/*.dockerignore",
    "**/{compose,docker-compose}*.{yaml,yml}",
    "**/docker-bake*.{hcl,json}",
)


class Session:
    """Everything that lives from `initialize` to `exit`.

    `requests` and `notifications` name the messages that are answered without pygls; a handler there takes the
    parameters as a JSON object, and one of a request returns its result or raises RequestError.
    """

    def __init__(
        self,
        front: Front,
        client: Client,
        make_analyzer: Callable[[Session], Analyzer] | None = None,
        make_app: Callable[[Session], App] | None = None,
    ) -> None:
        self.front = front
        self.client = client
        self.settings = Settings(front.log, client.options)
        self.documents = Documents(client.encoding)
        self.analyzer: Analyzer = (make_analyzer or _make_analyzer)(self)
        self.diagnostics = Diagnostics(front, client, self.documents, self.analyzer)
        self.loader = Loader(lambda: (make_app or _make_app)(self), _load_refactorings)
        self._is_initialized = False
        self.requests: dict[str, Callable[[Json], Any]] = {
            "textDocument/diagnostic": self.diagnostics.report,
        }
        self.notifications: dict[str, Callable[[Json], object]] = {
            "initialized": self._initialized,
            "textDocument/didOpen": lambda params: self.diagnostics.touch(self.documents.open(params)),
            "textDocument/didChange": lambda params: self.diagnostics.touch(self.documents.change(params)),
            "textDocument/didSave": lambda params: self.diagnostics.saved(self.documents.named(params)),
            "textDocument/didClose": self._did_close,
            "workspace/didChangeConfiguration": self._did_change_configuration,
            "workspace/didChangeWatchedFiles": lambda params: self.diagnostics.touch_all(),
            "workspace/didChangeWorkspaceFolders": self._did_change_folders,
        }
        settle_memory()

    # -- the front's pace

    def patience(self) -> float | None:
        """How long the front may wait for a message before it calls `idle`, in seconds; None: forever."""
        if self.diagnostics.is_due:
            return 0
        if self.loader.is_started or not self._is_initialized:
            return None
        return 0 if self.diagnostics.has_served else _MOMENT

    def is_overdue(self) -> bool:
        """Whether `idle` should be called although messages are waiting."""
        return self.diagnostics.is_overdue()

    def idle(self) -> None:
        """Does one piece of what may wait until no message is left."""
        if self.diagnostics.is_due:
            self.diagnostics.publish_next()
        else:
            self.loader.start()

    # -- everything that is not answered here

    def forward(self, message: Json) -> None:
        """Has pygls answer a request, loading it first if need be."""
        self.loader.app().request(message)

    def notice(self, message: Json) -> None:
        """Gives a notification or a response to pygls, if it can be waiting for one."""
        if self.loader.is_ready:
            self.loader.app().notice(message)

    # -- notifications

    def _initialized(self, params: Json) -> None:
        self._is_initialized = True
        registrations = []
        if self.client.register_configuration:
            method = "workspace/didChangeConfiguration"
            registrations.append({"id": method, "method": method, "registerOptions": {"section": SECTION}})
        if self.client.register_watchers:
            method = "workspace/didChangeWatchedFiles"
            watchers = [{"globPattern": pattern} for pattern in WATCHED]
            registrations.append({"id": method, "method": method, "registerOptions": {"watchers": watchers}})
        if registrations:
            self.front.ask("client/registerCapability", {"registrations": registrations})
        if self.client.configuration:
            self._ask_configuration()

    def _ask_configuration(self) -> None:
        def answered(result: Any) -> None:
            if isinstance(result, list) and result:
                self._use(*result[:2])

        items = [{"section": SECTION}, {"section": DOCKER_SECTION}]
        self.front.ask("workspace/configuration", {"items": items}, answered)

    def _use(self, values: Any, of_docker: Any = None) -> None:
        changed = [self.settings.update(values), self.settings.update_levels(of_docker)]
        if any(changed):
            self.diagnostics.touch_all()

    def _did_change_configuration(self, params: Json) -> None:
        if self.client.configuration:
            self._ask_configuration()
        else:
            self._use(params.get("settings"))

    def _did_change_folders(self, params: Json) -> None:
        event = params.get("event")
        if not isinstance(event, dict):
            return
        removed = {folder.get("uri") for folder in event.get("removed") or ()}
        added = [folder.get("uri") for folder in event.get("added") or ()]
        self.client.folders = [uri for uri in self.client.folders if uri not in removed] + added
        self.diagnostics.touch_all()

    def _did_close(self, params: Json) -> None:
        document = self.documents.close(params)
        if document is not None:
            self.diagnostics.drop(document)


def _make_analyzer(session: Session) -> Analyzer:
    from dockls.server.analysis import EngineAnalyzer

    return EngineAnalyzer(session)


def _make_app(session: Session) -> App:
    from dockls.server.lazy_types import load_types

    load_types()
    from dockls.server.app import App

    return App(session)


def _load_refactorings() -> None:
    """The first code action would wait for these modules otherwise."""
    from dockls.rooms import refactorings

    refactorings()
