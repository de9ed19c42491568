"""Asks image registries which platforms an image is for. Nothing here runs unless the settings name a registry.

Source: the OCI distribution specification ("Pulling manifests", "Pulling blobs") and image index specification;
distribution.github.io/distribution/spec/auth/token for anonymous tokens.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from dockls.knowledge import ImageReference, parse_reference
from dockls.project.surroundings import Surroundings

_HUB, _HUB_HOST = "docker.io", "registry-1.docker.io"
_SECONDS = 10
_MOST_BYTES = 4 << 20
_UNAUTHORIZED = 401
_MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)


class Answer(NamedTuple):
    """The platforms of an image (`linux/arm64`), in the registry's order; or, with none, why they are not known."""

    platforms: tuple[str, ...]
    problem: str | None = None


class Registries:
    """The registries that may be asked, by their names in image references; each image is asked for once."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = frozenset(names)
        #: what is known so far, by the image as it was written
        self.answers: dict[str, Answer] = {}

    def asks_for(self, image: str) -> bool:
        """Whether the image is one of those that may be asked for, and has not been."""
        reference = parse_reference(image)
        return image not in self.answers and reference is not None and _registry(reference) in self._names

    def ask(self, image: str) -> Answer:
        """What the registry says of an image; never raises, and waits some seconds at most."""
        reference = parse_reference(image)
        if reference is None:
            answer = Answer((), f"`{image}` is no name of an image.")
        else:
            try:
                answer = Answer(_platforms(reference))
            except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                answer = Answer((), f"The registry {_registry(reference)} does not tell of `{image}`: {error}.")
        self.answers[image] = answer
        return answer

    def around(self, surroundings: Surroundings) -> Surroundings:
        """The surroundings with what is known of images."""
        return surroundings._replace(image_platforms=self.platforms)

    @property
    def platforms(self) -> Mapping[str, tuple[str, ...]]:
        """The platforms of all images of which they are known."""
        return {image: answer.platforms for image, answer in self.answers.items() if answer.platforms}


def _registry(reference: ImageReference) -> str:
    return reference.canonical.partition("/")[0]


def _platforms(reference: ImageReference) -> tuple[str, ...]:
    registry, _, rest = reference.canonical.partition("/")
    repository = rest.partition("@")[0].partition(":")[0]
    wanted = reference.digest or reference.tag or "latest"
    host = _HUB_HOST if registry == _HUB else registry
    local = urlsplit(f"//{host}").hostname in ("localhost", "127.0.0.1", "::1")
    base = f"{'http' if local else 'https'}://{host}/v2/{repository}"
    connection = _Connection()
    manifest = connection.json(f"{base}/manifests/{wanted}", ", ".join(_MANIFESTS))
    if "manifests" in manifest:
        listed = [entry.get("platform") or {} for entry in manifest["manifests"]]
        # Attestations are listed beside the images as those of an unknown platform.
        return tuple(dict.fromkeys([_shown(one) for one in listed if one.get("os") not in (None, "unknown")]))
    config = connection.json(f"{base}/blobs/{manifest['config']['digest']}", "*/*")
    return (_shown(config),)


def _shown(platform: Mapping[str, Any]) -> str:
    parts = (platform["os"], platform["architecture"], platform.get("variant"))
    return "/".join([str(part) for part in parts if part])


class _Connection:
    """Requests of one repository, with the token that the registry hands out to everybody."""

    def __init__(self) -> None:
        self._token: str | None = None

    def json(self, url: str, accepted: str) -> Mapping[str, Any]:
        """The JSON object at an address; raises OSError and ValueError."""
        try:
            return self._object(url, accepted)
        except HTTPError as error:
            challenge = error.headers.get("WWW-Authenticate", "") if error.code == _UNAUTHORIZED else ""
            if self._token is not None or not challenge.lower().startswith("bearer "):
                raise
            self._token = self._fetched_token(challenge)
            return self._object(url, accepted)

    def _fetched_token(self, challenge: str) -> str:
        from urllib.request import parse_http_list, parse_keqv_list

        fields = parse_keqv_list(parse_http_list(challenge.partition(" ")[2]))
        query: dict[str, str] = {key: fields[key] for key in ("service", "scope") if key in fields}
        answer = self._object(f"{fields['realm']}?{urlencode(query)}", "application/json")
        return str(answer.get("token") or answer["access_token"])

    def _object(self, url: str, accepted: str) -> Mapping[str, Any]:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"{url} is no web address")
        request = Request(url, headers={"Accept": accepted, "User-Agent": "dockls"})
        if self._token is not None:
            # Where the registry sends one elsewhere for a file, the token is not for them.
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        with urlopen(request, timeout=_SECONDS) as response:
            body = response.read(_MOST_BYTES + 1)
        if len(body) > _MOST_BYTES:
            raise ValueError("the answer is too long")
        found = json.loads(body)
        if not isinstance(found, dict):
            raise ValueError("the answer is no JSON object")
        return found
