"""Images that bring a tool for tests together with browsers, tagged by the tool's version.

The facts stand in `data/browser-test-images.json`.
"""

from typing import NamedTuple

from .image_reference import parse_reference
from .tables import table


class BrowserTestImage(NamedTuple):
    """The tool of an image, the major version that its tag names, and the newest one at the date of the table."""

    program: str
    major: int
    newest: int


#: no tool has that many major versions; a longer number is a date
_LONGEST = 3


def browser_test_image(text: str) -> BrowserTestImage | None:
    """What is known of such an image; None for others, and where the tag names no version."""
    reference = parse_reference(text)
    entry = None if reference is None else table("browser-test-images")["images"].get(reference.familiar)
    if reference is None or entry is None or reference.digest is not None:
        return None
    # The long tags of Cypress begin with its name: `cypress-15.1.0-node-22.19.0-chrome-…`.
    tag = (reference.tag or "").removeprefix(entry["program"].lower() + "-")
    major, dot, _ = tag.partition(".")
    if not major.isdecimal() or len(major) > _LONGEST or not (dot or major == tag):
        return None
    return BrowserTestImage(entry["program"], int(major), entry["major"])
