"""The tag that takes the place of one that nobody maintains any more, or that floats (`data/image-versions.json`)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .image_reference import ImageReference, parse_reference
from .images import family_name, known_version
from .published_tags import unpublished
from .replaced_images import replacement
from .tables import table
from .tags import Tag, parse_tag
from .variants import current_release

#: words of a tag that say nothing of a version
_FLAVORS = frozenset(("slim", "alpine", "fpm", "apache", "cli", "zts", "jdk", "jre", "otp", "debian", "ubuntu"))
_DOTNET = "mcr.microsoft.com/dotnet/"
_FLOATING = frozenset(("latest", "lts", "stable", "mainline", "current", "alpine", "slim", ""))


class Successor(NamedTuple):
    """An image to take instead, None with the reason why there is none; `dated` is the day of the table.

    `gone`, of an image that is given up, are texts that tell of what the other image does not have.
    """

    image: str | None
    reason: str
    dated: str
    gone: tuple[str, ...] = ()


def successor(text: str) -> Successor | None:
    """What to take instead of an image that is no longer rebuilt; None where it still is, or nothing is known of it.

    The newest version of the same variant is taken (of Node, the newest with long-term support), on the release of the
    distribution that it is built on now. Distributions are replaced by their current release, and images that are
    given up by those that took their place.
    """
    reference = parse_reference(text)
    replaced = _replacement(reference)
    if replaced is not None:
        return replaced
    family = None if reference is None else family_name(reference)
    if reference is None or family is None or reference.digest is not None or not reference.tag:
        return None
    tag = parse_tag(reference.tag)
    if family.key in ("debian", "ubuntu", "alpine"):
        return _newer_distribution(reference, family.key, tag)
    dotnet = family.key.startswith(_DOTNET)
    entry = known_version("dotnet" if dotnet else family.key, tag.version)
    dated: str = table("image-versions")["as_of"]
    if entry is None or not ("ended" in entry or "supported_until" in entry):
        return None
    if dotnet:
        # A program of .NET runs on the version that its project names, and the SDK builds for that one.
        reason = f"`{text}` has been out of support since {entry['supported_until']}"
        return Successor(None, f"{reason}; the project has to name the version that takes its place, too", dated)
    version = _newest(family.key)
    if version is None:
        return None
    image = _at(reference, tag, version, family.key)
    reason = f"`{text}` has been out of support since {entry.get('supported_until')}"
    if "ended" in entry:
        reason = f"`{text}` has not been rebuilt since {entry['ended']}"
    if family.key == "python" and (tag.version or "").startswith("2"):
        return Successor(None, f"{reason}, and programs for Python 2 do not run on its successor", dated)
    if image is None:
        return Successor(None, f"{reason}; which tag took the place of its variant is not known", dated)
    return Successor(image, reason, dated)


def at_version(text: str, version: str) -> str | None:
    """The same variant of an image of Python or Node at another version of it; None where that is not known."""
    reference = parse_reference(text)
    family = None if reference is None else family_name(reference)
    if reference is None or family is None or reference.digest is not None:
        return None
    if family.key.startswith("distroless/"):
        return _distroless_at(reference, family.key.partition("/")[2], version)
    known = known_version(family.key, version) or {}
    if family.key not in ("python", "node") or not reference.tag or "ended" in known:
        return None
    image = _at(reference, parse_tag(reference.tag), version, family.key)
    return None if image is None or unpublished(image) is not None else image


def newer_python(text: str) -> str | None:
    """The distroless image of Python on the current Debian, which has a newer Python; None of any other image."""
    current = table("distroless")["python3"][table("distroless")["current"]]
    image = at_version(text, current)
    return image if image is not None and "distroless/python3" in image else None


def _distroless_at(reference: ImageReference, kind: str, version: str) -> str | None:
    data = table("distroless")
    debian = data["current"] if kind == "nodejs" and version in data["nodejs"] else None
    if kind == "python3":
        debian = next((name for name, python in data["python3"].items() if python == version), None)
    if debian is None or debian in data["ended"] or (reference.tag or "latest") not in data["tags"]:
        return None
    start = reference.name.rpartition("/")[0]
    name = f"{start}/{kind}{version if kind == 'nodejs' else ''}-{debian}"
    return name if reference.tag in (None, "latest") else f"{name}:{reference.tag}"


def _replacement(reference: ImageReference | None) -> Successor | None:
    """An image of another name, in place of one that is given up."""
    found = None if reference is None or reference.digest is not None else replacement(reference)
    if reference is None or found is None:
        return None
    words = "has been out of support since" if found.supported else "has not been rebuilt since"
    reason = f"`{reference.text}` {words} {found.ended}" + (f"; {found.reason}" if found.reason else "")
    return Successor(found.image, reason, table("replaced-images")["as_of"], found.gone)


def pinned(text: str) -> Successor | None:
    """The newest version of an image that is named by a tag that floats (none, `latest`, `alpine`); None where not."""
    reference = parse_reference(text)
    family = None if reference is None else family_name(reference)
    if reference is None or family is None or reference.digest is not None:
        return None
    tag = parse_tag(reference.tag or "", frozenset(_FLOATING))
    words = (reference.tag or "").split("-")
    if words[0] not in _FLOATING:
        return None
    dated: str = table("image-versions")["as_of"]
    if family.key in ("debian", "ubuntu", "alpine"):
        release = current_release(family.key)
        rest = [word for word in words if word not in ("latest", "stable", "")]
        return Successor(reference.with_tag("-".join((release, *rest))), "", dated)
    version = _newest(family.key)
    if version is None:
        return None
    image = _at(reference, tag, version, family.key)
    # On another release of the system than today's, the tag does not float any more.
    if image is None or (tag.release is not None and tag.release not in image):
        return None
    return Successor(image, "", dated)


def _newest(family: str) -> str | None:
    """The newest version that is still rebuilt; of Node the newest even one, which gets long-term support."""
    versions: Mapping[str, Mapping[str, Any]] = table("image-versions")["versions"].get(family, {})
    known = [name for name, entry in versions.items() if "ended" not in entry and name.replace(".", "").isdigit()]
    if family == "node":
        known = [name for name in known if int(name) % 2 == 0 and int(name) < _newest_number(known)] or known
    if family == "nginx":
        known = [name for name in known if int(name.rpartition(".")[2]) % 2 == 0] or known
    return max(known, key=_numbers, default=None)


def _newest_number(names: list[str]) -> int:
    """The newest even version becomes one with long-term support half a year after it came out."""
    return max([int(name) for name in names], default=0)


def _numbers(name: str) -> tuple[int, ...]:
    return tuple([int(part) for part in name.split(".")])


def _at(reference: ImageReference, tag: Tag, version: str, family: str) -> str | None:
    """The image at another version, on the system that this version is built on; None where a part is not known."""
    entry = known_version(family, version) or {}
    if not set(tag.flavors) <= _FLAVORS:
        return None
    parts = (reference.tag or "").split("-")
    kept: list[str] = []
    for number, part in enumerate(parts):
        if number == 0 and (part == tag.version or part in ("latest", "lts", "stable", "mainline", "current", "")):
            continue
        if part.startswith("alpine"):
            alpine = entry.get("alpine")
            if not alpine:
                return None
            kept.append(f"alpine{alpine}" if part != "alpine" and isinstance(alpine, str) else "alpine")
        elif part == tag.release and tag.distribution in ("debian", "ubuntu"):
            release = entry.get("slim" if tag.slim else "release")
            if not isinstance(release, str):
                return None
            kept.append(release)
        else:
            kept.append(part)
    if tag.slim and not entry.get("slim"):
        return None
    return reference.with_tag("-".join((version, *kept)))


def _newer_distribution(reference: ImageReference, family: str, tag: Tag) -> Successor | None:
    """The current release of a distribution in place of one that is out of support."""
    data = table("releases")
    releases: Mapping[str, Mapping[str, str]] = data["releases"]
    dated: str = data["as_of"]
    name = tag.release or tag.version or ""
    shortened = name.partition(".")[0] if family == "debian" else ".".join(name.split(".")[:2])
    known = next(
        (
            key
            for key, one in releases.items()
            if one["distribution"] == family and shortened in (key, one.get("version"))
        ),
        None,
    )
    current = current_release(family)
    if known is not None and _is_older(releases, family, known):
        written = current if name == known or family == "alpine" else releases[current]["version"]
        return _replaced(reference, name, written, f"`{reference.text}` has been out of support for years", dated)
    if known is None or "end_of_life" not in releases[known] or releases[known]["end_of_life"] > dated:
        return None
    written = current if name == known or family == "alpine" else releases[current]["version"]
    reason = f"`{reference.text}` has been out of support since {releases[known]['end_of_life']}"
    return _replaced(reference, name, written, reason, dated)


def _is_older(releases: Mapping[str, Mapping[str, str]], family: str, known: str) -> bool:
    """Whether a release is older than all of which it is known when their support ends."""
    dated = [one.get("version", key) for key, one in releases.items() if one["distribution"] == family and _ends(one)]
    number = releases[known].get("version", known)
    plain = number.replace(".", "").isdigit() and all(one.replace(".", "").isdigit() for one in dated)
    return plain and not _ends(releases[known]) and _numbers(number) < min(map(_numbers, dated))


def _ends(release: Mapping[str, str]) -> bool:
    return "end_of_life" in release


def _replaced(reference: ImageReference, name: str, written: str, reason: str, dated: str) -> Successor:
    rest = (reference.tag or "")[len(name) :]
    if rest not in ("", "-slim"):
        return Successor(None, f"{reason}; which tag took the place of its variant is not known", dated)
    return Successor(reference.with_tag(written + rest), reason, dated)
