"""What is known of a base image: libc, package manager, users, entry point, tools, ...

The facts stand in `data/image-families.json`, layered from the distribution, the family and the variants a tag
names, so that `node:24-alpine3.22` is Alpine, then node, then what its Alpine variant changes.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from .image_reference import OFFICIAL_NAMESPACE, ImageReference, parse_reference
from .tables import table
from .tags import Tag, is_version, parse_tag

_CHAINGUARD = ("cgr.dev/chainguard/", "chainguard/")
_DISTROLESS = "distroless/"


class ImageFacts(NamedTuple):
    """What is known of one image.

    family: the key of its facts (`node`, `distroless/static`); role: `sdk`, `language`, `runtime`, `jdk`, `server`,
    `database`, `distro`, `tool` or `empty`; language: of an sdk or language image.
    version: as written in the tag, code names resolved (`krypton` is 24), None when it floats (`lts`, `latest`).
    libc: `glibc`, `musl`, `none` (no C library at all) or None when unknown.
    release: distribution release the tag names (`trixie`, `3.22`); likely_release: what the tag stood for at
    `as_of` of the tables, when it names none.
    package_manager: `apt`, `apk`, `dnf`, `microdnf`, `yum`, `tdnf`, `zypper`, `pacman` or None when there is none.
    shell: the shell a shell-form command can use, None when the image has none.
    user and uid: whom the image runs as (uid None when unknown); users: name to uid of users that exist.
    has_ca_certificates, has_tzdata: True only when it is sure.
    """

    family: str
    role: str
    language: str | None
    version: str | None
    libc: str | None
    distribution: str | None
    release: str | None
    likely_release: str | None
    slim: bool
    flavors: tuple[str, ...]
    package_manager: str | None
    shell: str | None
    user: str
    uid: int | None
    users: Mapping[str, int]
    workdir: str
    entrypoint: tuple[str, ...] | None
    cmd: tuple[str, ...] | None
    env: Mapping[str, str]
    tools: frozenset[str]
    has_ca_certificates: bool
    has_tzdata: bool
    ports: tuple[str, ...]
    stopsignal: str | None
    document_root: str | None

    @property
    def glibc(self) -> str | None:
        """The glibc version of the (likely) release: `2.36`; None when unknown or another libc."""
        if self.libc != "glibc":
            return None
        entry = table("releases")["releases"].get(self.release or self.likely_release, {})
        version: str | None = entry.get("glibc")
        return version

    @property
    def musl(self) -> str | None:
        """The musl version of the (likely) release of Alpine: `1.2.5`; None when unknown."""
        entry = table("releases")["releases"].get(self.release or self.likely_release, {})
        version: str | None = entry.get("musl")
        return version

    @property
    def openssl(self) -> str | None:
        """The version of OpenSSL in the (likely) release: `1.1`, `3.5`; None when unknown."""
        entry = table("releases")["releases"].get(self.release or self.likely_release, {})
        version: str | None = entry.get("openssl")
        return version


class FamilyName(NamedTuple):
    """The family an image name belongs to, and what the name itself (not the tag) says of version and release."""

    key: str
    version: str | None = None
    release: str | None = None


def families() -> Mapping[str, Any]:
    """All image families with their raw facts."""
    known: Mapping[str, Any] = table("image-families")["families"]
    return known


def _distroless(name: str) -> FamilyName | None:
    base, _, suffix = name.partition("-debian")
    release = table("distroless")["releases"].get("debian" + suffix) if suffix else None
    for family in ("nodejs", "java"):
        major = base.removeprefix(family)
        if base.startswith(family) and major.isdigit():
            return FamilyName(_DISTROLESS + family, major, release)
    key = _DISTROLESS + base
    if key not in families():
        return None
    version = table("distroless")["python3"].get("debian" + suffix) if base == "python3" else None
    return FamilyName(key, version, release)


def family_name(reference: ImageReference) -> FamilyName | None:
    """The family of an image, seen through mirrors (`registry/any/library/node`); None when it is not known."""
    familiar = reference.familiar
    known = families()
    if familiar in known:
        return FamilyName(familiar)
    head, found, name = reference.name.rpartition(_DISTROLESS)
    if found and "/" not in name and head.endswith("/"):
        return _distroless(name)
    for prefix in _CHAINGUARD:
        if familiar.startswith(prefix):
            key = "chainguard/" + familiar.removeprefix(prefix)
            return FamilyName(key) if key in known else None
    _, found, name = reference.path.rpartition(OFFICIAL_NAMESPACE)
    if found and name in known and reference.registry is not None:
        return FamilyName(name)
    return None


def channels_of(family: str) -> frozenset[str]:
    """The words that stand where a version would in the tags of a family: `lts`, `stable`, code names."""
    return frozenset(families()[family].get("channels", ()))


def tag_of(reference: ImageReference, family: str) -> Tag:
    """The tag of a reference taken apart; a missing tag without digest counts as `latest`."""
    text = reference.tag or ("latest" if reference.digest is None else "")
    return parse_tag(text, channels_of(family))


def known_version(family: str, version: str | None) -> Mapping[str, Any] | None:
    """The entry of the version table a version falls under (`24.1.0` under `24`), None when none does."""
    versions: Mapping[str, Mapping[str, Any]] = table("image-versions")["versions"].get(family, {})
    parts = (version or "").split(".")
    for length in range(len(parts), 0, -1):
        entry = versions.get(".".join(parts[:length]))
        if entry is not None:
            return entry
    return None


def _numeric_version(family: str, tag: Tag) -> str | None:
    if tag.version is None:
        return None
    named: str | None = families()[family].get("code_names", {}).get(tag.version)
    if named is None and tag.version == "lts" and tag.flavors:
        named = families()[family].get("code_names", {}).get(tag.flavors[0])
    return named or (tag.version.partition("-")[0].removeprefix("v") if is_version(tag.version) else None)


@cache
def _release_of_version(distribution: str, version: str) -> str | None:
    releases: Mapping[str, Mapping[str, str]] = table("releases")["releases"]
    shortened = version.partition(".")[0] if distribution == "debian" else ".".join(version.split(".")[:2])
    if distribution == "alpine":
        return shortened if "." in shortened else None
    for name, entry in releases.items():
        if entry["distribution"] == distribution and entry.get("version") == shortened:
            return name
    return _vendor_release(distribution, shortened.partition(".")[0])


def _vendor_release(distribution: str, major: str) -> str | None:
    name = {"redhat": "ubi", "amazon": "al", "fedora": "fedora"}.get(distribution, "\0") + major
    return name if name in table("releases")["releases"] else None


def _layers(family: str, tag: Tag, distribution: str) -> list[Mapping[str, Any]]:
    """The facts to be laid over each other, most general first."""
    data = table("image-families")
    own = data["families"][family]
    base = [data["families"][own["like"]]] if "like" in own else []
    default = (base[0] if base else own).get("distribution")
    distributions = data["distributions"]
    layers: list[Mapping[str, Any]] = [distributions.get(distribution, distributions["none"])]
    names = [distribution, *([tag.release] if tag.release else []), *(["slim"] if tag.slim else []), *tag.flavors]
    if distribution == default and not tag.slim:
        names.insert(0, "full")
    for facts in [*base, own]:
        layers.append(facts)
        variants = facts.get("variants", {})
        layers.extend(variants[name] for name in names if name in variants)
    return layers


_GATHERED = {"users", "env"}


def _merge(layers: list[Mapping[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {"users": {}, "env": {}, "tools": set()}
    for layer in layers:
        for key, value in layer.items():
            if key in _GATHERED:
                merged[key] = {**merged[key], **value}
            elif key == "without_tools":
                merged["tools"] = set() if value == "all" else merged["tools"] - set(value)
            elif key != "tools":
                merged[key] = value
        merged["tools"] = merged["tools"] | set(layer.get("tools", ()))
    return merged


def _without_removed_tools(family: str, version: str | None, tools: set[str]) -> set[str]:
    """Tools an image had only up to some major version; a floating version is taken as the newest."""
    removed: Mapping[str, int] = families()[family].get("removed_tools", {})
    major = (version or "").partition(".")[0]
    here = {tool for tool, since in removed.items() if major.isdigit() and int(major) < since}
    return tools | here


def _distribution_of(family: str, tag: Tag) -> str:
    own = families()[family]
    if tag.distribution is not None:
        return tag.distribution
    like = own.get("like")
    default: str = (families()[like] if like else own)["distribution"]
    return default


def _releases_of(name: FamilyName, tag: Tag, version: str | None) -> tuple[str | None, str | None]:
    """(release the tag names, release it most likely stands for)."""
    own = families()[name.key]
    distribution = _distribution_of(name.key, tag)
    release: str | None = tag.release or name.release or own.get("release")
    if release is None and own["role"] == "distro" and version is not None:
        release = _release_of_version(distribution, version)
    if release is not None:
        return release, release
    current = table("releases")["current"]
    if distribution == "distroless":
        return None, table("distroless")["releases"][table("distroless")["current"]]
    if own["role"] == "distro":
        floats = tag.version in (None, "latest", "stable")
        return None, current.get(distribution) if floats else None
    entry = known_version(name.key, version)
    key = "alpine" if distribution == "alpine" else "slim" if tag.slim else "release"
    value = (entry or {}).get(key)
    known = table("releases")["releases"].get(value, {}) if isinstance(value, str) else {}
    return None, value if known.get("distribution") == distribution else None


@lru_cache(maxsize=512)
def facts(reference: ImageReference | str) -> ImageFacts | None:
    """What is known of an image, or None when its family is not known or the text is no image reference.

    Variables must be expanded first. Nothing is known of images of Windows: their files, users and shell are others.
    """
    parsed = parse_reference(reference) if isinstance(reference, str) else reference
    name = None if parsed is None else family_name(parsed)
    if parsed is None or name is None:
        return None
    tag = tag_of(parsed, name.key)
    distribution = _distribution_of(name.key, tag)
    if distribution == "windows":
        return None
    version = name.version or _numeric_version(name.key, tag)
    release, likely = _releases_of(name, tag, version)
    if version is None and families()[name.key]["role"] == "distro" and release is not None:
        version = table("releases")["releases"].get(release, {}).get("version")
    merged = _merge(_layers(name.key, tag._replace(release=release), distribution))
    merged["tools"] = frozenset(_without_removed_tools(name.key, version, merged["tools"]))
    return _facts(name.key, version, distribution, (release, likely), tag, merged)


def _facts(
    family: str,
    version: str | None,
    distribution: str,
    releases: tuple[str | None, str | None],
    tag: Tag,
    merged: Mapping[str, Any],
) -> ImageFacts:
    entrypoint, cmd = merged.get("entrypoint"), merged.get("cmd")
    return ImageFacts(
        family=family,
        role=merged["role"],
        language=merged.get("language"),
        version=version,
        libc=merged.get("libc"),
        distribution=None if distribution == "none" else distribution,
        release=releases[0],
        likely_release=releases[1],
        slim=tag.slim,
        flavors=tag.flavors,
        package_manager=merged.get("package_manager"),
        shell=merged.get("shell"),
        user=merged.get("user", "root"),
        uid=merged.get("uid", 0),
        users=merged["users"],
        workdir=merged.get("workdir") or "/",
        entrypoint=None if entrypoint is None else tuple(entrypoint),
        cmd=None if cmd is None else tuple(cmd),
        env=merged["env"],
        tools=merged["tools"],
        has_ca_certificates=merged.get("has_ca_certificates", False),
        has_tzdata=merged.get("has_tzdata", False),
        ports=tuple(merged.get("ports", ())),
        stopsignal=merged.get("stopsignal"),
        document_root=merged.get("document_root"),
    )
