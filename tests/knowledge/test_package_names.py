"""Package names in other distributions, and what packages are for."""

import pytest

from dockls.knowledge import needs_library, package_kind, runtime_packages, system_packages, translate


@pytest.mark.parametrize(
    ("package", "source", "target", "expected"),
    [
        ("curl", "apt", "apk", "curl"),
        ("build-essential", "apt", "apk", "build-base"),
        ("gcc", "apt", "apk", "gcc musl-dev"),
        ("libssl-dev", "apt", "apk", "openssl-dev"),
        ("adduser", "apt", "apk", ""),
        ("apt-utils", "apt", "apk", ""),
        ("wkhtmltopdf", "apt", "apk", None),
        ("no-such-package", "apt", "apk", None),
        ("gcc", "apk", "apt", "gcc"),
        ("musl-dev", "apk", "apt", "libc6-dev"),
        ("build-base", "apk", "apt", "build-essential"),
        ("su-exec", "apk", "apt", "gosu"),
        ("postgresql-dev", "apk", "apt", "libpq-dev"),
        ("redis", "apk", "apt", "redis-server"),
        ("build-essential", "apt", "dnf", "gcc gcc-c++ make"),
        ("openssh-clients", "dnf", "apt", "openssh-client"),
        ("openssh-client", "apt", "microdnf", "openssh-clients"),
        ("curl", "dnf", "yum", "curl"),
        ("python3", "apt", "wolfi", "python-3"),
    ],
)
def test_translation(package: str, source: str, target: str, expected: str | None) -> None:
    assert translate(package, source, target) == expected


@pytest.mark.parametrize(
    ("package", "manager", "kind"),
    [
        ("gcc", "apt", "build"),
        ("build-base", "apk", "build"),
        ("libpq-dev", "apt", "dev"),
        ("libunheard-dev", "apt", "dev"),
        ("ca-certificates", "apt", "runtime"),
        ("curl", "apk", "tool"),
        ("apt-transport-https", "apt", "unneeded"),
        ("unheard-of", "apt", None),
    ],
)
def test_kind(package: str, manager: str, kind: str | None) -> None:
    assert package_kind(package, manager) == kind


def test_libraries_behind_headers() -> None:
    assert runtime_packages("libssl-dev", "apt", "bookworm") == ("libssl3",)
    assert runtime_packages("libssl-dev", "apt") == ("libssl3t64",)
    assert runtime_packages("openssl-dev", "apk") == ("libssl3", "libcrypto3")
    assert runtime_packages("curl", "apt") is None
    assert runtime_packages("unheard-of", "apt") is None


@pytest.mark.parametrize(
    ("name", "release", "expected"),
    [
        ("psycopg2", "bookworm", ("libpq5",)),
        ("pycurl", "trixie", ("libcurl4t64",)),
        ("gitpython", None, ("git",)),
        ("psycopg2-binary", None, ()),
        ("requests", None, ()),
        ("weasyprint", "bookworm", ("libpango-1.0-0", "libpangocairo-1.0-0", "libharfbuzz-subset0")),
        ("python-ldap", "trixie", ("libldap2",)),
    ],
)
def test_what_python_packages_need(name: str, release: str | None, expected: tuple[str, ...]) -> None:
    assert system_packages(name, release) == expected


def test_how_python_packages_need_a_library() -> None:
    assert needs_library("psycopg2", "libpq-dev") == "built"
    assert needs_library("weasyprint", "libpango1.0-dev") == "loads"
    assert needs_library("psycopg2", "libldap2-dev") is None
    assert needs_library("pycurl", "libcurl4-openssl-dev") is None, "it has wheels"
    assert needs_library("requests", "libpq-dev") is None
