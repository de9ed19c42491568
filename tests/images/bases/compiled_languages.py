"""The images that compile Haskell, Swift, Dart and Crystal."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer

IMAGES = (
    "haskell:9.12",
    "haskell:9.10-slim",
    "swift:6.1",
    "swift:6.1-slim",
    "dart:3.9",
    "crystallang/crystal:1.17-alpine",
)


def add(layer: Layer, image: ImageFacts) -> None:
    """Nothing of its own."""
