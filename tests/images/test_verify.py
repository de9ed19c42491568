"""`dockls verify` with real builds of a little project."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from images.pairs import Workshop
from images.projects import projects

pytestmark = pytest.mark.images

ROOT = Path(__file__).parents[2]
#: the user's Docker, but for base images that are given by named contexts
CLIENT = """#!{python}
import os, sys
words = sys.argv[1:]
if "build" in words:
    words[words.index("build") + 1 : words.index("build") + 1] = ["--network=none", *{contexts}]
os.execve({docker!r}, [{docker!r}, *words], {{**os.environ, **{environment}}})
"""


def test_a_refactoring_is_proven_with_the_user_s_docker(workshop: Workshop, tmp_path: Path) -> None:
    builder = workshop.builder
    client = tmp_path / "docker"
    variables = {key: value for key, value in builder.environment.items() if key.startswith(("DOCKER", "PATH"))}
    client.write_text(
        CLIENT.format(python=sys.executable, contexts=builder._contexts, docker=builder.docker, environment=variables),
        "utf-8",
    )
    client.chmod(0o755)
    project = next(project for project in projects() if project.name == "go-server")
    words = ["verify", str(workshop.copy_of(project) / "Dockerfile"), "--apply", "extract-builder-stage", "--at", "7"]
    environment = {**builder.environment, "DOCKER": str(client), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "dockls", *words, "--run", "--format", "json"], capture_output=True, env=environment
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    told = json.loads(done.stdout)
    assert told["holds"]
    assert told["size"]["after"] < told["size"]["before"]
    assert told["files"]["lost"]["count"] > 0
    assert "serving" in told["run"]["after"]["output"]
    assert told["cache"]["cached"] < told["cache"]["steps"]
    left = subprocess.run([str(client), "image", "ls"], capture_output=True, env=environment, check=True)
    assert b"dockls-verify" not in left.stdout
