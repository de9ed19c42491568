"""The official images of Rust."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer

IMAGES = ("rust:1.85", "rust:1.85-slim-bookworm", "rust:1.85-alpine")


def add(layer: Layer, image: ImageFacts) -> None:
    """The folder of the toolchains."""
    layer.folder("usr/local/rustup")
