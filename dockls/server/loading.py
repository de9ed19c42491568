"""Loads the slow half of the server (pygls, lsprotocol, the handlers) in a thread, behind the first diagnostics."""

from __future__ import annotations

import gc
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from dockls.server.app import App

# While modules load, the main thread must get the interpreter back quickly when a key is pressed; the default of
# 5 ms for each hand-over would be felt.
_LOADING_SWITCH_INTERVAL = 0.0005

# What a server allocates for one message is freed by reference counting; full collections only cost time
# (3 ms and more with all modules loaded), so the youngest generation is made larger than CPython's 700. Larger still
# would save nothing that can be measured and let the cycles of superseded models pile up.
_THRESHOLDS = (20_000, 10, 10)


class Loader:
    """Runs `load` once, in a thread, hands out what it returned, and goes on to `prepare` what may be wanted next."""

    def __init__(self, load: Callable[[], App], prepare: Callable[[], object] | None = None) -> None:
        self._load = load
        self._prepare = prepare
        self._thread: threading.Thread | None = None
        self._is_done = threading.Event()
        self._app: App | None = None
        self._fault: BaseException | None = None

    @property
    def is_started(self) -> bool:
        """Whether loading has begun."""
        return self._thread is not None

    @property
    def is_ready(self) -> bool:
        """Whether `app` would return without waiting."""
        return self._app is not None

    def start(self) -> None:
        """Begins to load, unless that has happened."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="loader", daemon=True)
            self._thread.start()

    def app(self) -> App:
        """The loaded half; waits for it. Raises whatever loading raised."""
        if self._app is None:
            self.start()
            self._is_done.wait()
        if self._app is None:
            raise self._fault or RuntimeError("the handlers could not be loaded")
        return self._app

    def _run(self) -> None:
        interval = sys.getswitchinterval()
        sys.setswitchinterval(_LOADING_SWITCH_INTERVAL)
        try:
            self._app = self._load()
            self._is_done.set()
            if self._prepare is not None:
                self._prepare()
        except BaseException as fault:
            self._fault = fault
        finally:
            self._is_done.set()
            sys.setswitchinterval(interval)
            settle_memory()


def settle_memory() -> None:
    """Takes everything loaded so far out of the garbage collector's sight and lets it work again, seldom."""
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()
