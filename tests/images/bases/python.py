"""The official images of Python, and the image that uv is copied from."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer

IMAGES = ("python:3.13", "python:3.13-slim", "python:3.13-alpine", "ghcr.io/astral-sh/uv:0.9")


def add(layer: Layer, image: ImageFacts) -> None:
    """The folder of installed packages; the full image has the headers of buildpack-deps."""
    if image.family != "python":
        return
    layer.folder("usr/local/lib/python3/site-packages")
    if image.distribution == "debian" and not image.slim:
        for path in ("include/libpq-fe.h", "lib/libpq.so", "include/mysql.h", "lib/libmariadb.so"):
            layer.file(f"usr/{path}", f"part of {path.rpartition('/')[2]}\n")
