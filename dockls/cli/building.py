"""The user's Docker or Podman: builds, saves and runs images, and removes again what it made."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

#: seconds that a program may run; servers are stopped then
RUN_SECONDS = 10
_END_OF_A_COMPLAINT = 1500
#: exit statuses of runs that could not begin (docs.docker.com/reference/cli/docker/container/run, "Exit status")
_NOT_STARTED = (125, 126, 127)
#: what buildah, which builds for Podman, does otherwise than BuildKit
_PODMAN = (
    "Podman reads here-documents since version 4.8, and takes the names of stages in the case in which they are "
    "written; where there is Docker too, ask for it with DOCKER=docker."
)


class BuilderError(Exception):
    """There is no builder, or it failed; the message says why and what helps."""


class Built(NamedTuple):
    """An image by its tag; how many steps the build had and how many came from the cache, None if it does not tell."""

    tag: str
    steps: int
    cached: int | None


class Ran(NamedTuple):
    """How a program ended (None: it was still running at the time limit), and what it printed."""

    status: int | None
    output: str
    errors: str

    @property
    def began(self) -> bool:
        """Whether the program can have run at all."""
        return self.status not in _NOT_STARTED or self.output != ""


class Builder:
    """A Docker or Podman behind a command; the end of a ``with`` block removes the images and containers made in it."""

    def __init__(self, command: tuple[str, ...], build: tuple[str, ...], is_podman: bool) -> None:
        self.command, self._build, self.is_podman = command, build, is_podman
        #: further options of every build
        self.options: tuple[str, ...] = ()
        self._tags: list[str] = []
        self._containers: list[str] = []
        self._prefix = f"dockls-verify-{os.getpid()}-{os.urandom(4).hex()}"

    def __enter__(self) -> "Builder":
        return self

    def __exit__(self, *_: object) -> None:
        if self._containers:
            _done((*self.command, "rm", "--force", *self._containers))
        if self._tags:
            _done((*self.command, "image", "rm", "--force", *self._tags))

    def build(self, name: str, text: str, context: Path, folder: Path, ignore_file: Path | None) -> Built:
        """Build a Dockerfile given as text, written into `folder`; raises BuilderError with what the build said."""
        file = folder / f"{name}.Dockerfile"
        file.write_bytes(text.encode("utf-8"))
        tag = self._own_tag(name)
        words = [f"--file={file}", f"--tag={tag}"]
        if ignore_file is not None:
            copied = folder / f"{file.name}.dockerignore"
            copied.write_bytes(ignore_file.read_bytes())
            words += [f"--ignorefile={copied}"] if self.is_podman else []
        done = _done((*self.command, *self._build, *self.options, *words, str(context)))
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        if done.returncode != 0:
            end = said.strip()[-_END_OF_A_COMPLAINT:]
            hint = f"\n{_PODMAN}" if self.is_podman else ""
            raise BuilderError(f"the Dockerfile {name} the refactoring does not build; mend this first:\n{end}{hint}")
        return Built(tag, *(_steps(said) if not self.is_podman else (0, None)))

    def save(self, built: Built, folder: Path) -> Path:
        """Write an image into an archive; raises BuilderError."""
        archive = folder / "image.tar"
        archive.unlink(missing_ok=True)
        done = _done((*self.command, "save", "--output", str(archive), built.tag))
        if done.returncode != 0:
            raise BuilderError(f"the image cannot be saved: {_end(done)}")
        return archive

    def run(self, built: Built) -> Ran:
        """Run an image without a network, for a limited time."""
        name = f"{self._prefix}-run{len(self._containers)}"
        self._containers.append(name)
        words = (*self.command, "run", "--rm", "--network=none", f"--name={name}", built.tag)
        try:
            done = _done(words, RUN_SECONDS)
        except subprocess.TimeoutExpired as late:
            _done((*self.command, "rm", "--force", name))
            return Ran(None, _decoded(late.stdout), _decoded(late.stderr))
        return Ran(done.returncode, _decoded(done.stdout), _decoded(done.stderr))

    def _own_tag(self, name: str) -> str:
        tag = f"{self._prefix}:{name}"
        self._tags.append(tag)
        return tag


def found_builder() -> Builder:
    """The builder that the variable ``DOCKER`` names, else Docker, else Podman; raises BuilderError."""
    from shlex import split
    from shutil import which

    wanted = os.environ.get("DOCKER", "").strip()
    commands = [tuple(split(wanted))] if wanted else [("docker",), ("podman",)]
    complaints: list[str] = []
    for command in commands:
        if which(command[0]) is None:
            continue
        done = _done((*command, "version"))
        if done.returncode == 0:
            return _builder(command)
        complaints.append(f"`{' '.join(command)}` does not answer: {_end(done)}. Start its service, or name another")
    if complaints:
        raise BuilderError(f"{'; '.join(complaints)} builder in the variable DOCKER.")
    missing = f"there is no `{wanted}`, which the variable DOCKER names" if wanted else "there is no Docker or Podman"
    raise BuilderError(f"{missing}. Install one of them, or name it in the variable DOCKER.")


def _builder(command: tuple[str, ...]) -> Builder:
    if any("podman" in Path(word).name for word in command):
        return Builder(command, ("build",), is_podman=True)
    if _done((*command, "buildx", "version")).returncode == 0:
        return Builder(command, ("buildx", "build", "--load", "--progress=plain"), is_podman=False)
    # The classic builder knows neither mounts nor heredocs; BuildKit is part of the daemon since Docker 18.09.
    return Builder(("env", "DOCKER_BUILDKIT=1", *command), ("build", "--progress=plain"), is_podman=False)


def _done(words: tuple[str, ...], seconds: float | None = None) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, timeout=seconds)
    except OSError as error:
        raise BuilderError(f"`{words[0]}` cannot be started: {error}.") from error


def _steps(said: str) -> tuple[int, int]:
    """How many steps a build had and how many of them it took from the cache, of BuildKit's plain progress."""
    steps: set[str] = set()
    cached: set[str] = set()
    for line in said.splitlines():
        number, _, rest = line.partition(" ")
        if number.startswith("#") and rest.startswith("[") and "/" in rest.partition("]")[0]:
            steps.add(number)
        elif number.startswith("#") and rest == "CACHED":
            cached.add(number)
    return len(steps), len(steps & cached)


def _end(done: "subprocess.CompletedProcess[bytes]") -> str:
    return _decoded(done.stderr or done.stdout).strip()[-_END_OF_A_COMPLAINT:].rstrip(".")


def _decoded(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "replace")
