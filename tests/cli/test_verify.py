"""`dockls verify` with a builder that answers what a test describes; real builds are in ``tests/images``."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from consoles import run

from dockls.cli import building

ROOT = Path(__file__).parents[2]

RENAMED = "FROM golang AS Build\nRUN make\n"
MIXED = (ROOT / "docs/example/Dockerfile").read_text("utf-8")
#: what extract-builder-stage makes of MIXED keeps of its old base
OLD = {"files": {"bin/go": "go" * 400, "app": "program"}, "config": {"Cmd": ["/app"], "Env": ["PATH=/bin"]}}
NEW = {"files": {"app": "program"}, "config": {"Cmd": ["/app"], "Env": ["PATH=/bin"]}}


class Fake:
    """The builder's folder."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        folder.mkdir()
        program = folder / "docker"
        shutil.copy(Path(__file__).with_name("fake_docker.py"), folder / "fake.py")
        source = (folder / "fake.py").read_text("utf-8")
        program.write_text(f"#!{sys.executable}\n{source}", "utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("DOCKER", str(program))
        self.images()
        self.faults()

    def images(self, **images: object) -> None:
        named = {name.replace("_", "-"): image for name, image in images.items()}
        (self.folder / "images.json").write_text(json.dumps(named))

    def faults(self, **faults: str) -> None:
        named = {name.replace("_", " "): said for name, said in faults.items()}
        (self.folder / "faults.json").write_text(json.dumps(named))

    def log(self, name: str) -> str:
        path = self.folder / name
        return path.read_text("utf-8") if path.exists() else ""


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    Path("Dockerfile").write_text(RENAMED, "utf-8")
    return Fake(tmp_path / "docker", monkeypatch)


def rename(*more: str):
    return run("verify", "Dockerfile", "--apply", "rename-stage", "--at", "1:16", *more)


def extract(*more: str):
    Path("Dockerfile").write_text(MIXED, "utf-8")
    return run("verify", "Dockerfile", "--apply", "extract-builder-stage", *more)


def test_the_same_image_holds(fake):
    fake.images(before=OLD, after=OLD)
    done = rename()
    assert done.status == 0, done.all
    assert "the images are the same" in done.out
    assert "size           807 B -> 807 B\n" in done.out
    assert "1 of 2 steps of the second build came from the cache" in done.out
    assert fake.log("built.log").split("----\n")[:2] == [RENAMED, RENAMED.replace("Build", "build")]


def test_what_it_made_is_removed_again(fake):
    fake.images(before=OLD, after=OLD)
    rename("--run")
    assert fake.log("tags") == ""
    assert "rm --force dockls-verify-" in fake.log("calls.log")


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({**OLD, "files": {"app": "program"}}, "/bin/go"),
        ({**OLD, "files": {**OLD["files"], "app": "other"}}, "/app"),
        ({**OLD, "config": {**OLD["config"], "User": "app"}}, "User: 0 -> app"),
        ({**OLD, "config": {"Cmd": ["/app"]}}, "-PATH=/bin"),
    ],
    ids=["lost", "content", "user", "variable"],
)
def test_another_image_does_not_hold(fake, after, told):
    fake.images(before=OLD, after=after)
    done = rename()
    assert done.status == 1
    assert [line for line in done.out.splitlines() if line.startswith("does not hold") and told in line], done.out


def test_an_equivalent_image_may_lose_what_only_the_build_used(fake):
    fake.images(before=OLD, after=NEW)
    done = extract()
    assert done.status == 0, done.all
    assert "files lost     1 (800 B)\n      800 B  /bin/go" in done.out
    assert "holds: all that the new image adds" in done.out


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({**NEW, "files": {"app": "program", "extra": "x"}}, "/extra"),
        ({**NEW, "files": {"app": "relinked"}}, "compare the behavior with --run: /app"),
        ({**NEW, "config": {**NEW["config"], "Cmd": ["/other"]}}, "Cmd: ['/app'] -> ['/other']"),
        ({**NEW, "config": {**NEW["config"], "Env": ["PATH=/other"]}}, "+PATH=/other"),
    ],
    ids=["added", "content", "command", "variable"],
)
def test_an_equivalent_image_may_add_nothing(fake, after, told):
    fake.images(before=OLD, after=after)
    done = extract()
    assert done.status == 1
    assert [line for line in done.out.splitlines() if line.startswith("does not hold") and told in line], done.out


