"""Reads the fact tables under `data/`: JSON files that name their sources and their date.

Nothing is read until a fact is first asked for; each file is read once per process and must not be changed by
those who get it.
"""

from functools import cache
from os.path import dirname, join  # pathlib would cost several milliseconds of start-up
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The fact table `data/<name>.json`, parsed; raises FileNotFoundError when there is none of that name."""
    import json

    with open(join(dirname(__file__), "data", name + ".json"), encoding="utf-8") as stream:  # noqa: PTH118, PTH120
        document: dict[str, Any] = json.load(stream)
    return document


@cache
def word_set(name: str, key: str) -> frozenset[str]:
    """The list of strings under `key` of the table `name`, as a set."""
    return frozenset(table(name)[key])
