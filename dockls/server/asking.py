"""Asks registries for the platforms of base images while the editor goes on, and has the documents checked again."""

from __future__ import annotations

import threading

from dockls.project.registry import Registries
from dockls.semantics import Model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.server.front import Front

_WARNING = 2


class Asking:
    """The registries that the user lets be asked, and the thread that waits for them."""

    def __init__(self, names: tuple[str, ...], front: Front) -> None:
        self._registries = Registries(names)
        self._front = front
        self._asked: set[str] = set()

    def answered(self, model: Model) -> Model:
        """The model with what is known by now; what is not is asked for, and the documents are checked again then."""
        waiting = [
            image for image in model.base_images if image not in self._asked and self._registries.asks_for(image)
        ]
        now = Model(model.tree, self._registries.around(model.surroundings))
        if waiting:
            self._asked.update(waiting)
            threading.Thread(target=self._ask, args=(waiting,), name="registry", daemon=True).start()
        return now

    def _ask(self, images: list[str]) -> None:
        for image in images:
            problem = self._registries.ask(image).problem
            if problem is not None:
                self._front.log(_WARNING, problem)
        # As if a file around the documents had changed: the main thread then looks at all of them again.
        changed = {"jsonrpc": "2.0", "method": "workspace/didChangeWatchedFiles", "params": {"changes": []}}
        self._front.inbox.feed([changed])
