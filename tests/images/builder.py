"""Builds, inspects and runs images with a BuildKit that needs no network.

Base images are loaded under names of our own and put in place of the real ones by named contexts, so that nobody's
`node:24` is overwritten.
"""

import json
import os
import re
import socket
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

from images.archive import BaseImage, write_archive
from images.bases import base_images
from images.snapshot import Image, image_of

#: where our own images are named; no registry answers there
REGISTRY = "dockls.test"
#: seconds that no build or run of these little projects comes near
PATIENCE = 120
_MOST_RUNS = 3


class Step(NamedTuple):
    """One instruction that BuildKit went through: its name as ``[builder 2/5] RUN make``.

    A linked COPY is two: what is copied, and ``LINK COPY …``, which puts it on top of the step before. A builder that
    cannot merge layers copies as ever.
    """

    name: str
    cached: bool


class Built(NamedTuple):
    """What came of a build: its steps, and the end of what it said if it failed."""

    steps: tuple[Step, ...]
    complaint: str | None


class Ran(NamedTuple):
    """How a program ended and what it printed."""

    status: int
    output: str


class BuildFailedError(AssertionError):
    """A build failed that ought not to."""


class Builder:
    """A Docker whose builds are BuildKit's; `environment` tells the client which one."""

    def __init__(self, docker: str, environment: Mapping[str, str], origin: str) -> None:
        self.docker, self.environment, self.origin = docker, {**os.environ, **environment}, origin
        #: what RUN reaches
        self.network = "none"
        self._contexts: list[str] = []
        self._tags: list[str] = []

    @property
    def version(self) -> str:
        """How the tables name it."""
        asked = self._run("version", "--format", "{{.Server.Version}}").stdout.decode().strip()
        return f"Docker {asked}, {self.origin}"

    def answers(self) -> bool:
        """Whether there is a daemon, and a client that builds with BuildKit."""
        return all(self._run(*words).returncode == 0 for words in (("version",), ("buildx", "version")))

    def load_bases(self, busybox: Path, more: Collection[str] = ()) -> None:
        """Make the base images and `more` that are known and load them; done once."""
        self.load(base_images(busybox, more))

    def load(self, images: Sequence[BaseImage]) -> None:
        """Load base images; those of the same name are replaced."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "bases.tar")
            write_archive(path, [image._replace(names=tuple(map(_own_name, image.names))) for image in images])
            self._checked("load", "--quiet", "--input", str(path))
        names = [name for image in images for name in image.names]
        self._contexts += [f"--build-context={name}=docker-image://{_own_name(name)}" for name in names]
        self._tags += [_own_name(name) for name in names]

    def build(self, folder: Path, text: str, tag: str | None = None, options: tuple[str, ...] = ()) -> Built:
        """Build a Dockerfile given as text; the context is `folder`, which need not hold it."""
        with tempfile.TemporaryDirectory() as beside:
            file = Path(beside, "Dockerfile")
            file.write_text(without_syntax(text), "utf-8", newline="")
            words = [
                "build",
                f"--network={self.network}",
                "--progress=rawjson",
                *self._named(text),
                *options,
                f"--file={file}",
            ]
            if tag is not None:
                words.append(f"--tag={_own_name(tag)}")
                self._tags.append(_own_name(tag))
            done = self._run(*words, str(folder))
        said = done.stderr.decode("utf-8", "replace")
        steps = tuple(_steps(_messages(said)))
        return Built(steps, None if done.returncode == 0 else _complaint(said))

    def with_changed(self, name: str, number: int) -> str:
        """The option that puts another image in place of a base: the same with a file more; `number` makes it new."""
        tag = f"changed:{number}"
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "changed").write_text(str(number), "utf-8")
            built = self.build(Path(folder), f"FROM {name}\nCOPY changed /usr/lib/changed\n", tag)
        if built.complaint is not None:
            raise BuildFailedError(built.complaint)
        return f"--build-context={name}=docker-image://{_own_name(tag)}"

    def image(self, name: str) -> Image:
        """The files and the configuration of an image that was built or of a base."""
        return image_of(self._saved(_own_name(name)))

    def run(self, name: str, *words: str) -> Ran:
        """Run an image without a network; standard output and error in one, without spaces at its ends.

        All programs here print something. On a busy machine Docker may lose what one printed that ends at once, so
        that a run without any output is asked for again.
        """
        ran = Ran(0, "")
        for _ in range(_MOST_RUNS):
            if ran.status == 0 and not ran.output:
                done = self._run("run", "--rm", "--network=none", _own_name(name), *words)
                ran = Ran(done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace").strip())
        return ran

    def checked(self, folder: Path, file: Path, call: str) -> Any:
        """What `docker build --call` says of a file, as JSON; None where it cannot."""
        contexts = self._named(file.read_text("utf-8", "replace"))
        words = ("build", f"--call={call},format=json", "--progress=quiet", *contexts, f"--file={file}")
        said = self._run(*words, str(folder)).stdout.decode("utf-8", "replace")
        start = said.find("{")
        return json.loads(said[start:]) if start >= 0 else None

    def _named(self, text: str) -> list[str]:
        """The named contexts for a Dockerfile; one of a stage's name would take the place of the stage."""
        stages = {word.lower() for word in re.findall(r"(?im)^\s*FROM\s.*\sAS\s+(\S+)", text)}
        named = {one.removeprefix("--build-context=").partition("=")[0]: one for one in self._contexts}
        # A variable may be any of them.
        return [one for name, one in named.items() if name not in stages and ("$" in text or name in text)]

    def _saved(self, name: str) -> bytes:
        """What `docker save` writes; asked of the daemon itself where it can be reached, which is faster."""
        path = self.environment.get("DOCKER_HOST", "").removeprefix("unix://")
        if not path.startswith("/"):
            return self._checked("save", name)
        connection = _Daemon(path)
        try:
            connection.request("GET", f"/images/{name}/get")
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise BuildFailedError(f"{name}: {data.decode('utf-8', 'replace')}")
        return data

    def clean_up(self) -> None:
        """Remove the images that were made here."""
        if self._tags:
            self._run("image", "rm", "--force", *self._tags)

    def _checked(self, *words: str) -> bytes:
        done = self._run(*words)
        if done.returncode != 0:
            raise BuildFailedError(f"docker {words[0]}: {done.stderr.decode('utf-8', 'replace')}")
        return done.stdout

    def _run(self, *words: str) -> "subprocess.CompletedProcess[bytes]":
        command = [self.docker, *words]
        return subprocess.run(
            command, capture_output=True, env=self.environment, stdin=subprocess.DEVNULL, timeout=PATIENCE
        )


