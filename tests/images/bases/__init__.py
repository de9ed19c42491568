"""Base images as the real ones are, made in a moment: users, shell, C library, tools, entrypoint, variables.

What `dockls.knowledge` knows of an image is taken from there, so that both stay equal: if it is wrong, a refactoring
that relies on it fails here only if a model contradicts it. One module per family: `IMAGES` are the names it makes,
`add(layer, image)` what only this family has.
"""

from collections.abc import Collection, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from dockls.knowledge.images import ImageFacts, facts
from images.archive import BaseImage, Layer
from images.bases.systems import applets, model_layer, system_layer
from images.toolchains import equip

#: stand-ins for versions that images tell in their environment
_VERSIONS = {"golang": "GOLANG_VERSION", "node": "NODE_VERSION", "python": "PYTHON_VERSION", "nginx": "NGINX_VERSION"}


def base_images(busybox: Path, more: Collection[str] = ()) -> list[BaseImage]:
    """Every base image, and `more` of which it is known what is in them; `busybox` is a static one."""
    commands = applets(busybox)
    shared = model_layer(busybox, commands)
    known = {name: family for family in families() for name in family.IMAGES}
    by_family = {known_image(name).family: family for name, family in known.items()}
    found = []
    for name in (*known, *[name for name in more if name not in known]):
        image = known_image(name)
        layer = Layer()
        family = known.get(name) or by_family.get(image.family)
        if family is not None:
            family.add(layer, image)
        equip(layer, image, commands)
        found.append(BaseImage((name,), (shared, system_layer(image, commands), layer.done()), configuration(image)))
    return found


def known_image(name: str) -> ImageFacts:
    """What is known of an image that must be known."""
    image = facts(name)
    assert image is not None, f"{name} is not known"
    return image


def families() -> Iterator[ModuleType]:
    """Every module that makes images, by name."""
    for module in sorted(iter_modules(__path__), key=lambda found: found.name):
        imported = import_module(f"{__name__}.{module.name}")
        if hasattr(imported, "IMAGES"):
            yield imported


def configuration(image: ImageFacts) -> dict[str, Any]:
    """What stands in the configuration of an image."""
    environment = [f"{name}={value}" for name, value in image.env.items()]
    if image.family in _VERSIONS:
        environment.append(f"{_VERSIONS[image.family]}={image.version}.0")
    found: dict[str, Any] = {"Env": environment}
    if image.workdir != "/" or image.distribution == "distroless":
        found["WorkingDir"] = image.workdir
    if image.user != "root":
        found["User"] = str(image.uid)
    for key, value in (("Entrypoint", image.entrypoint), ("Cmd", image.cmd)):
        if value:
            found[key] = list(value)
    if image.ports:
        found["ExposedPorts"] = {port if "/" in port else f"{port}/tcp": {} for port in image.ports}
    if image.stopsignal:
        found["StopSignal"] = image.stopsignal
    return found
