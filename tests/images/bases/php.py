"""The official images of PHP, and the image that Composer is copied from."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer

IMAGES = ("php:8.4-cli", "php:8.4-fpm", "php:8.4-apache", "php:8.3-fpm-alpine", "composer:2")


def add(layer: Layer, image: ImageFacts) -> None:
    """The folder that is served."""
    if image.workdir == "/var/www/html":
        layer.folder("var/www/html", 0o1777)