class _Daemon(HTTPConnection):
    """The API of a daemon behind a socket of this machine (docs.docker.com/reference/api/engine)."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        """Open the socket instead of a port."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self._path)


def without_syntax(text: str) -> str:
    """The text without a request for another frontend, which would have to be downloaded; lines keep their numbers."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        name, equals, _ = line.strip().removeprefix("#").partition("=")
        if not line.lstrip().startswith("#") or not equals:
            break
        if name.strip().lower() == "syntax":
            lines[number] = "#\n"
    return "".join(lines)


def _own_name(name: str) -> str:
    tagged = name if ":" in name else f"{name}:latest"
    return f"{REGISTRY}/{tagged.removeprefix('gcr.io/')}"


def _messages(said: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in what BuildKit says; older clients spread each over several lines."""
    decoder = json.JSONDecoder()
    place = said.find("{")
    while place >= 0:
        try:
            found, end = decoder.raw_decode(said, place)
        except ValueError:
            end = place + 1
        else:
            if isinstance(found, dict):
                yield found
        place = said.find("{", end)


def _steps(messages: Iterator[dict[str, Any]]) -> Iterator[Step]:
    vertexes: dict[str, dict[str, Any]] = {}
    for message in messages:
        for vertex in message.get("vertexes") or ():
            vertexes.setdefault(vertex["digest"], {}).update(vertex)
    for vertex in vertexes.values():
        name = vertex["name"]
        if name.startswith("[") and not name.startswith(("[internal]", "[context ")) and vertex.get("completed"):
            yield Step(name, bool(vertex.get("cached")))


def _complaint(said: str) -> str:
    """The end of what a failed build printed, messages taken out."""
    logs = []
    for message in _messages(said):
        logs += [vertex["error"] for vertex in message.get("vertexes") or () if vertex.get("error")]
        for log in message.get("logs") or ():
            logs.append(_decoded(log.get("data") or ""))
    plain = [line for line in said.splitlines() if line.strip() and not line.lstrip().startswith(("{", "}", '"'))]
    return "\n".join([*logs, *plain])[-2000:]


def _decoded(data: str) -> str:
    from base64 import b64decode

    return b64decode(data).decode("utf-8", "replace").strip()
