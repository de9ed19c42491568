"""Gets hold of a builder: the user's own Docker if it builds with BuildKit, else a private one from Debian.

The environment variable DOCKLS_BUILDER asks for one of them: ``own`` or ``private``.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from images.builder import Builder
from images.debian_docker import UnavailableError, private_docker, unpacked

#: a static busybox for the base images, where the machine has none
_BUSYBOX_IMAGE = "busybox:stable-musl"


@contextmanager
def obtained(more: Collection[str] = (), merging: bool = False) -> Iterator[Builder]:
    """A builder that has the base images, and `more` that are known; raises UnavailableError.

    `merging` asks a private one for COPY --link; see `private_docker`.
    """
    wanted = os.environ.get("DOCKLS_BUILDER", "")
    own = None if wanted == "private" else _own_docker()
    if own is not None:
        with tempfile.TemporaryDirectory() as folder:
            own.load_bases(_busybox(own, Path(folder)), more)
            try:
                yield own
            finally:
                own.clean_up()
    elif wanted == "own":
        raise UnavailableError("there is no Docker with BuildKit (buildx) that answers")
    else:
        with private_docker(merging) as builder:
            builder.load_bases(unpacked() / "busybox", more)
            yield builder


def _own_docker() -> Builder | None:
    program = shutil.which("docker")
    builder = None if program is None else Builder(program, {}, "the machine's own")
    return builder if builder is not None and builder.answers() else None


def _busybox(builder: Builder, folder: Path) -> Path:
    found = shutil.which("busybox")
    if found is not None and b"/ld-" not in Path(found).read_bytes()[:4096]:
        return Path(found)
    copied = folder / "busybox"
    try:
        done = subprocess.run([builder.docker, "create", _BUSYBOX_IMAGE], capture_output=True, check=True, timeout=120)
        container = done.stdout.decode().strip()
        subprocess.run([builder.docker, "cp", f"{container}:/bin/busybox", str(copied)], check=True, timeout=60)
        subprocess.run([builder.docker, "rm", container], capture_output=True, timeout=60)
    except subprocess.SubprocessError as error:
        raise UnavailableError(f"there is no static busybox, nor can {_BUSYBOX_IMAGE} be had: {error}") from error
    return copied


if __name__ == "__main__":
    with obtained() as ready:
        print(ready.version)
