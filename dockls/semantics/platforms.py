"""The variables that BuildKit sets by itself (docs.docker.com/reference/dockerfile, "Automatic platform ARGs")."""

#: visible in FROM lines without declaration, and in a stage after a bare ARG; values of a build on linux/amd64
_PLATFORM = {
    "TARGETPLATFORM": "linux/amd64",
    "TARGETOS": "linux",
    "TARGETARCH": "amd64",
    "TARGETVARIANT": "",
    "BUILDPLATFORM": "linux/amd64",
    "BUILDOS": "linux",
    "BUILDARCH": "amd64",
    "BUILDVARIANT": "",
    "TARGETSTAGE": "default",
}

#: usable in RUN without declaration, and not part of the cache key
PROXY_ARGUMENTS = frozenset(
    name
    for upper in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
    for name in (upper, upper.lower())
)


def platform_arguments() -> dict[str, str]:
    """Name and value of the platform ARGs, for a build on and for linux/amd64."""
    return dict(_PLATFORM)


def is_platform_argument(name: str) -> bool:
    """Whether BuildKit sets the ARG of that name."""
    return name in _PLATFORM


def is_predefined_argument(name: str) -> bool:
    """Whether an ARG of that name exists without being declared: platform and proxy ARGs."""
    return name in _PLATFORM or name in PROXY_ARGUMENTS
