"""Alpine: musl, BusyBox, no bash."""

from dockls.knowledge.images import ImageFacts
from dockls.knowledge.variants import current_release
from images.archive import Layer

IMAGES = ("alpine:latest", f"alpine:{current_release('alpine')}", "alpine:3.22")


def add(layer: Layer, image: ImageFacts) -> None:
    """Nothing of its own."""
