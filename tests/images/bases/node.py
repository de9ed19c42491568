"""The official images of Node."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer

IMAGES = ("node:24", "node:24-slim", "node:24-alpine", "node:24-bookworm", "node:24-bookworm-slim")


def add(layer: Layer, image: ImageFacts) -> None:
    """The folder of global packages."""
    layer.folder("usr/local/lib/node_modules")
