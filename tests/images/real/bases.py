"""Base images with real tools; their names stand for what they hold, whatever version this machine has."""

from collections.abc import Iterator
from pathlib import Path

from images.archive import BaseImage
from images.bases import configuration, known_image
from images.bases.systems import applets, model_layer, system_layer
from images.debian_docker import UnavailableError
from images.real.debian import packages_layer
from images.real.host import CERTIFICATES, node_layer, python_layer

#: where pip, npm and Python look for certificates
_CERTIFICATES = [f"{name}={CERTIFICATES}" for name in ("SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS")]
#: what makes a layer, and the images that have it
LAYERS = {
    "python": (python_layer, ("python:3.13", "python:3.13-slim")),
    "node": (node_layer, ("node:24", "node:24-slim")),
    "go": (lambda: packages_layer("golang-go", "gcc", "libc6-dev"), ("golang:1.25",)),
    "c": (lambda: packages_layer("gcc", "libc6-dev", "make"), ("gcc:14",)),
    "debian": (lambda: packages_layer("libc6", "libgcc-s1"), ("debian:trixie", "debian:trixie-slim")),
}


def real_images(busybox: Path) -> Iterator[tuple[str, list[BaseImage] | UnavailableError]]:
    """By toolchain its images, or why they cannot be had; `busybox` is a static one."""
    commands = applets(busybox)
    shared = model_layer(busybox, commands)
    for toolchain, (make, names) in LAYERS.items():
        try:
            layer = make().done()
        except UnavailableError as error:
            yield toolchain, error
            continue
        yield toolchain, [_image(name, (shared, _system(name, commands), layer)) for name in names]


def _system(name: str, commands: tuple[str, ...]) -> bytes:
    return system_layer(known_image(name), commands)


def _image(name: str, layers: tuple[bytes, ...]) -> BaseImage:
    described = configuration(known_image(name))
    described["Env"] = [*described["Env"], *_CERTIFICATES]
    described.pop("Entrypoint", None)
    return BaseImage((name,), layers, described)