def test_what_the_new_base_brings_is_not_added(fake):
    files = {"app": "program", "etc/os-release": "distroless"}
    base = {"files": {"etc/os-release": "distroless"}}
    fake.images(before=OLD, after={**NEW, "files": files}, base_after=base)
    assert extract().status == 0


def test_the_new_base_is_that_of_the_platform(fake):
    Path("Dockerfile").write_text(MIXED.replace("FROM golang", "FROM --platform=linux/arm64 golang"), "utf-8")
    run("verify", "Dockerfile", "--apply", "extract-builder-stage")
    assert "\nFROM --platform=linux/arm64 golang:1.27\n" in fake.log("built.log")


def test_a_program_built_anew_may_differ_if_it_runs_the_same(fake):
    fake.images(before={**OLD, "prints": "ready"}, after={**NEW, "files": {"app": "relinked"}, "prints": "ready"})
    done = extract("--run")
    assert done.status == 0, done.all
    assert "run            the same: exit status 0, printed 'ready'" in done.out
    assert fake.log("calls.log").count("run --rm --network=none --name=dockls-verify-") == 2


@pytest.mark.parametrize("after", [{"prints": "broken"}, {"prints": "ready", "status": 3}])
def test_another_run_does_not_hold(fake, after):
    fake.images(before={**OLD, "prints": "ready"}, after={**OLD, **after})
    done = rename("--run")
    assert done.status == 1
    assert "does not hold: the images do not run the same." in done.out


def test_a_server_is_stopped(fake, monkeypatch):
    monkeypatch.setattr(building, "RUN_SECONDS", 1)
    fake.images(before={**OLD, "prints": "up", "seconds": 60}, after={**OLD, "prints": "up", "seconds": 60})
    done = rename("--run")
    assert done.status == 0, done.all
    assert "still running after" in done.out
    assert "rm --force" in fake.log("calls.log")


def test_json(fake):
    fake.images(before={**OLD, "prints": "x"}, after={**NEW, "prints": "x"})
    document = json.loads(extract("--run", "--format", "json").out)
    assert document["version"] == 1
    assert document["holds"] is True and document["faults"] == []
    assert document["refactoring"]["id"] == "extract-builder-stage"
    assert document["size"] == {"before": 807, "after": 7}
    assert document["files"]["lost"] == {"count": 1, "size": 800, "largest": [{"path": "/bin/go", "size": 800}]}
    assert document["cache"] == {"steps": 2, "cached": 1}
    assert document["run"]["after"] == {"status": 0, "output": "x\n", "errors": ""}


def test_the_ignore_file_beside_the_dockerfile_counts(fake):
    Path("Dockerfile.dockerignore").write_text("*.md\n")
    rename()
    assert fake.log("built.log").count("#ignored") == 2


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        ({"version": "Cannot connect to the daemon"}, "Cannot connect to the daemon. Start its service"),
        ({"buildx_build_before": "make: not found"}, "before the refactoring does not build"),
        ({"buildx_build_after": "make: not found"}, "after the refactoring does not build"),
        ({"save": "no space left"}, "the image cannot be saved: no space left"),
    ],
    ids=["daemon", "before", "after", "save"],
)
def test_a_builder_that_fails_is_told(fake, faults, told):
    fake.faults(**faults)
    done = rename()
    assert done.status == 2
    assert told in done.err
    assert done.out == ""
    assert fake.log("tags") == ""


def test_without_buildx_the_daemon_is_asked_for_buildkit(fake):
    fake.faults(buildx_version="no such command")
    fake.images(before=OLD, after=OLD)
    assert rename().status == 0
    assert "\nbuild --progress=plain --file=" in fake.log("calls.log")


def test_podman_builds_in_its_own_words(fake, monkeypatch):
    program = fake.folder / "podman"
    shutil.copy(fake.folder / "docker", program)
    monkeypatch.setenv("DOCKER", str(program))
    Path("Dockerfile.dockerignore").write_text("*.md\n")
    fake.images(before=OLD, after=OLD)
    done = rename()
    assert done.status == 0
    assert "cache" not in done.out
    assert "buildx" not in fake.log("calls.log")
    assert "--ignorefile=" in fake.log("calls.log")


