"""The handlers that run on pygls, and the way a message takes to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockls import __version__
from dockls.server import handlers_actions, handlers_navigation, handlers_reading
from dockls.server.errors import METHOD_NOT_FOUND, RequestError
from dockls.server.hardened import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockls.server.session import Session
    from dockls.server.transport import Json

#: functions that register a group of handlers
REGISTRARS: tuple[Callable[[Server], None], ...] = (
    handlers_actions.register,
    handlers_navigation.register,
    handlers_reading.register,
)


class App:
    """pygls with all handlers registered; `request` and `notice` run on the main thread."""

    def __init__(self, session: Session, registrars: tuple[Callable[[Server], None], ...] = REGISTRARS) -> None:
        self.server = Server(session, __version__)
        for register in registrars:
            register(self.server)

    def _is_handled(self, method: object) -> bool:
        manager = self.server.protocol.fm
        return method in manager.features or (method == "workspace/executeCommand" and bool(manager.commands))

    def request(self, message: Json) -> None:
        """Answers a request; raises RequestError when it cannot reach a handler."""
        if not self._is_handled(message["method"]):
            raise RequestError(METHOD_NOT_FOUND, f"there is no request {message['method']}")
        protocol = self.server.protocol
        protocol.handle_message(protocol.structured(message))

    def notice(self, message: Json) -> None:
        """Handles a notification, or a response to a request that a handler has sent."""
        if "method" not in message or self._is_handled(message["method"]):
            protocol = self.server.protocol
            protocol.handle_message(protocol.structured(message))
