"""The slim, Alpine and distroless siblings of images, and images to run what was built."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dockls.knowledge import Variant, alpine, distroless, facts, parse_reference, python_beneath, runtime_images, slim

SHARED = Path(os.environ.get("DOCKLS_SHARED", Path(__file__).parents[3] / "shared"))
TAGS = SHARED / "knowledge" / "official-tags.tsv.gz"
DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("node:24", "node:24-slim"),
        ("node:24-bookworm", "node:24-bookworm-slim"),
        ("node", "node:slim"),
        ("node:latest", "node:slim"),
        ("node:lts", "node:lts-slim"),
        ("node:24-alpine", "node:24-slim"),
        ("node:24.1.0-bookworm", "node:24.1.0-bookworm-slim"),
        ("python:3.13-bookworm", "python:3.13-slim-bookworm"),
        ("python:3.15-rc", "python:3.15-rc-slim"),
        ("ruby:3.4", "ruby:3.4-slim"),
        ("rust:1.98-bookworm", "rust:1.98-slim-bookworm"),
        ("perl:5.42-threaded-bookworm", "perl:5.42-slim-threaded-bookworm"),
        ("debian:trixie", "debian:trixie-slim"),
        ("debian:12", "debian:12-slim"),
        ("debian:bookworm-20260803", "debian:bookworm-20260803-slim"),
        ("debian", "debian:stable-slim"),
        ("nginx:1.30-alpine", "nginx:1.30-alpine-slim"),
        ("elixir:1.19-otp-28", "elixir:1.19-otp-28-slim"),
        ("mirror.example.com/library/node:24", "mirror.example.com/library/node:24-slim"),
        ("docker.io/node:24", "docker.io/node:24-slim"),
        (f"node:24@{DIGEST}", "node:24-slim"),
        ("node:${NODE_VERSION}", "node:${NODE_VERSION}-slim"),
        ("node:$V-bookworm", "node:$V-bookworm-slim"),
        ("python:${V:-3.13}-bookworm", "python:${V:-3.13}-slim-bookworm"),
    ],
)
def test_slim(image: str, expected: str) -> None:
    assert slim(image).image == expected


@pytest.mark.parametrize(
    "image",
    ["golang:1.26", "php:8.4", "gcc:14", "ubuntu:24.04", "alpine:3.22", "node:24-slim", f"node@{DIGEST}", "acme/app",
     "scratch", "node:lts-krypton", "$IMAGE", "swift:6.0-bookworm", "debian:bookworm-backports", "haskell:9.14",
     "nginx:1.30", "nginx:1.21-alpine"],
)  # fmt: skip
def test_no_slim_and_why(image: str) -> None:
    variant = slim(image)
    assert variant.image is None
    assert variant.reason


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("golang:1.26", "golang:1.26-alpine"),
        ("golang:1.26-bookworm", "golang:1.26-alpine"),
        ("golang", "golang:alpine"),
        ("node:24-bookworm-slim", "node:24-alpine"),
        ("python:3.13-slim-bookworm", "python:3.13-alpine"),
        ("php:8.4-fpm-bookworm", "php:8.4-fpm-alpine"),
        ("nginx:1.30", "nginx:1.30-alpine"),
        ("nginx:1.30-perl", "nginx:1.30-alpine-perl"),
        ("eclipse-temurin:21-jre-noble", "eclipse-temurin:21-jre-alpine"),
        ("maven:3.9-eclipse-temurin-21", "maven:3.9-eclipse-temurin-21-alpine"),
        ("gradle:9-jdk21-noble", "gradle:9-jdk21-alpine"),
        ("node:${V}-slim", "node:${V}-alpine"),
        ("ghcr.io/mirror/library/ruby:3.4", "ghcr.io/mirror/library/ruby:3.4-alpine"),
    ],
)
def test_alpine(image: str, expected: str) -> None:
    assert alpine(image).image == expected


def test_general_distributions_give_alpine_itself() -> None:
    for image in ("debian:bookworm-slim", "ubuntu:24.04"):
        assert (alpine(image).image or "").startswith("alpine:3.")


@pytest.mark.parametrize(
    "image",
    ["node:24-alpine", "php:8.4-apache", "gcc:14", "perl:5.42", "maven:3.9", "composer:2", "alpine:3.22", "acme/app",
     "julia:1.12", "gradle:8-jdk8", "eclipse-temurin:latest"],
)  # fmt: skip
def test_no_alpine_and_why(image: str) -> None:
    variant = alpine(image)
    assert variant.image is None
    assert variant.reason


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        (distroless("golang:1.26"), "gcr.io/distroless/static-debian13:nonroot"),
        (distroless("debian:trixie-slim", "go", ["glibc"]), "gcr.io/distroless/base-debian13:nonroot"),
        (distroless("debian:trixie-slim", "rust"), "gcr.io/distroless/cc-debian13:nonroot"),
        (distroless("node:24-slim"), "gcr.io/distroless/nodejs24-debian13:nonroot"),
        (distroless("node:krypton"), "gcr.io/distroless/nodejs24-debian13:nonroot"),
        (distroless("node:${V}", version="22"), "gcr.io/distroless/nodejs22-debian13:nonroot"),
        (distroless("python:3.13-slim"), "gcr.io/distroless/python3-debian13:nonroot"),
        (distroless("eclipse-temurin:21-jre"), "gcr.io/distroless/java21-debian13:nonroot"),
        (distroless("maven:3.9-eclipse-temurin-17"), "gcr.io/distroless/java17-debian13:nonroot"),
    ],
)
def test_distroless(variant: Variant, expected: str) -> None:
    assert variant.image == expected


@pytest.mark.parametrize(
    ("variant", "word"),
    [
        (distroless("node:20"), "not 20"),
        (distroless("node:lts"), "not known"),
        (distroless("node:${V}"), "not known"),
        (distroless("python:3.12"), "3.13"),
        (distroless("golang:1.26", needs=["shell"]), "no shell"),
        (distroless("gcr.io/distroless/static"), "already"),
        (distroless("oven/bun:1"), "no distroless"),
        (distroless("ruby:3.4"), "no distroless"),
    ],
)
def test_no_distroless_and_why(variant: Variant, word: str) -> None:
    assert variant.image is None
    assert word in variant.reason


def test_distroless_images_are_known_themselves() -> None:
    for image in ("golang:1.26", "node:24", "python:3.13", "eclipse-temurin:21"):
        known = facts(distroless(image).image or "")
        assert known is not None
        assert (known.shell, known.uid) == (None, 65532)


def choices(image: str, linking: str | None = None, *, site: bool = False) -> list[str]:
    return [choice.image for choice in runtime_images(image, linking, site=site)]


def test_runtime_of_a_static_go_program() -> None:
    assert choices("golang:1.26", "static") == [
        "gcr.io/distroless/static-debian13:nonroot",
        "alpine:3.24",
        "scratch",
    ]


def test_runtime_of_a_go_program_with_cgo_is_not_older_than_its_builder() -> None:
    assert choices("golang:1.26-bookworm", "glibc") == [
        "debian:bookworm-slim",
        "gcr.io/distroless/base-debian13:nonroot",
    ]
    assert choices("golang:1.26-alpine3.23", "musl") == ["alpine:3.23"]


def test_runtime_of_a_node_server_keeps_version_and_libc() -> None:
    assert choices("node:24")[:2] == ["node:24-slim", "node:24-alpine"]
    assert choices("node:24-alpine")[0] == "node:24-alpine"
    assert choices("node:24-bookworm")[0] == "node:24-bookworm-slim"
    assert "gcr.io/distroless/nodejs24-debian13:nonroot" in choices("node:24")
    assert not [image for image in choices("node:20") if "distroless" in image]


def test_runtime_of_a_static_site_is_a_web_server() -> None:
    first = runtime_images("node:24-alpine", site=True)[0]
    assert (first.image, first.port, first.document_root) == ("nginx:1.30-alpine", "80", "/usr/share/nginx/html")


def test_runtime_of_java_is_a_jre() -> None:
    assert choices("maven:3.9-eclipse-temurin-21")[0] == "eclipse-temurin:21-jre"


def test_no_runtime_for_the_unknown() -> None:
    assert choices("acme/app") == []


def test_runtime_images_are_references_with_known_facts() -> None:
    for image in ("golang:1.26", "node:24", "rust:1.98", "python:3.13", "maven:3.9-eclipse-temurin-21", "gcc:14"):
        for choice in runtime_images(image):
            assert parse_reference(choice.image) is not None
            known = facts(choice.image)
            assert known is not None
            assert choice.has_shell == (known.shell is not None)


def published() -> dict[str, dict[str, str]]:
    tags: dict[str, dict[str, str]] = {}
    with gzip.open(TAGS, "rt", encoding="utf-8") as stream:
        for line in stream:
            image, tag, _, last, _ = line.rstrip("\n").split("\t")
            tags.setdefault(image, {})[tag] = last
    return tags


@pytest.mark.skipif(not TAGS.exists(), reason="the table of published tags is not here")
@pytest.mark.parametrize("sibling", [slim, alpine])
def test_siblings_of_published_tags_are_published(sibling: Callable[[str], Variant]) -> None:
    tags = published()
    checked, missing = 0, []
    for image, known in tags.items():
        for tag, last in known.items():
            if last != "current" or (image == "maven" and "-rc-" in tag):
                continue
            found = sibling(f"{image}:{tag}").image
            if found is None:
                continue
            checked += 1
            name, _, sibling_tag = found.partition(":")
            if sibling_tag not in tags[name]:
                missing.append((f"{image}:{tag}", found))
    assert missing == []
    assert checked > 500


@pytest.mark.parametrize(
    ("image", "beneath"),
    [
        ("ghcr.io/astral-sh/uv:python3.12-bookworm-slim", "python:3.12-slim-bookworm"),
        ("ghcr.io/astral-sh/uv:0.9-python3.13-trixie", "python:3.13-slim-trixie"),
        ("ghcr.io/astral-sh/uv:python3.12-alpine", "python:3.12-alpine"),
        ("ghcr.io/astral-sh/uv:python3.13-alpine3.22", "python:3.13-alpine3.22"),
        ("ghcr.io/astral-sh/uv:0.9", None),
        ("ghcr.io/astral-sh/uv:debian-slim", None),
        ("python:3.13", None),
    ],
)
def test_python_beneath_images_of_uv(image: str, beneath: str | None) -> None:
    assert python_beneath(image) == beneath


@pytest.mark.skipif(not TAGS.exists(), reason="the table of published tags is not here")
def test_runtime_images_are_published() -> None:
    tags = published()
    for image in ("golang:1.26", "golang:1.27-bookworm", "node:24", "node:22-alpine", "rust:1.98", "python:3.13"):
        for choice in runtime_images(image):
            name, _, tag = choice.image.partition(":")
            if name in tags:
                assert tags[name][tag] == "current", choice.image
    for choice in runtime_images("node:24", site=True):
        name, _, tag = choice.image.partition(":")
        if name in tags:
            assert tags[name][tag] == "current", choice.image


@pytest.mark.skipif(not TAGS.exists(), reason="the table of published tags is not here")
def test_releases_of_published_tags() -> None:
    checked, wrong = 0, []
    with gzip.open(TAGS, "rt", encoding="utf-8") as stream:
        for line in stream:
            image, tag, _, last, release = line.rstrip("\n").split("\t")
            known = facts(f"{image}:{tag}") if last == "current" and release else None
            # The gradle images of the old JDKs stay on an older release than the others.
            if known is None or (image == "gradle" and {"jdk8", "jdk11"} & set(known.flavors)):
                continue
            found = known.release or known.likely_release
            if found is not None:
                checked += 1
                if found != release.removeprefix("alpine").removeprefix("-"):
                    wrong.append((f"{image}:{tag}", found, release))
    assert wrong == []
    assert checked > 2000
