"""The build context: what is in it, what matches, what is ignored."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dockls.project import UNKNOWN_CONTEXT, BuildContext, DirectoryContext, FileMapContext

FILES = {
    "package.json": "{}",
    "src/main.c": "int main;",
    "src/util.c": "",
    "src/deep/x.h": "",
    "docs/guide.md": "",
    "a[1].txt": "",
    ".env": "",
}
Maker = Callable[[dict[str, str]], BuildContext]


@pytest.fixture(params=["map", "disk"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Maker:
    def on_disk(files: dict[str, str]) -> BuildContext:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return DirectoryContext(str(tmp_path))

    return FileMapContext if request.param == "map" else on_disk


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("package.json", "file"),
        ("/package.json", "file"),
        ("./src/", "directory"),
        ("src/deep/x.h", "file"),
        ("../package.json", "file"),
        ("src/../docs", "directory"),
        (".", "directory"),
        ("", "directory"),
        ("missing", None),
        ("package.json/x", None),
        ("Package.json", None),
    ],
)
def test_kind_and_existence(make: Maker, path: str, kind: str | None) -> None:
    context = make(FILES)
    assert context.kind(path) == kind
    assert context.exists(path) is (kind is not None)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("src/*.c", ["src/main.c", "src/util.c"]),
        ("*/*.?", ["src/main.c", "src/util.c"]),
        ("s[a-t]c/*/*", ["src/deep/x.h"]),
        ("package*.json", ["package.json"]),
        ("**/x.h", []),
        ("**/guide.md", ["docs/guide.md"]),
        ("src/deep", ["src/deep"]),
        ("./docs/*", ["docs/guide.md"]),
        (r"a\[1\].txt", ["a[1].txt"]),
        (".e*", [".env"]),
        ("nothing*", []),
        ("src/[", []),
        ("", []),
    ],
)
def test_glob_matches_as_go_does_one_folder_a_star(make: Maker, pattern: str, found: list[str]) -> None:
    assert list(make(FILES).glob(pattern)) == found


def test_texts_are_read(make: Maker) -> None:
    context = make(FILES)
    assert context.read("src/main.c") == "int main;"
    assert context.read("src") is None
    assert context.read("missing") is None


def test_a_context_without_an_ignore_file_ignores_nothing(make: Maker) -> None:
    context = make(FILES)
    assert context.ignore_file is None
    assert not context.ignored("src").ignored


def test_the_ignore_file_of_the_context_counts(make: Maker) -> None:
    context = make({**FILES, ".dockerignore": "docs\n"})
    assert context.ignored("docs/guide.md").ignored
    assert not context.ignored("src/main.c").ignored


def test_the_ignore_file_of_the_dockerfile_replaces_that_of_the_context(make: Maker) -> None:
    context = make({**FILES, ".dockerignore": "docs\n", "Dockerfile.dockerignore": "src\n"})
    assert context.ignored("src/main.c").ignored
    assert not context.ignored("docs/guide.md").ignored


def test_the_files_a_build_sees(make: Maker) -> None:
    context = make({**FILES, ".dockerignore": "src\n.*\n!src/deep/x.h\n"})
    assert sorted(context.files()) == ["a[1].txt", "docs/guide.md", "package.json", "src/deep/x.h"]
    assert len(context.files(limit=2)) == 2
    assert context.files("docs") == ("docs/guide.md",)


def test_entries_tell_folders_by_a_slash(make: Maker) -> None:
    assert make(FILES).entries("src") == ("deep/", "main.c", "util.c")
    assert make(FILES).entries("missing") == ()


def test_an_unknown_context_knows_nothing() -> None:
    assert not UNKNOWN_CONTEXT.known
    assert UNKNOWN_CONTEXT.exists("a") is None
    assert UNKNOWN_CONTEXT.kind(".") is None
    assert UNKNOWN_CONTEXT.glob("*") == ()
    assert UNKNOWN_CONTEXT.read("a") is None
    assert not UNKNOWN_CONTEXT.ignored("a").ignored


def test_links_are_followed_inside_only(tmp_path: Path) -> None:
    root = tmp_path / "context"
    (root / "real").mkdir(parents=True)
    (root / "real" / "file").write_text("in")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_text("out")
    (root / "inside").symlink_to("real")
    (root / "outside").symlink_to(tmp_path / "secret")
    (root / "nowhere").symlink_to("missing")
    (root / "round").symlink_to("round")
    context = DirectoryContext(str(root))
    assert context.read("inside/file") == "in"
    assert context.read("outside/key") is None
    assert context.exists("outside/key") is None
    assert context.exists("nowhere") is None
    assert context.kind("round") is None
    assert context.glob("*/key") == ()


def test_a_dockerfile_outside_its_context_keeps_its_ignore_file(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "Dockerfile.dockerignore").write_text("x\n")
    context = DirectoryContext(str(tmp_path / "app"), str(tmp_path / "build" / "Dockerfile"))
    assert context.ignored("x").ignored


def test_reading_is_bounded_and_takes_any_bytes(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"\xff" + b"x" * (3 << 20))
    text = DirectoryContext(str(tmp_path)).read("big")
    assert text is not None
    assert len(text) == 1 << 20
    assert text.startswith("\ufffdx")


@pytest.mark.skipif(os.name == "nt", reason="files have no such mode there")
def test_modes_tell_what_can_be_executed(tmp_path: Path) -> None:
    for name, mode in (("gradlew", 0o644), ("mvnw", 0o755), ("own", 0o700)):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(mode)
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("mvnw")
    context = DirectoryContext(str(tmp_path))
    asked = ("gradlew", "./mvnw", "own", "link", "folder", "missing")
    assert [context.executable(path) for path in asked] == [False, True, True, True, None, None]
    assert FileMapContext({"a": "", "b": ""}, modes={"./a": 0o644}).executable("a") is False
    assert FileMapContext({"a": "", "b": ""}).executable("a") is None
    assert UNKNOWN_CONTEXT.executable("a") is None


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000, "\ud800"])
def test_impossible_paths_are_not_there(make: Maker, path: str) -> None:
    context = make(FILES)
    assert context.kind(path) is None
    assert context.kind(path + "/below") is None
    assert context.read(path) is None


def test_a_root_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    context = DirectoryContext(str(tmp_path / "missing"))
    assert context.entries() == ()
    assert context.exists("a") is False
