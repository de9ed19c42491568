"""The slim, Alpine and distroless siblings of an image.

The result is text to put into a `FROM`; registry and mirror prefix stay. `${VARIABLES}` inside a tag are kept and
taken for the version.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from .image_reference import ImageReference, parse_reference
from .images import FamilyName, ImageFacts, facts, families, family_name, known_version, tag_of
from .tables import table
from .tags import Tag, is_version


class Variant(NamedTuple):
    """A sibling image, or None and the reason why there is none (a clause without capital and full stop)."""

    image: str | None
    reason: str


class _Subject(NamedTuple):
    """An image under examination: variables masked, split, its family and tag known."""

    reference: ImageReference
    family: FamilyName
    tag: Tag
    masked: Mapping[str, str]

    def at(self, tag: str) -> str:
        """The text of this image at another tag, variables put back."""
        text = self.reference.with_tag(tag)
        for placeholder, variable in self.masked.items():
            text = text.replace(placeholder, variable)
        return text


_OPENING = "0variable"


def mask(text: str) -> tuple[str, dict[str, str]]:
    """Put a word legal in a tag where each `$NAME` and `${NAME...}` stands."""
    masked: dict[str, str] = {}
    out: list[str] = []
    position = 0
    while (start := text.find("$", position)) >= 0:
        end = start + 1
        if text[end : end + 1] == "{":
            closing = text.find("}", end)
            end = len(text) if closing < 0 else closing + 1
        else:
            while end < len(text) and (text[end].isalnum() or text[end] == "_"):
                end += 1
        placeholder = f"{_OPENING}{len(masked)}x"
        masked[placeholder] = text[start:end]
        out += [text[position:start], placeholder]
        position = end
    return "".join([*out, text[position:]]), masked


def _subject(reference: ImageReference | str) -> _Subject | Variant:
    text = reference if isinstance(reference, str) else reference.text
    plain, masked = mask(text)
    parsed = parse_reference(plain)
    if parsed is None:
        return Variant(None, f"`{text}` is no image reference")
    family = family_name(parsed)
    if family is None:
        return Variant(None, f"the variants of `{text}` are not known")
    if parsed.digest is not None and parsed.tag is None:
        return Variant(None, "the digest does not tell which version it is")
    return _Subject(parsed, family, tag_of(parsed, family.key), masked)


def _is_default_version(version: str | None) -> bool:
    return version in (None, "latest")


def _join(*parts: str | None) -> str:
    return "-".join(part for part in parts if part)


def _written_version(tag: Tag) -> str | None:
    return None if _is_default_version(tag.version) else tag.version


def _table_gap(subject: _Subject, kind: str) -> str | None:
    """Why the version table rules `kind` out for this version; None when it does not (newer versions pass)."""
    version = subject.tag.version
    entry = known_version(subject.family.key, version)
    if entry is None or entry.get(kind):
        if entry is not None and f"{kind}_ended" in entry:
            return f"{subject.family.key} {version} has had no {kind} variant since {entry[kind + '_ended']}"
        return None
    return f"{subject.family.key} {version} has no {kind} variant"


def _unknown_flavor(grammar: Mapping[str, Any], tag: Tag) -> str | None:
    """A part of the tag the variant is not published with; `#` in the data allows numbers."""
    allowed = grammar.get("flavors")
    if allowed is None:
        return None
    known = {*allowed, *grammar.get("dropped", ())}
    for flavor in tag.flavors:
        if flavor not in known and not ("#" in known and is_version(flavor)):
            return flavor
    return None


def _grammar_gap(subject: _Subject, kind: str, grammar: Mapping[str, Any]) -> str | None:
    """Why the published tags of a family hold no variant `kind` of this tag; None when they do."""
    key, tag = subject.family.key, subject.tag
    for flavor, reason in grammar.get("never_with", {}).items():
        if flavor in tag.flavors:
            return str(reason)
    if grammar.get("needs_version") and _is_default_version(tag.version):
        return f"{key} has {kind} variants only where the tag names a version"
    if "needs_flavor" in grammar and not any(is_version(flavor) for flavor in tag.flavors):
        return f"{key} has {kind} variants only where the tag names the JDK and its version"
    unknown = _unknown_flavor(grammar, tag)
    if unknown is not None:
        return f"no {kind} variant of {key} with `{unknown}` is known"
    system = _system_gap(key, kind, grammar, tag)
    if system is not None:
        return system
    if "since" in grammar:
        return f"{key} has {kind} variants since {grammar['since']} only" if _is_older(tag, grammar["since"]) else None
    return _table_gap(subject, kind)


def _system_gap(key: str, kind: str, grammar: Mapping[str, Any], tag: Tag) -> str | None:
    only_on, required = grammar.get("only_on"), grammar.get("requires")
    if only_on is not None and tag.distribution not in (None, *only_on):
        return f"{key} has {kind} variants on {only_on[0]} only"
    if required is not None and tag.distribution != required:
        return f"{key} has {kind} variants on {required.capitalize()} only"
    return None


def _is_older(tag: Tag, since: str) -> bool:
    """Whether the version of a tag is a number below `since`; floating ones are not."""
    parts = (tag.version or "").split(".")
    if len(parts) < 2 or not all(part.isdigit() for part in parts[:2]):
        return False
    return [int(part) for part in parts[:2]] < [int(part) for part in since.split(".")]


def _suite(tag: Tag) -> str | None:
    return tag.release if tag.distribution in ("debian", "ubuntu") else None


_SLIM_ORDERS: dict[str, tuple[str, ...]] = {
    "suite-slim": ("version", "suite", "flavors", "slim"),
    "slim-suite": ("version", "slim", "flavors", "suite"),
    "flavors-slim-suite": ("version", "flavors", "slim", "suite"),
    "flavors-slim": ("version", "flavors", "slim"),
    "alpine-slim": ("version", "alpine", "slim"),
}


def _slim_tag(order: str, tag: Tag) -> str:
    parts = {
        "version": _written_version(tag),
        "suite": _suite(tag),
        "flavors": _join(*tag.flavors),
        "slim": "slim",
        "alpine": f"alpine{tag.release or ''}" if tag.distribution == "alpine" else "alpine",
    }
    return _join(*[parts[name] for name in _SLIM_ORDERS[order]])


def slim(reference: ImageReference | str) -> Variant:
    """The slim sibling: `node:24-bookworm` gives `node:24-bookworm-slim`, `python:3.13` gives `python:3.13-slim`."""
    subject = _subject(reference)
    if isinstance(subject, Variant):
        return subject
    key, tag = subject.family.key, subject.tag
    data = table("image-variants")
    grammar = data["slim"].get(key)
    if grammar is None:
        return Variant(None, data["no_slim"].get(key, f"no slim variant of {key} is known"))
    if tag.slim:
        return Variant(None, "the image is the slim variant already")
    gap = _grammar_gap(subject, "slim", grammar)
    if gap is not None:
        return Variant(None, gap)
    if "floating" in grammar and _is_default_version(tag.version) and tag.release is None:
        return Variant(subject.at(grammar["floating"]), "`stable` is what `latest` stands for")
    return Variant(subject.at(_slim_tag(grammar["order"], tag)), "same version without build tools")


def _alpine_tag(grammar: Mapping[str, Any], tag: Tag) -> str:
    flavors = [flavor for flavor in tag.flavors if flavor not in grammar.get("dropped", ())]
    if grammar.get("flavors_after"):
        return _join(_written_version(tag), "alpine", *flavors)
    return _join(_written_version(tag), *flavors, "alpine")


def alpine(reference: ImageReference | str) -> Variant:
    """The Alpine sibling: `python:3.13-bookworm` gives `python:3.13-alpine`, Debian and Ubuntu give Alpine itself."""
    subject = _subject(reference)
    if isinstance(subject, Variant):
        return subject
    key, tag = subject.family.key, subject.tag
    data = table("image-variants")
    if key in data["generic"]:
        return Variant(f"alpine:{current_release('alpine')}", "Alpine in place of a general distribution")
    grammar = data["alpine"].get(key)
    if grammar is None:
        return Variant(None, data["no_alpine"].get(key, f"no Alpine variant of {key} is known"))
    if tag.distribution == "alpine" or grammar.get("same"):
        return Variant(None, "the image is built on Alpine already")
    gap = _grammar_gap(subject, "alpine", grammar)
    if gap is not None:
        return Variant(None, gap)
    return Variant(subject.at(_alpine_tag(grammar, tag)), "same version on Alpine")


def current_release(distribution: str) -> str:
    """The newest stable release of a distribution: `3.24` of `alpine`, `trixie` of `debian`."""
    version: str = table("releases")["current"][distribution]
    return version


def _distroless_image(name: str) -> str:
    data = table("distroless")
    return f"{data['registry']}/{name}-{data['current']}:nonroot"


def _distroless_go(needs: Collection[str]) -> Variant:
    if "libstdc++" in needs:
        return Variant(_distroless_image("cc"), "glibc and the C++ library")
    if "glibc" in needs or "openssl" in needs:
        return Variant(_distroless_image("base"), "glibc, for a dynamically linked program")
    return Variant(_distroless_image("static"), "for a statically linked program")


def _distroless_versioned(flavor: str, version: str | None) -> Variant:
    offered: list[str] = table("distroless")[flavor]
    major = (version or "").partition(".")[0]
    if major in offered:
        return Variant(_distroless_image(flavor + major), "same major version without shell and package manager")
    listed = ", ".join(offered)
    wanted = f"not {major}" if major else "and the version of this image is not known"
    return Variant(None, f"distroless has {flavor} {listed}, {wanted}")


def python_beneath(reference: str) -> str | None:
    """The image of Python that an image of uv is made upon, in its slim variant where there is one; None for others.

    `ghcr.io/astral-sh/uv:python3.12-bookworm` has what `python:3.12-bookworm` has at the same places, and uv
    (docs.astral.sh/uv/guides/integration/docker, "Available images").
    """
    known = facts(reference)
    if known is None or known.family != "ghcr.io/astral-sh/uv":
        return None
    versions = [flavor.removeprefix("python") for flavor in known.flavors if flavor.startswith("python3.")]
    if not versions or known.distribution not in ("debian", "alpine"):
        return None
    if known.distribution == "alpine":
        return f"python:{versions[0]}-alpine{known.release or ''}"
    return f"python:{versions[0]}-slim" + (f"-{known.release}" if known.release else "")


def distroless_python(version: str | None) -> Variant:
    """The distroless Python image, which there is for one minor version only."""
    data = table("distroless")
    offered: str = data["python3"][data["current"]]
    if version is not None and ".".join(version.split(".")[:2]) == offered:
        return Variant(_distroless_image("python3"), f"Python {offered} without shell and package manager")
    return Variant(None, f"distroless has Python {offered} only")


def distroless(
    reference: ImageReference | str,
    language: str | None = None,
    needs: Collection[str] = (),
    version: str | None = None,
) -> Variant:
    """The distroless image that can take the place of an image.

    `language` (of what runs: `go`, `javascript`, `python`, `java`, `rust`, `c`, ...) and `version` default to those of
    the image. `needs` may hold `glibc`, `openssl`, `libstdc++` and names of tools the program calls (`shell`, `bash`,
    `curl`, `package-manager`, ...), which distroless images do not have.
    """
    known = facts(mask(reference if isinstance(reference, str) else reference.text)[0])
    if known is not None and known.distribution == "distroless":
        return Variant(None, "the image is distroless already")
    missing = [need for need in needs if need in table("distroless")["without_shell"]]
    if missing:
        return Variant(None, f"distroless images have no {missing[0].replace('-', ' ')}")
    language = language or (known.language if known else None)
    version = version or plain_version(known)
    if language == "javascript" and (known is None or known.family not in ("oven/bun", "denoland/deno")):
        return _distroless_versioned("nodejs", version)
    if language == "java":
        return _distroless_versioned("java", jdk_version(known) or version)
    if language == "python":
        return distroless_python(version)
    if language == "go":
        return _distroless_go(needs)
    if language in ("rust", "c", "c++"):
        return Variant(_distroless_image("cc"), "glibc, libgcc and the C++ library")
    return Variant(None, "no distroless image for this language is known")


def plain_version(known: ImageFacts | None) -> str | None:
    """The version of an image unless it is a masked variable."""
    version = known.version if known else None
    return None if version is None or version.startswith(_OPENING) else version


def jdk_version(known: ImageFacts | None) -> str | None:
    """The JDK major version an image has: from `jdk21`, `temurin-21`, or the version of a JDK image."""
    if known is None:
        return None
    for flavor in known.flavors:
        digits = flavor.removeprefix("jdk").removeprefix("jre")
        if digits.isdigit():
            return digits
    if known.role == "jdk" or known.family == "eclipse-temurin":
        return (known.version or "").partition(".")[0].partition("_")[0].partition("u")[0] or None
    return None


def is_variant_known(family: str, kind: str) -> bool:
    """Whether it is known of a family that it has, or that it has not, variants of a kind: `slim` or `alpine`."""
    data = table("image-variants")
    return family in data[kind] or family in data["no_" + kind] or (kind == "alpine" and family in data["generic"])


def has_variants(reference: ImageReference | str) -> bool:
    """Whether the family of an image is known at all, cheaply."""
    parsed = parse_reference(mask(reference if isinstance(reference, str) else reference.text)[0])
    name = None if parsed is None else family_name(parsed)
    return name is not None and name.key in families()
