"""What names of variables tell."""

import pytest

from dockls.knowledge import (
    buildkit_arguments,
    is_build_only_variable,
    is_cache_buster,
    is_embedded_in_site,
    is_read_by_tools,
    is_set_by_image,
    is_volatile_name,
    platform_arguments,
    predefined_arguments,
    reads_own_variables_only,
)


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("GIT_COMMIT", None),
        ("GIT_SHA", "unknown"),
        ("BUILD_DATE", None),
        ("BUILD_NUMBER", "0"),
        ("BUILD_ID", None),
        ("CI_COMMIT_SHA", None),
        ("REVISION", None),
        ("VCS_REF", None),
        ("TIMESTAMP", None),
        ("CACHEBUST", "1"),
        ("APP_GIT_COMMIT", None),
        ("VERSION", None),
        ("VERSION", ""),
        ("VERSION", "dev"),
        ("APP_VERSION", '"dev"'),
        ("BUILD_VERSION", "0.0.0"),
        ("git_commit", None),
    ],
)
def test_volatile(name: str, default: str | None) -> None:
    assert is_volatile_name(name, default)


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("NODE_VERSION", None),
        ("GO_VERSION", "1.26"),
        ("PY_VERSION", None),
        ("VERSION_0", None),
        ("NGINX_VERSION", "1.25"),
        ("VERSION", "1.2.3"),
        ("APP_VERSION", "2.0"),
        ("GO_SHA256", None),
        ("GIT_COMMIT", "a" * 40),
        ("PORT", None),
        ("CONVERSION", None),
        ("", None),
    ],
)
def test_steady(name: str, default: str | None) -> None:
    assert not is_volatile_name(name, default)


def test_cache_busters_are_on_purpose() -> None:
    assert is_cache_buster("CACHEBUST")
    assert is_cache_buster("cache_bust")
    assert not is_cache_buster("GIT_COMMIT")


def test_build_only() -> None:
    for name in ("CGO_ENABLED", "GOFLAGS", "DEBIAN_FRONTEND", "PIP_NO_CACHE_DIR", "npm_config_loglevel", "CFLAGS"):
        assert is_build_only_variable(name)
    for name in ("NODE_ENV", "PORT", "PATH", "GODEBUG", "GOMAXPROCS", "TZ", "LANG", "NODE_OPTIONS"):
        assert not is_build_only_variable(name)


def test_compiled_into_a_site() -> None:
    for name in ("VITE_API", "REACT_APP_URL", "PUBLIC_URL"):
        assert is_embedded_in_site(name)
    assert not is_embedded_in_site("API_URL")


def test_arguments_nobody_declares_have_descriptions() -> None:
    assert {"HTTP_PROXY", "https_proxy", "NO_PROXY", "ALL_PROXY"} <= set(predefined_arguments())
    assert {"TARGETPLATFORM", "TARGETARCH", "BUILDPLATFORM", "BUILDVARIANT"} <= set(platform_arguments())
    assert "BUILDKIT_SYNTAX" in buildkit_arguments()
    for group in (predefined_arguments(), platform_arguments(), buildkit_arguments()):
        assert all(text.endswith(".") for text in group.values())


@pytest.mark.parametrize("name", ["LANG", "LC_ALL", "TZ", "ACCEPT_EULA", "PIP_INDEX_URL", "VITE_API", "https_proxy"])
def test_read_by_tools(name: str) -> None:
    assert is_read_by_tools(name)


@pytest.mark.parametrize("name", ["VERSION", "APP_DIR", "TARGETARCH", "NODE_VERSION", "PORT", ""])
def test_not_read_by_tools(name: str) -> None:
    assert not is_read_by_tools(name)


@pytest.mark.parametrize("command", ["go build -o /app .", "CGO_ENABLED=0 go mod download", "git clone x"])
def test_own_variables_only(command: str) -> None:
    assert reads_own_variables_only(command.split())


@pytest.mark.parametrize("command", ["go generate ./...", "go test", "go", "make", "git commit", "xx-go build"])
def test_any_variable(command: str) -> None:
    assert not reads_own_variables_only(command.split())


def test_set_by_images() -> None:
    assert is_set_by_image("node", "NODE_VERSION")
    assert not is_set_by_image("node", "VERSION")
    assert not is_set_by_image("unheard-of", "NODE_VERSION")
