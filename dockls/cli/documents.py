"""JSON documents as text."""

from typing import Any

#: of the documents that `check` and `refactor` print
VERSION = 1


def as_json(value: Any) -> str:
    """The text of a JSON document, ended by a line end."""
    import json

    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
