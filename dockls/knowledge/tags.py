"""What the parts of a tag mean: `24-bookworm-slim`, `3.13-slim-trixie`, `8.4-fpm-alpine3.22`, `21-jre-noble`."""

from typing import NamedTuple

from .tables import table

_WINDOWS = ("windowsservercore", "nanoserver", "windows")
_WINDOWS_IMAGES = ("windowsservercore", "nanoserver", "/servercore", "/windows/", "microsoft.com/windows")
_PRERELEASES = frozenset({"rc", "ea", "beta", "alpha"})
_DISTRIBUTION_WORDS = {
    "alpine": "alpine",
    "debian": "debian",
    "ubuntu": "ubuntu",
    "corretto": "amazon",
    "ubi": "redhat",
}


class Tag(NamedTuple):
    """A tag taken apart.

    `version` is the leading version as written (`24`, `lts`, `8.4.1`) or None, `distribution` and `release` name the
    system written in the tag (`alpine` and `3.22`), `slim` tells of the word `slim`, and `flavors` holds every other
    part in order (`fpm`, `jre`, `otp`, `28`).
    """

    text: str
    version: str | None
    distribution: str | None
    release: str | None
    slim: bool
    flavors: tuple[str, ...]


def _system(part: str) -> tuple[str, str | None] | None:
    """The distribution and release one part of a tag names."""
    if part in _DISTRIBUTION_WORDS:
        return _DISTRIBUTION_WORDS[part], None
    if part.startswith("alpine") and part[6:].replace(".", "").isdigit():
        return "alpine", part[6:]
    if part.startswith(_WINDOWS):
        return "windows", None
    release = table("releases")["releases"].get(part)
    if release is not None and not part[0].isdigit():
        return release["distribution"], part
    return None


def names_windows(image: str) -> bool:
    """Whether an image is one of Windows by its name: ``mcr.microsoft.com/windows``, ``golang:1.27-nanoserver``.

    Not so ``dockcross/windows-static-x64``, which builds for Windows.
    """
    return any(word in image.lower() for word in _WINDOWS_IMAGES)


def is_version(part: str) -> bool:
    """Whether a part of a tag reads as a version number: it starts with a digit, or with `v` and a digit."""
    return part[:1].isdigit() or (part[:1] == "v" and part[1:2].isdigit())


def parse_tag(text: str, channels: frozenset[str] = frozenset()) -> Tag:
    """Take a tag apart; `channels` are further words that may stand for a version (`lts`, `stable`, code names)."""
    version = distribution = release = None
    slim = False
    flavors: list[str] = []
    parts = text.split("-")
    for position, part in enumerate(parts):
        system = _system(part)
        if system is not None:
            distribution, release = system[0], system[1] or release
        elif part == "slim":
            slim = True
        elif position == 0 and (is_version(part) or part in channels or part == "latest"):
            version = part
        elif position == 1 and version is not None and part in _PRERELEASES:
            version = f"{version}-{part}"
        elif distribution == "alpine" and release is None and parts[position - 1] == "alpine" and "." in part:
            release = part  # eclipse-temurin writes `21-jre-alpine-3.22`
        else:
            flavors.append(part)
    return Tag(text, version, distribution, release, slim, tuple(flavors))
