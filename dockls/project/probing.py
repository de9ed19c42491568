"""Says aloud that an answer depends on whether a path is there.

Opening and listing raise audit events of Python's own; asking whether something exists does not
(docs.python.org/3/library/audit_events.html). Whoever keeps answers has to know of it all the same.
"""

import sys

EVENT = "dockls.probe"


def probed(path: str) -> str:
    """The path, of which it is now asked whether it is there."""
    sys.audit(EVENT, path)
    return path
