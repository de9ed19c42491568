"""What is known of base images."""

import pytest

from dockls.knowledge import facts

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("image", "family", "version", "libc", "distribution", "release", "manager"),
    [
        ("golang:1.26", "golang", "1.26", "glibc", "debian", None, "apt"),
        ("golang:1.26-alpine3.22", "golang", "1.26", "musl", "alpine", "3.22", "apk"),
        ("golang:1.26.1-bookworm", "golang", "1.26.1", "glibc", "debian", "bookworm", "apt"),
        ("node:24-bookworm-slim", "node", "24", "glibc", "debian", "bookworm", "apt"),
        ("node:lts-alpine", "node", None, "musl", "alpine", None, "apk"),
        ("node:krypton-slim", "node", "24", "glibc", "debian", None, "apt"),
        ("node", "node", None, "glibc", "debian", None, "apt"),
        ("public.ecr.aws/docker/library/node:22", "node", "22", "glibc", "debian", None, "apt"),
        ("mirror.gcr.io/library/node:22", "node", "22", "glibc", "debian", None, "apt"),
        (f"node:24@{DIGEST}", "node", "24", "glibc", "debian", None, "apt"),
        ("debian:12-slim", "debian", "12", "glibc", "debian", "bookworm", "apt"),
        ("debian:bookworm", "debian", "12", "glibc", "debian", "bookworm", "apt"),
        ("debian:12.5", "debian", "12.5", "glibc", "debian", "bookworm", "apt"),
        ("ubuntu:24.04", "ubuntu", "24.04", "glibc", "ubuntu", "noble", "apt"),
        ("alpine:3.22.1", "alpine", "3.22.1", "musl", "alpine", "3.22", "apk"),
        ("alpine", "alpine", None, "musl", "alpine", None, "apk"),
        ("scratch", "scratch", None, "none", None, None, None),
        ("busybox:1.37-musl", "busybox", "1.37", "musl", None, None, None),
        ("gcr.io/distroless/static-debian12:nonroot", "distroless/static", None, "none", "distroless", "bookworm",
         None),
        ("gcr.io/distroless/base", "distroless/base", None, "glibc", "distroless", None, None),
        ("gcr.io/distroless/nodejs24-debian13", "distroless/nodejs", "24", "glibc", "distroless", "trixie", None),
        ("eu.example.com/mirror/distroless/cc-debian13", "distroless/cc", None, "glibc", "distroless", "trixie", None),
        ("registry.access.redhat.com/ubi9/ubi-minimal", "registry.access.redhat.com/ubi9/ubi-minimal", None, "glibc",
         "redhat", "ubi9", "microdnf"),
        ("eclipse-temurin:21-jre-alpine-3.22", "eclipse-temurin", "21", "musl", "alpine", "3.22", "apk"),
        ("cgr.dev/chainguard/node:latest-dev", "chainguard/node", None, "glibc", "wolfi", None, "apk"),
        ("amazonlinux:2", "amazonlinux", "2", "glibc", "amazon", "al2", "yum"),
        ("amazonlinux:2023", "amazonlinux", "2023", "glibc", "amazon", "al2023", "dnf"),
        ("fedora:43", "fedora", "43", "glibc", "fedora", "fedora43", "dnf"),
        ("python:3.15-rc-slim", "python", "3.15", "glibc", "debian", None, "apt"),
    ],
)  # fmt: skip
def test_system(
    image: str, family: str, version: str | None, libc: str | None, distribution: str | None, release: str | None,
    manager: str | None,
) -> None:  # fmt: skip
    known = facts(image)
    assert known is not None
    assert (known.family, known.version, known.libc) == (family, version, libc)
    assert (known.distribution, known.release, known.package_manager) == (distribution, release, manager)


@pytest.mark.parametrize("image", ["acme/app", "ghcr.io/acme/node", "quay.io/acme/golang:1", "nginx2", "${X}", "A B"])
def test_unknown_images(image: str) -> None:
    assert facts(image) is None


