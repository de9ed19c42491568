"""Facts about images, packages, commands and variables, each with its source and date, as typed answers.

This is the door of the package. Nothing is imported and no table is read until a name is first used.
"""

# Type checkers know the name; importing it from `typing` would cost start-up time.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from .browser_test_images import BrowserTestImage as BrowserTestImage
    from .browser_test_images import browser_test_image as browser_test_image
    from .builds import BuildCommand as BuildCommand
    from .builds import Output as Output
    from .builds import build_command as build_command
    from .development import StaticServer as StaticServer
    from .development import development_command as development_command
    from .development import development_server as development_server
    from .development import static_server as static_server
    from .development import test_command as test_command
    from .environment import buildkit_arguments as buildkit_arguments
    from .environment import is_build_only_variable as is_build_only_variable
    from .environment import is_cache_buster as is_cache_buster
    from .environment import is_embedded_in_site as is_embedded_in_site
    from .environment import is_open_default as is_open_default
    from .environment import is_read_by_tools as is_read_by_tools
    from .environment import is_set_by_image as is_set_by_image
    from .environment import is_volatile_name as is_volatile_name
    from .environment import platform_arguments as platform_arguments
    from .environment import predefined_arguments as predefined_arguments
    from .environment import reads_own_variables_only as reads_own_variables_only
    from .ignore_patterns import ignore_patterns as ignore_patterns
    from .image_reference import ImageReference as ImageReference
    from .image_reference import is_plausible_image as is_plausible_image
    from .image_reference import meant_image as meant_image
    from .image_reference import official_images as official_images
    from .image_reference import parse_reference as parse_reference
    from .images import ImageFacts as ImageFacts
    from .images import facts as facts
    from .installs import InstallCommand as InstallCommand
    from .installs import Manifest as Manifest
    from .installs import dependency_step as dependency_step
    from .installs import install_command as install_command
    from .language_packages import library_headers as library_headers
    from .language_packages import needs_library as needs_library
    from .language_packages import system_packages as system_packages
    from .ordering import dependencies_only as dependencies_only
    from .ordering import holds_dependencies as holds_dependencies
    from .ordering import implied_install as implied_install
    from .ordering import install_scripts as install_scripts
    from .ordering import install_words as install_words
    from .ordering import installed_folder as installed_folder
    from .ordering import is_harmless_script as is_harmless_script
    from .ordering import is_independent as is_independent
    from .ordering import is_manifest_folder as is_manifest_folder
    from .ordering import is_plain as is_plain
    from .ordering import is_setting as is_setting
    from .ordering import is_source_file as is_source_file
    from .ordering import is_source_folder as is_source_folder
    from .ordering import needs_a_look as needs_a_look
    from .ordering import obstacles as obstacles
    from .ordering import project_install as project_install
    from .ordering import vendor_folder as vendor_folder
    from .package_commands import PackageInstall as PackageInstall
    from .package_commands import package_install as package_install
    from .packages import brings_no_library as brings_no_library
    from .packages import package_kind as package_kind
    from .packages import runtime_packages as runtime_packages
    from .packages import translate as translate
    from .published_tags import unpublished as unpublished
    from .runtimes import RuntimeChoice as RuntimeChoice
    from .runtimes import runtime_images as runtime_images
    from .stage_names import names_ingredient as names_ingredient
    from .stage_names import names_purpose as names_purpose
    from .stage_names import names_work as names_work
    from .successors import Successor as Successor
    from .successors import at_version as at_version
    from .successors import newer_python as newer_python
    from .successors import pinned as pinned
    from .successors import successor as successor
    from .tags import names_windows as names_windows
    from .variants import Variant as Variant
    from .variants import alpine as alpine
    from .variants import distroless as distroless
    from .variants import has_variants as has_variants
    from .variants import python_beneath as python_beneath
    from .variants import slim as slim
    from .wheels import MuslWheels as MuslWheels
    from .wheels import musl_wheels as musl_wheels

_HOMES = {
    "BrowserTestImage": "browser_test_images",
    "BuildCommand": "builds",
    "ImageFacts": "images",
    "ImageReference": "image_reference",
    "InstallCommand": "installs",
    "Manifest": "installs",
    "Output": "builds",
    "PackageInstall": "package_commands",
    "RuntimeChoice": "runtimes",
    "StaticServer": "development",
    "Successor": "successors",
    "pinned": "successors",
    "successor": "successors",
    "unpublished": "published_tags",
    "Variant": "variants",
    "alpine": "variants",
    "browser_test_image": "browser_test_images",
    "at_version": "successors",
    "brings_no_library": "packages",
    "build_command": "builds",
    "buildkit_arguments": "environment",
    "dependencies_only": "ordering",
    "dependency_step": "installs",
    "development_command": "development",
    "development_server": "development",
    "distroless": "variants",
    "facts": "images",
    "has_variants": "variants",
    "holds_dependencies": "ordering",
    "ignore_patterns": "ignore_patterns",
    "implied_install": "ordering",
    "install_command": "installs",
    "install_scripts": "ordering",
    "install_words": "ordering",
    "installed_folder": "ordering",
    "is_build_only_variable": "environment",
    "is_cache_buster": "environment",
    "is_embedded_in_site": "environment",
    "is_harmless_script": "ordering",
    "is_independent": "ordering",
    "is_manifest_folder": "ordering",
    "is_plausible_image": "image_reference",
    "is_open_default": "environment",
    "is_plain": "ordering",
    "is_read_by_tools": "environment",
    "is_set_by_image": "environment",
    "is_setting": "ordering",
    "is_source_file": "ordering",
    "is_source_folder": "ordering",
    "is_volatile_name": "environment",
    "library_headers": "language_packages",
    "meant_image": "image_reference",
    "MuslWheels": "wheels",
    "musl_wheels": "wheels",
    "names_ingredient": "stage_names",
    "names_purpose": "stage_names",
    "names_windows": "tags",
    "names_work": "stage_names",
    "needs_a_look": "ordering",
    "needs_library": "language_packages",
    "newer_python": "successors",
    "vendor_folder": "ordering",
    "project_install": "ordering",
    "python_beneath": "variants",
    "obstacles": "ordering",
    "official_images": "image_reference",
    "package_install": "package_commands",
    "package_kind": "packages",
    "parse_reference": "image_reference",
    "platform_arguments": "environment",
    "predefined_arguments": "environment",
    "reads_own_variables_only": "environment",
    "runtime_images": "runtimes",
    "runtime_packages": "packages",
    "slim": "variants",
    "static_server": "development",
    "system_packages": "language_packages",
    "test_command": "development",
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
