"""Debian, with and without what the slim image leaves out."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer

IMAGES = ("debian:trixie", "debian:trixie-slim", "debian:bookworm", "debian:bookworm-slim")


def add(layer: Layer, image: ImageFacts) -> None:
    """Nothing of its own."""