def test_node_has_its_user_and_no_certificates_in_slim() -> None:
    slim, full = facts("node:24-slim"), facts("node:24")
    assert slim is not None and full is not None
    assert slim.users["node"] == 1000
    assert (slim.user, slim.uid) == ("root", 0)
    assert slim.entrypoint == ("docker-entrypoint.sh",)
    assert not slim.has_ca_certificates
    assert full.has_ca_certificates
    assert "git" in full.tools
    assert "git" not in slim.tools
    assert "npm" in slim.tools


@pytest.mark.parametrize(("image", "corepack", "yarn"), [("node:24", 1, 1), ("node:25", 0, 1), ("node:26", 0, 0)])
def test_tools_node_images_lost(image: str, corepack: bool, yarn: bool) -> None:
    known = facts(image)
    assert known is not None
    assert ("corepack" in known.tools, "yarn" in known.tools) == (corepack, yarn)


def test_go_builds_without_c_compiler_on_alpine() -> None:
    debian, alpine = facts("golang:1.26"), facts("golang:1.26-alpine")
    assert debian is not None and alpine is not None
    assert {"gcc", "git"} <= debian.tools
    assert not {"gcc", "git"} & alpine.tools
    assert debian.workdir == alpine.workdir == "/go"
    assert debian.env["GOPATH"] == "/go"
    assert debian.env["PATH"].startswith("/go/bin:/usr/local/go/bin:")


def test_distroless_has_neither_shell_nor_package_manager() -> None:
    plain, nonroot = facts("gcr.io/distroless/base-debian13"), facts("gcr.io/distroless/base-debian13:nonroot")
    assert plain is not None and nonroot is not None
    assert plain.shell is plain.package_manager is None
    assert (plain.user, plain.uid, plain.workdir) == ("root", 0, "/")
    assert (nonroot.user, nonroot.uid, nonroot.workdir) == ("nonroot", 65532, "/home/nonroot")
    assert nonroot.has_ca_certificates and nonroot.has_tzdata


def test_distroless_debug_has_busybox() -> None:
    known = facts("gcr.io/distroless/nodejs24-debian13:debug-nonroot")
    assert known is not None
    assert (known.shell, known.user) == ("/busybox/sh", "nonroot")
    assert known.entrypoint == ("/nodejs/bin/node",)


@pytest.mark.parametrize(
    ("image", "glibc"),
    [
        ("debian:bookworm", "2.36"),
        ("node:24-bookworm", "2.36"),
        ("golang:1.26", "2.41"),
        ("ubuntu:22.04", "2.35"),
        ("alpine:3.22", None),
        ("gcr.io/distroless/static-debian13", None),
        ("gcr.io/distroless/cc-debian13", "2.41"),
        ("registry.access.redhat.com/ubi9", "2.34"),
    ],
)
def test_glibc_version(image: str, glibc: str | None) -> None:
    known = facts(image)
    assert known is not None
    assert known.glibc == glibc


def test_nginx_serves_files_on_port_80() -> None:
    known = facts("nginx:1.30-alpine")
    assert known is not None
    assert (known.document_root, known.ports, known.stopsignal) == ("/usr/share/nginx/html", ("80",), "SIGQUIT")
    assert known.cmd == ("nginx", "-g", "daemon off;")


def test_unprivileged_nginx_listens_elsewhere() -> None:
    known = facts("nginxinc/nginx-unprivileged:1.30-alpine")
    assert known is not None
    assert (known.uid, known.ports) == (101, ("8080",))


def test_php_variants() -> None:
    apache, fpm = facts("php:8.4-apache"), facts("php:8.4-fpm-alpine")
    assert apache is not None and fpm is not None
    assert (apache.ports, apache.users["www-data"]) == (("80",), 33)
    assert (fpm.ports, fpm.users["www-data"], fpm.stopsignal) == (("9000",), 82, "SIGQUIT")


def test_chiseled_dotnet_has_no_shell() -> None:
    known = facts("mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled")
    assert known is not None
    assert (known.shell, known.uid, known.cmd) == (None, 1654, None)
