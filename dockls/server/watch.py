"""Ends the server when the editor that started it is gone (`processId` of `initialize`)."""

from __future__ import annotations

import os
import sys
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_PERIOD = 2.0


def watch(process: object, gone: Callable[[], None]) -> None:
    """Calls `gone`, from another thread, as soon as the process with that id has ended.

    An id that names no process now is not watched: an editor outside a container sends one that means nothing
    inside, and the end of standard input still ends the server.
    """
    if not isinstance(process, int) or isinstance(process, bool) or process <= 0:
        return
    wait = _waiter(process)
    if wait is None:
        return

    def run() -> None:
        wait()
        gone()

    threading.Thread(target=run, name="parent watch", daemon=True).start()


def _waiter(process: int) -> Callable[[], None] | None:
    """A function that returns when the process ends; None if there is no such process."""
    if sys.platform == "win32":
        return _windows_waiter(process)
    if hasattr(os, "pidfd_open"):
        try:
            descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            return None
        except OSError:  # an old kernel or a sandbox
            return _polling_waiter(process)
        import select

        return lambda: select.select([descriptor], [], []) and None
    return _polling_waiter(process)


def _polling_waiter(process: int) -> Callable[[], None] | None:
    def wait() -> None:
        while _is_alive(process):
            time.sleep(_PERIOD)

    return wait if _is_alive(process) else None


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it exists but belongs to somebody else
        return True
    return True


def _windows_waiter(process: int) -> Callable[[], None] | None:
    """`os.kill` would end the process on Windows, so its handle is waited for instead."""
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]
    synchronize, forever = 0x00100000, 0xFFFFFFFF
    handle = kernel.OpenProcess(synchronize, False, process)
    if not handle:
        return None
    return lambda: kernel.WaitForSingleObject(handle, forever) and None
