"""Which files a user means, and what stands in them."""

import os
from pathlib import Path

import pytest

from dockls.project import dockerfiles, read_text


def search(root: Path, files: dict[str, str] | list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lay_out(root, files)
    monkeypatch.chdir(root)
    return [found.path for found in dockerfiles(["."])]


def lay_out(root: Path, files: dict[str, str] | list[str]) -> None:
    (root / ".git").mkdir(exist_ok=True)
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[name] if isinstance(files, dict) else "FROM scratch\n")


@pytest.mark.parametrize(
    "name",
    ["Dockerfile", "dockerfile", "DOCKERFILE", "Dockerfile.dev", "dev.Dockerfile", "dev.dockerfile", "Containerfile",
     "Containerfile.dev", "dev.containerfile", "a/b/Dockerfile", ".devcontainer/Dockerfile"],
)  # fmt: skip
def test_names_that_are_dockerfiles(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert search(tmp_path, [name], monkeypatch) == [name]


@pytest.mark.parametrize(
    "name",
    ["Dockerfile.dockerignore", ".dockerignore", "dev.Dockerfile.dockerignore", "Dockerfile-notes", "MyDockerfile",
     "compose.yaml", "Dockerfiles/readme", ".git/Dockerfile", "node_modules/x/Dockerfile", "a/node_modules/Dockerfile",
     "Dockerfile.swp", "Dockerfile~"],
)  # fmt: skip
def test_names_that_are_none(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert search(tmp_path, [name], monkeypatch) == []


@pytest.mark.parametrize(
    ("ignore", "found"),
    [
        ("build\n", ["Dockerfile", "a/Dockerfile"]),
        ("/build\n", ["Dockerfile", "a/Dockerfile", "a/build/Dockerfile"]),
        ("a/build\n", ["Dockerfile", "a/Dockerfile", "build/Dockerfile"]),
        ("build/\n!build/\n", ["Dockerfile", "a/Dockerfile", "a/build/Dockerfile", "build/Dockerfile"]),
        ("a/\n", ["Dockerfile", "build/Dockerfile"]),
        ("a/*\n!a/build\n", ["Dockerfile", "a/build/Dockerfile", "build/Dockerfile"]),
        ("**/build/Dockerfile\n", ["Dockerfile", "a/Dockerfile"]),
        ("a/**/Dockerfile\n", ["Dockerfile", "build/Dockerfile"]),
        ("a/**\n", ["Dockerfile", "build/Dockerfile"]),
        ("# build\n\\#x\n\n", ["Dockerfile", "a/Dockerfile", "a/build/Dockerfile", "build/Dockerfile"]),
        ("b*d  \r\n", ["Dockerfile", "a/Dockerfile"]),
        ("[!b]\n", ["Dockerfile", "build/Dockerfile"]),
        ("?\n", ["Dockerfile", "build/Dockerfile"]),
        ("Dockerfile/\n", ["Dockerfile", "a/Dockerfile", "a/build/Dockerfile", "build/Dockerfile"]),
        ("[\n[a\n\\\n!\n/\n", ["Dockerfile", "a/Dockerfile", "a/build/Dockerfile", "build/Dockerfile"]),
        ("Dockerfile\n!/Dockerfile\n", ["Dockerfile"]),
    ],
)
def test_what_git_ignores_is_not_searched(
    ignore: str, found: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, {".gitignore": ignore})
    files = ["Dockerfile", "a/Dockerfile", "a/build/Dockerfile", "build/Dockerfile"]
    assert sorted(search(tmp_path, files, monkeypatch)) == found


def test_a_nested_ignore_file_is_stronger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        ".gitignore": "*.dev\n",
        "a/.gitignore": "!Dockerfile.dev\n",
        "a/Dockerfile.dev": "",
        "b/Dockerfile.dev": "",
    }
    assert search(tmp_path, files, monkeypatch) == ["a/Dockerfile.dev"]


def test_ignore_files_above_the_folder_that_is_searched_count(tmp_path: Path) -> None:
    lay_out(tmp_path, {".gitignore": "/a/out\n", "a/out/Dockerfile": "", "a/in/Dockerfile": ""})
    found = [Path(one.path).relative_to(tmp_path).as_posix() for one in dockerfiles([str(tmp_path / "a")])]
    assert found == ["a/in/Dockerfile"]


def test_a_file_that_is_named_is_taken_whatever_it_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {".gitignore": "*\n", "image.txt": "FROM x\n"})
    monkeypatch.chdir(tmp_path)
    assert list(dockerfiles(["image.txt", "-"])) == [("image.txt", None), ("-", None)]


def test_each_file_comes_once_as_it_was_given_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, ["b/Dockerfile", "a/Dockerfile"])
    monkeypatch.chdir(tmp_path)
    found = [one.path for one in dockerfiles(["./b/Dockerfile", ".", "b", str(tmp_path)])]
    assert found == ["./b/Dockerfile", "a/Dockerfile"]


def test_a_missing_path_is_told(tmp_path: Path) -> None:
    (one,) = dockerfiles([str(tmp_path / "missing")])
    assert one.problem is not None
    assert one.path in one.problem


def test_links_to_folders_are_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, ["a/Dockerfile"])
    (tmp_path / "a" / "round").symlink_to(tmp_path)
    (tmp_path / "Dockerfile").symlink_to("nowhere")
    assert search(tmp_path, [], monkeypatch) == ["a/Dockerfile"]


def test_a_text_is_read_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes("\ufeffFROM grün\r\nRUN x\r".encode())
    assert read_text(str(tmp_path / "Dockerfile")) == ("\ufeffFROM grün\r\nRUN x\r", (), True)


@pytest.mark.parametrize(("bad", "read"), [(b"\xff", "\ufffd"), (b"\0", "\ufffd"), (b"\xe2\x82", "\ufffd")])
def test_bad_bytes_are_replaced_and_told_with_file_and_line(tmp_path: Path, bad: bytes, read: str) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"FROM x\nRUN a" + bad + b"b\n")
    source = read_text(str(path))
    assert source.text == f"FROM x\nRUN a{read}b\n"
    assert len(source.problems) == 1
    assert f"{path}, line 2:" in source.problems[0]


def test_utf_16_is_read_and_told(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes("FROM x\n".encode("utf-16"))
    source = read_text(str(tmp_path / "Dockerfile"))
    assert source.text == "FROM x\n"
    assert "UTF-16" in source.problems[0]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing", Path(f"{tmp_path}{os.sep}a\0b")):
        source = read_text(str(path))
        assert not source.readable
        assert str(path) in source.problems[0]
