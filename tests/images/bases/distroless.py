"""Distroless images: accounts, certificates, time zones, some with a C library or an interpreter; no shell."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer

IMAGES = tuple(
    f"gcr.io/distroless/{name}-{release}{tag}"
    for release in ("debian12", "debian13")
    for name in ("static", "base", "cc", "java17", "java21", "nodejs24", "python3")
    for tag in ("", ":nonroot")
    if (name, release) != ("nodejs24", "debian12")
)


def add(layer: Layer, image: ImageFacts) -> None:
    """Nothing of its own."""
