"""The official images of Go."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer

IMAGES = ("golang:1.25", "golang:1.25-bookworm", "golang:1.25-alpine", "golang:1.26", "golang:1.26-alpine")


def add(layer: Layer, image: ImageFacts) -> None:
    """The folder of Go's own packages."""
    layer.file("usr/local/go/VERSION", f"go{image.version}\n")
