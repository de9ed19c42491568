"""The official images of Ruby."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer

IMAGES = ("ruby:3.4", "ruby:3.4-slim", "ruby:3.4-alpine")


def add(layer: Layer, image: ImageFacts) -> None:
    """Nothing of its own."""