def test_without_a_builder_the_remedy_is_named(fake, monkeypatch):
    monkeypatch.setenv("PATH", str(fake.folder / "empty"))
    monkeypatch.delenv("DOCKER")
    done = rename()
    assert (done.status, done.out) == (2, "")
    assert "there is no Docker or Podman. Install one of them, or name it in the variable DOCKER." in done.err
    monkeypatch.setenv("DOCKER", "nowhere")
    assert "there is no `nowhere`, which the variable DOCKER names" in rename().err


def test_an_archive_that_is_none_is_told(fake, monkeypatch):
    monkeypatch.setattr(building.Builder, "save", lambda self, built, folder: Path("Dockerfile"))
    done = rename()
    assert done.status == 2
    assert "archive of the image cannot be read" in done.err


def test_nothing_is_built_where_nothing_is_refactored(fake):
    refused = run("verify", "Dockerfile", "--apply", "rename-stage", "--at", "2")
    assert refused.status == 1
    assert "`rename-stage` is " in refused.err
    assert run("verify", "Dockerfile", "--apply", "rename-stag").status == 2
    assert run("verify", "missing", "--apply", "rename-stage").status == 2
    assert run("verify", "Dockerfile", "--apply", "rename-stage", "--at", "0").status == 2
    assert fake.log("calls.log") == ""


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_an_interrupt_leaves_nothing_behind(fake):
    fake.images(before={**OLD, "seconds": 60}, after=OLD)
    words = ["verify", "Dockerfile", "--apply", "rename-stage", "--at", "1:16", "--run"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-m", "dockls", *words], env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while "run --rm" not in fake.log("calls.log") and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert fake.log("tags") == ""
    assert "\nrm --force dockls-verify-" in fake.log("calls.log")


def test_it_loads_nothing_of_the_server(fake):
    code = (
        "import sys; from dockls.cli import main; status = main(None, sys.argv[1:]);"
        "print([name for name in ('pygls', 'lsprotocol', 'asyncio', 'dockls.server') if name in sys.modules], status)"
    )
    words = ["verify", "Dockerfile", "--apply", "rename-stage", "--at", "1:16"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code, *words], env=environment, capture_output=True, check=True)
    assert done.stdout.decode().splitlines()[-1] == "[] 0"


def test_both_builds_get_arguments_and_secrets(fake, monkeypatch):
    fake.images(before=OLD, after=OLD)
    Path("token").write_text("secret")
    monkeypatch.setenv("FROM_THE_SHELL", "1")
    words = ("--build-arg", "A=1", "--build-arg", "FROM_THE_SHELL", "--secret", "id=token,src=token")
    assert rename(*words).status == 0
    said = "--build-arg=A=1 --build-arg=FROM_THE_SHELL --secret=id=token,src=token --file="
    assert fake.log("calls.log").count(said) == 2


def test_the_refactoring_sees_the_build_arguments(fake):
    fake.images(before=OLD, after=NEW, base_after={}, base_before={})
    Path("Dockerfile").write_text(MIXED.replace("FROM golang:1.27", "ARG BASE=golang:1.27\nFROM $BASE"), "utf-8")
    words = ("verify", "Dockerfile", "--apply", "extract-builder-stage")
    assert run(*words).status == 0
    assert "`golang:onbuild` has ONBUILD triggers" in run(*words, "--build-arg", "BASE=golang:onbuild").err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--build-arg", "=1"), "--build-arg takes NAME or NAME=VALUE, not `=1`."),
        (("--secret", "src=token"), "--secret takes id=ID, with src=FILE or env=NAME behind it, not `src=token`."),
        (("--secret", "id=a,src=none"), "the file none of the secret `a` does not exist."),
    ],
)
def test_wrong_options_are_told(fake, words, told):
    done = rename(*words)
    assert (done.status, done.out) == (2, "")
    assert told in done.err
    assert fake.log("calls.log") == ""


def test_an_image_that_does_not_run_proves_nothing(fake):
    fake.images(before={**OLD, "status": 127}, after={**OLD, "status": 127})
    fake_status = rename("--run")
    assert fake_status.status == 0, "it printed something, so it ran"
    fake.images(before={**OLD, "silent": True, "status": 125}, after=OLD)
    done = rename("--run")
    assert done.status == 2
    assert "the image before the refactoring does not run (exit status 125)" in done.err
    assert "Without --run the images alone are compared." in done.err
