"""Image references: their grammar, their normal form, and which bare names are images at all.

The grammar is that of https://github.com/distribution/reference, which BuildKit uses for every image name.
"""

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from .tables import word_set

if TYPE_CHECKING:
    from re import Pattern

DEFAULT_REGISTRY = "docker.io"
OFFICIAL_NAMESPACE = "library/"
_LEGACY_REGISTRY = "index.docker.io"
_LONGEST_PATH = 255
_LONGEST_REFERENCE = 1024  # path, tag and digest together stay far below
_IDENTIFIER_LENGTH = 64
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}


class ImageReference(NamedTuple):
    """One image reference, split as written.

    `registry` is None when none is written, `path` the repository path as written (`library/node`, `node`), `tag` and
    `digest` None when absent; the digest keeps its algorithm (`sha256:...`).
    """

    text: str
    registry: str | None
    path: str
    tag: str | None
    digest: str | None

    @property
    def name(self) -> str:
        """Registry and path as written, without tag and digest."""
        return self.path if self.registry is None else f"{self.registry}/{self.path}"

    @property
    def familiar(self) -> str:
        """The shortest name of the same repository: `docker.io/library/node` is `node`, others keep their registry."""
        if self.registry not in (None, DEFAULT_REGISTRY, _LEGACY_REGISTRY):
            return self.name
        head, _, rest = self.path.partition("/")
        return rest if head + "/" == OFFICIAL_NAMESPACE and rest and "/" not in rest else self.path

    @property
    def canonical(self) -> str:
        """Registry, path, tag and digest with nothing left out but an unwritten tag: `docker.io/library/node:24`."""
        registry = self.registry or DEFAULT_REGISTRY
        if registry == _LEGACY_REGISTRY:
            registry = DEFAULT_REGISTRY
        bare = registry == DEFAULT_REGISTRY and "/" not in self.path
        path = OFFICIAL_NAMESPACE + self.path if bare else self.path
        tag = "" if self.tag is None else f":{self.tag}"
        digest = "" if self.digest is None else f"@{self.digest}"
        return f"{registry}/{path}{tag}{digest}"

    def with_tag(self, tag: str) -> str:
        """The text of the same repository at `tag`; a digest is dropped, for it names other content."""
        return f"{self.name}:{tag}"


@cache
def _grammar() -> "Pattern[str]":
    import re

    component = r"[a-z0-9]++(?:(?:[._]|__|-++)[a-z0-9]++)*+"
    label = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
    domain = rf"(?:{label}(?:\.{label})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
    algorithm = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*"
    return re.compile(
        rf"(?:(?P<domain>{domain})/)?(?P<path>{component}(?:/{component})*)"
        rf"(?::(?P<tag>\w[\w.-]{{0,127}}))?(?:@(?P<digest>{algorithm}:[0-9a-fA-F]{{32,}}))?",
        re.ASCII,
    )


def _is_registry(part: str) -> bool:
    return part == "localhost" or "." in part or ":" in part or part.lower() != part


def parse_reference(text: str) -> ImageReference | None:
    """The parts of an image reference, or None when BuildKit would reject `text` as one.

    Variables must be expanded first (`$` is in no image name). 64 hexadecimal digits alone are rejected, as they would
    be an image id.
    """
    if len(text) == _IDENTIFIER_LENGTH and not text.strip("0123456789abcdef"):
        return None
    if len(text) > _LONGEST_REFERENCE:
        return None
    head, slash, _ = text.partition("/")
    has_registry = bool(slash) and _is_registry(head)
    # Without this, a first part that is no registry could be taken for one by the grammar alone.
    match = _grammar().fullmatch(text if has_registry else f"{DEFAULT_REGISTRY}/{text}")
    if match is None:
        return None
    path: str = match["path"]
    registry = head if has_registry else None
    digest: str | None = match["digest"]
    return ImageReference(text, registry, path, match["tag"], digest) if _fits(registry, path, digest) else None


def _fits(registry: str | None, path: str, digest: str | None) -> bool:
    bare = registry in (None, DEFAULT_REGISTRY, _LEGACY_REGISTRY) and "/" not in path
    full = f"{registry or DEFAULT_REGISTRY}/{OFFICIAL_NAMESPACE if bare else ''}{path}"
    if len(full) > _LONGEST_PATH:
        return False
    if digest is None:
        return True
    algorithm, _, value = digest.partition(":")
    wanted = _DIGEST_LENGTHS.get(algorithm)
    return wanted is None or (len(value) == wanted and value == value.lower())


def official_images() -> frozenset[str]:
    """The names of all Docker Official Images, the retired ones included (`nginx`, `golang`, ...)."""
    return word_set("official-images", "names")


def is_plausible_image(name: str) -> bool:
    """Whether a `--from=name` that names no stage can well be meant as an image.

    True for a known official image and for whatever a stage cannot be called or would hardly be: names with a
    registry, a namespace, a tag or a digest.
    """
    lowered = name.lower()
    return lowered == "scratch" or any(mark in name for mark in "/:@") or lowered in official_images()


def meant_image(name: str) -> str | None:
    """The official image a name that is none is often written for: `nodejs` gives `node`; else None."""
    from .tables import table

    meant: str | None = table("official-images")["often_meant"].get(name.lower())
    return meant
