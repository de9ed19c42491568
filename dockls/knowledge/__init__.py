"""Facts about images, packages, commands and variables, each with its source and date, as typed answers.

This is the door of the package. Nothing is imported and no table is read until a name is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .builds import BuildCommand, Output, build_command
    from .development import development_command
    from .environment import (
        is_build_only_variable,
        is_cache_buster,
        is_embedded_in_site,
        is_volatile_name,
        platform_arguments,
        predefined_arguments,
    )
    from .image_reference import (
        ImageReference,
        is_plausible_image,
        meant_image,
        official_images,
        parse_reference,
    )
    from .images import ImageFacts, facts
    from .installs import InstallCommand, Manifest, dependency_step, install_command
    from .package_commands import PackageInstall, package_install
    from .packages import package_kind, runtime_packages, translate
    from .runtimes import RuntimeChoice, runtime_images
    from .variants import Variant, alpine, distroless, slim

_HOMES = {
    "BuildCommand": "builds",
    "ImageFacts": "images",
    "ImageReference": "image_reference",
    "InstallCommand": "installs",
    "Manifest": "installs",
    "Output": "builds",
    "PackageInstall": "package_commands",
    "RuntimeChoice": "runtimes",
    "Variant": "variants",
    "alpine": "variants",
    "build_command": "builds",
    "dependency_step": "installs",
    "development_command": "development",
    "distroless": "variants",
    "facts": "images",
    "install_command": "installs",
    "is_build_only_variable": "environment",
    "is_cache_buster": "environment",
    "is_embedded_in_site": "environment",
    "is_plausible_image": "image_reference",
    "is_volatile_name": "environment",
    "meant_image": "image_reference",
    "official_images": "image_reference",
    "package_install": "package_commands",
    "package_kind": "packages",
    "parse_reference": "image_reference",
    "platform_arguments": "environment",
    "predefined_arguments": "environment",
    "runtime_images": "runtimes",
    "runtime_packages": "packages",
    "slim": "variants",
    "translate": "packages",
}


def __getattr__(name: str) -> object:
    """Import the module a name lives in when the name is first asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module("." + home, __name__), name)
    globals()[name] = value
    return value
