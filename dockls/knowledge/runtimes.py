"""The images that can run what another image has built (`data/runtime-images.json`), for extracting builder stages."""

from collections.abc import Mapping
from typing import NamedTuple

from .image_reference import ImageReference
from .images import ImageFacts, facts
from .tables import table
from .variants import (
    Variant,
    alpine,
    current_release,
    distroless_python,
    jdk_version,
    mask,
    plain_version,
    slim,
)

_COMPILED = ("go", "rust", "c", "elixir")


class RuntimeChoice(NamedTuple):
    """An image that can run what a builder made.

    title: a short name for menus; linking: what it can run (`static`, `glibc`, `musl` or `any`); user: whom it runs as;
    document_root and port: only of web servers.
    """

    image: str
    title: str
    linking: str
    user: str
    has_shell: bool
    document_root: str | None
    port: str | None


def runtime_images(
    reference: ImageReference | str, linking: str | None = None, *, site: bool = False
) -> tuple[RuntimeChoice, ...]:
    """The images that can run what is built in `reference`, the recommended one first.

    `linking`: `static`, `glibc` or `musl`, of a compiled program; None offers what the libc of the builder allows, and
    static ones. Interpreted languages get all, those of the builder's libc first. `site`: only files for a web server
    were built. Empty when nothing is known of the builder.
    """
    known = facts(mask(reference if isinstance(reference, str) else reference.text)[0])
    language = "site" if site else known.language if known else None
    choices: list[Mapping[str, str]] = table("runtime-images")["choices"].get(language, [])
    builder_libc = known.libc if known else None
    if linking is not None:
        choices = [choice for choice in choices if choice["linking"] in (linking, "any")]
    elif language in _COMPILED:
        choices = [choice for choice in choices if choice["linking"] in (builder_libc, "static", "any")]
    elif builder_libc == "musl":
        choices = sorted(choices, key=lambda choice: choice["linking"] != builder_libc)
    values = _template_values(reference, known)
    images = [(_filled(choice, values), choice) for choice in choices]
    unique: dict[str, Mapping[str, str]] = {}
    for image, choice in images:
        if image is not None:
            unique.setdefault(image, choice)
    return tuple(_choice(image, choice) for image, choice in unique.items())


def _template_values(reference: ImageReference | str, known: ImageFacts | None) -> dict[str, str | None]:
    data, distroless_data = table("runtime-images"), table("distroless")
    release = (known.release or known.likely_release) if known else None
    on_alpine = known is not None and known.distribution == "alpine"
    debian = release if known is not None and known.distribution == "debian" else None
    names = distroless_data["releases"].values()
    version = plain_version(known)
    return {
        "distroless": distroless_data["registry"],
        "debian": distroless_data["current"],
        # A program built on an older release runs on a newer glibc, not the other way round.
        "debian_of_release": distroless_data["current"] if debian is None or debian in names else None,
        "release": debian or current_release("debian"),
        "alpine": current_release("alpine"),
        "alpine_of_release": (release if on_alpine else None) or current_release("alpine"),
        "slim": _same_or(reference, slim(reference), slim_wanted=True, known=known),
        "alpine_variant": _same_or(reference, alpine(reference), slim_wanted=False, known=known),
        "major": version.partition(".")[0] if version else None,
        "version": version,
        "jdk": jdk_version(known),
        "tag": version,
        "nginx": data["nginx_stable"],
        "caddy": data["caddy_current"],
    }


def _same_or(
    reference: ImageReference | str, variant: Variant, *, slim_wanted: bool, known: ImageFacts | None
) -> str | None:
    """The variant, or the image itself where it is that variant already."""
    text = reference if isinstance(reference, str) else reference.text
    already = known is not None and (known.slim if slim_wanted else known.distribution == "alpine")
    return text if already else variant.image


_OFFERS = {
    "distroless-nodejs": ("nodejs", "major"),
    "distroless-java": ("java", "jdk"),
}


def _filled(choice: Mapping[str, str], values: Mapping[str, str | None]) -> str | None:
    """The image of a choice; None when a value is missing or distroless does not offer the version."""
    condition = choice.get("when")
    data = table("distroless")
    if condition in _OFFERS:
        flavor, key = _OFFERS[condition]
        if values[key] not in data[flavor]:
            return None
    if condition == "distroless-python" and distroless_python(values["version"]).image is None:
        return None
    image = choice["image"]
    for key, value in values.items():
        if "{" + key + "}" in image:
            if value is None:
                return None
            image = image.replace("{" + key + "}", value)
    return image


def _choice(image: str, choice: Mapping[str, str]) -> RuntimeChoice:
    known = facts(image)
    return RuntimeChoice(
        image=image,
        title=choice["title"],
        linking=choice["linking"],
        user=choice.get("user") or (known.user if known else "root"),
        has_shell=known is None or known.shell is not None,
        document_root=choice.get("document_root"),
        port=choice.get("port"),
    )
