"""Image references: what is one, its parts, its familiar and canonical names."""

import pytest

from dockls.knowledge import is_plausible_image, meant_image, parse_reference

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "registry", "path", "tag", "digest", "familiar"),
    [
        ("node", None, "node", None, None, "node"),
        ("node:24", None, "node", "24", None, "node"),
        ("library/node", None, "library/node", None, None, "node"),
        ("docker.io/library/node:24", "docker.io", "library/node", "24", None, "node"),
        ("index.docker.io/library/node", "index.docker.io", "library/node", None, None, "node"),
        ("docker.io/node", "docker.io", "node", None, None, "node"),
        ("oven/bun:1", None, "oven/bun", "1", None, "oven/bun"),
        ("ghcr.io/acme/app", "ghcr.io", "acme/app", None, None, "ghcr.io/acme/app"),
        ("localhost/app", "localhost", "app", None, None, "localhost/app"),
        ("localhost:5000/app:v1", "localhost:5000", "app", "v1", None, "localhost:5000/app"),
        ("HOST/app", "HOST", "app", None, None, "HOST/app"),
        ("[::1]:5000/app", "[::1]:5000", "app", None, None, "[::1]:5000/app"),
        (f"node@{DIGEST}", None, "node", None, DIGEST, "node"),
        (f"node:24-slim@{DIGEST}", None, "node", "24-slim", DIGEST, "node"),
        ("a_b/c__d/e-f/g.h", None, "a_b/c__d/e-f/g.h", None, None, "a_b/c__d/e-f/g.h"),
        ("a---b", None, "a---b", None, None, "a---b"),
        ("library/a/b", None, "library/a/b", None, None, "library/a/b"),
        ("node:_x.Y-z", None, "node", "_x.Y-z", None, "node"),
    ],
)
def test_parts(text: str, registry: str | None, path: str, tag: str | None, digest: str | None, familiar: str) -> None:
    reference = parse_reference(text)
    assert reference is not None
    assert reference == (text, registry, path, tag, digest)
    assert reference.familiar == familiar


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Node",
        "node:",
        "node@",
        ":24",
        "/node",
        "node/",
        "a//b",
        "-a",
        "a-",
        "a..b",
        "a___b",
        "node:-x",
        "node:" + "x" * 129,
        "node@sha256:abc",
        "node@sha256:" + "g" * 64,
        f"node@{DIGEST}0",
        "acme/Node",
        "ghcr.io/",
        "no de",
        "node:24 ",
        "${BASE}",
        "node:${VERSION}",
        "https://ghcr.io/a",
        "0123456789abcdef" * 4,
        "a" * 256,
        "-host.io/a",
        "nöde",
        "\n",
        "node\n",
    ],
)
def test_no_reference(text: str) -> None:
    assert parse_reference(text) is None


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("node", "docker.io/library/node"),
        ("node:24", "docker.io/library/node:24"),
        ("index.docker.io/node", "docker.io/library/node"),
        ("acme/app:1", "docker.io/acme/app:1"),
        (f"quay.io/a/b@{DIGEST}", f"quay.io/a/b@{DIGEST}"),
    ],
)
def test_canonical_name(text: str, canonical: str) -> None:
    reference = parse_reference(text)
    assert reference is not None
    assert reference.canonical == canonical


def test_canonical_name_is_a_reference_to_the_same() -> None:
    for text in ("node:24", "acme/app", "ghcr.io/a/b:c", f"node@{DIGEST}"):
        first = parse_reference(text)
        assert first is not None
        second = parse_reference(first.canonical)
        assert second is not None
        assert (second.canonical, second.familiar) == (first.canonical, first.familiar)


def test_long_input_is_answered() -> None:
    for text in ("a" * 100_000, "a." * 50_000 + "/x", "a-" * 50_000, "A" * 50_000 + "/", "x:" + "y" * 90_000):
        assert parse_reference(text) is None


@pytest.mark.parametrize(
    "name",
    ["nginx", "alpine", "busybox", "composer", "golang", "scratch", "acme/app", "tool:1", "x@y", "Nginx", "node"],
)
def test_plausible_image(name: str) -> None:
    assert is_plausible_image(name)


@pytest.mark.parametrize("name", ["builder", "build", "deps", "biuld", "base", "prod-deps", "0", "runtime", "nodejs"])
def test_hardly_an_image(name: str) -> None:
    assert not is_plausible_image(name)


def test_what_a_name_is_often_meant_for() -> None:
    assert meant_image("nodejs") == "node"
    assert meant_image("Postgresql") == "postgres"
    assert meant_image("builder") is None
