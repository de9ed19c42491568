"""Lets builds of several tests be at work at the same time: each waits for the builder most of its time."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

#: builds at a time, on two cores
_WORKERS = 4


class Parallel:
    """Does the work of all selected cases of a parametrized test as soon as the first of them asks for its result."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_WORKERS)
        self._at_work: dict[str, Future[Any]] = {}

    def result(self, item: pytest.Item, work: Callable[..., Any]) -> Any:
        """What `work`, given the parameters of `item` by name, answers; it must not touch what tests share."""
        if item.nodeid not in self._at_work:
            test = item.nodeid.partition("[")[0]
            for other in item.session.items:
                if isinstance(other, pytest.Function) and other.nodeid.partition("[")[0] == test:
                    self._at_work[other.nodeid] = self._pool.submit(work, **other.callspec.params)
        return self._at_work[item.nodeid].result()

    def stop(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(cancel_futures=True)
