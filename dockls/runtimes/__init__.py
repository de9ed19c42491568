"""Putting another base image under a stage: which one, what that asks of the stage, and why it may not be done.

`subject` decides cheaply whether there is anything to do; the modules `system` (slim and Alpine variants) and
`shellless` (distroless, scratch) are loaded when there is.
"""

from dockls.runtimes.subject import CannotSwitchError, Subject, subject_at

__all__ = ["CannotSwitchError", "Subject", "subject_at"]
