"""The official images of Elixir and Erlang."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer

IMAGES = ("elixir:1.19", "elixir:1.19-slim", "elixir:1.19-alpine", "elixir:1.18", "erlang:27-alpine")


def add(layer: Layer, image: ImageFacts) -> None:
    """Nothing of its own."""
