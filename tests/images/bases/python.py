"""The official images of Python."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer

IMAGES = ("python:3.13", "python:3.13-slim", "python:3.13-alpine")


def add(layer: Layer, image: ImageFacts) -> None:
    """The folder of installed packages."""
    layer.folder("usr/local/lib/python3/site-packages")
