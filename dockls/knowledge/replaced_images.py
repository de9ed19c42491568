"""Images that nobody maintains any more and that have a successor of another name.

The facts stand in `data/replaced-images.json`, those of distroless images in `data/distroless.json`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .image_reference import ImageReference
from .images import FamilyName, family_name, known_version
from .tables import table
from .tags import parse_tag

_UNKNOWN = "which tag took the place of its variant is not known"


class Replacement(NamedTuple):
    """What takes an image's place, None where that is not known; `ended` is the day of its last build or support.

    `supported` tells that `ended` is the end of support, and not of builds; `gone` are texts that tell of what the
    successor does not have: folders, commands, files.
    """

    image: str | None
    ended: str
    reason: str
    supported: bool
    gone: tuple[str, ...]


def replacement(reference: ImageReference) -> Replacement | None:
    """The successor of an image; None where it has none of another name."""
    data = table("replaced-images")
    name = reference.familiar
    if name in data["java"]["ended"]:
        return _java(reference, data["java"])
    if name == "maven":
        return _maven(reference, data["maven"])
    if name in data["distributions"]:
        return _distribution(reference, data["distributions"][name])
    family = family_name(reference)
    return None if family is None or not family.key.startswith("distroless/") else _distroless(reference, family)


def _java(reference: ImageReference, data: Mapping[str, Any]) -> Replacement | None:
    """A JDK or JRE of the same version, or of the next that is maintained."""
    parts = [part for part in (reference.tag or "").split("-") if part not in data["dropped"]]
    version = _leading_number(parts[0]) if parts else None
    # OpenJDK's early-access builds go on; they are known by their version alone.
    ended = data["ended"][reference.familiar] or (known_version("openjdk", str(version)) or {}).get("ended")
    if version is None or ended is None:
        return None
    words = [part for part in parts[1:] if not _is_build(part)]
    kind = "jre" if "jre" in words else "jdk"
    image = None
    system = _system(word for word in words if word != kind)
    maintained = _maintained(version)
    if system is not None and maintained is not None:
        image = _named(reference, data["successor"], f"{maintained}-{kind}{system}")
    return Replacement(image, ended, "" if image else _UNKNOWN, False, tuple(data["gone"]))


def _maven(reference: ImageReference, data: Mapping[str, Any]) -> Replacement | None:
    """Maven with a JDK that is maintained."""
    parts = [part for part in (reference.tag or "").split("-") if part not in data["dropped"]]
    if len(parts) < 3 or _leading_number(parts[0]) is None or parts[1] not in data["jdks"]:
        return None
    version, system = _leading_number(parts[2]), _system(parts[3:])
    maintained = None if version is None else _maintained(version)
    image = None
    if maintained is not None and system is not None:
        maven = "3" if parts[0] == "3" else data["version"]
        image = reference.with_tag(f"{maven}-eclipse-temurin-{maintained}{system}")
    return Replacement(image, data["ended"], "" if image else _UNKNOWN, False, tuple(data["gone"]))


def _distribution(reference: ImageReference, data: Mapping[str, Any]) -> Replacement | None:
    """A distribution that is compatible, or its next release."""
    tag = (reference.tag or "latest").removeprefix("centos") if "latest" in data else reference.tag or ""
    if tag == "latest":
        tag = data.get("latest", "")
    number, dash, _ = tag.partition("-")
    known: Mapping[str, str] | None = data["versions"].get(number.partition(".")[0])
    if known is None:
        return None
    image = None if dash else _named(reference, data["successor"], known["successor"])
    return Replacement(image, known["ended"], "" if image else _UNKNOWN, True, tuple(data["gone"]))


def _distroless(reference: ImageReference, family: FamilyName) -> Replacement | None:
    """The image on the current Debian; once the tag told the version of Node.js and of Java, and not the name."""
    data = table("distroless")
    start, _, name = reference.name.rpartition("/")
    kind = family.key.partition("/")[2]
    base, _, release = name.partition("-debian")
    debian = "debian" + release
    tag = reference.tag or "latest"
    if kind in ("nodejs", "java") and family.version is None:
        ended = data["names_without_version_ended"]
        number, _, rest = tag.partition("-")
        version, tag = (number, rest or "latest") if number.isdecimal() else (None, tag)
    else:
        version = family.version
        ends = [data["ended_sooner"].get(f"{kind}-{debian}"), data["ended"].get(debian)]
        if kind == "nodejs":
            ends.append((known_version("node", version) or {}).get("ended"))
        ended = min([day for day in ends if day is not None], default=None)
    if ended is None:
        return None
    if kind in ("nodejs", "java"):
        maintained = _offered(kind, version)
        base = "" if maintained is None else kind + maintained
    written = f"{start}/{base}-{data['current']}" + ("" if tag == "latest" else f":{tag}")
    known = bool(base) and kind != "python3" and tag in data["tags"]
    # What the table only knows as announced is the end of support; whether it is rebuilt since, nobody has looked.
    return Replacement(written if known else None, ended, "" if known else _UNKNOWN, ended > data["as_of"], ())


def _named(reference: ImageReference, successor: str, tag: str) -> str:
    """The successor in the registry and the folder that the image is written with."""
    if "/" in successor:
        return f"{successor}:{tag}"
    head, slash, _ = reference.name.rpartition("/")
    return f"{head}{slash}{successor}:{tag}"


def _leading_number(text: str) -> int | None:
    """The number that a version begins with: `8u212` is 8, `11.0.3_7` is 11."""
    digits = text[: len(text) - len(text.lstrip("0123456789"))]
    rest = text[len(digits) :]
    return int(digits) if 0 < len(digits) < 3 and rest[:1] in ("", ".", "u", "_") else None


def _is_build(part: str) -> bool:
    """Whether a part of a tag only numbers a build: `b04`."""
    return part[:1] == "b" and part[1:].isdigit()


def _system(words: Iterable[str]) -> str | None:
    """What a tag's words for the system become: Alpine stays, Debian is left out; None for any other."""
    system = ""
    for word in words:
        parsed = parse_tag(word)
        if parsed.distribution == "alpine":
            system = "-alpine"
        elif parsed.distribution not in ("debian", "ubuntu"):
            return None
    return system


def _offered(kind: str, version: str | None) -> str | None:
    """The version of a distroless image to take: the same, else of Node.js that with long-term support."""
    offered: list[str] = table("distroless")[kind]
    if version in offered:
        return version
    if kind == "nodejs":
        return offered[-2]
    return next((one for one in offered if version is not None and int(one) > int(version)), None)


def _maintained(version: int) -> int | None:
    """That version of Java, or the next one that is still built."""
    versions: Mapping[str, Mapping[str, Any]] = table("image-versions")["versions"]["eclipse-temurin"]
    known = [int(name) for name, entry in versions.items() if name.isdigit() and "ended" not in entry]
    return min([one for one in known if one >= version], default=None)
