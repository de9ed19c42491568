"""A private Docker from Debian's own packages, unpacked beside the system and not installed.

The packages of a newer release than the machine's run there as they are but for runc and busybox, which come from the
machine's own. Nothing outside the cache folder is touched, and the daemon needs neither bridge nor iptables.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from images.builder import Builder

#: newest first: testing has the newest BuildKit, stable is there for years
SUITES = ("forky", "trixie")
PACKAGES = ("docker.io", "docker-cli", "docker-buildx", "containerd")
OWN_PACKAGES = ("runc", "busybox-static")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
MIRROR = "http://deb.debian.org/debian"
#: what a build needs of the packages
_WANTED = ("dockerd", "docker", "containerd", "containerd-shim-runc-v2", "docker-buildx", "runc", "busybox")


class UnavailableError(Exception):
    """No builder can be had here; the message says why."""


def cache_folder() -> Path:
    """Where the unpacked programs lie from one run to the next."""
    named = os.environ.get("XDG_CACHE_HOME")
    return Path(named) if named else Path.home() / ".cache"


def unpacked() -> Path:
    """The folder with the programs, fetched if it is not there; raises UnavailableError."""
    for missing, reason in (
        (os.geteuid() != 0, "a private Docker daemon needs root"),
        (shutil.which("apt-get") is None or not Path(KEYRING).exists(), "the packages are for Debian machines"),
    ):
        if missing:
            raise UnavailableError(reason)
    problems = []
    for suite in SUITES:
        folder = cache_folder() / "dockls" / f"docker-{suite}"
        if (folder / "busybox").exists():
            return folder
        try:
            _unpack(suite, folder)
        except (subprocess.SubprocessError, OSError) as error:
            problems.append(f"{suite}: {_reason(error)}")
        else:
            return folder
    raise UnavailableError("; ".join(problems))


@contextmanager
def private_docker(merging: bool = False) -> Iterator[Builder]:
    """A running daemon of our own; stopped and removed afterwards. Raises UnavailableError.

    One that is `merging` keeps images in containerd's store, where BuildKit can merge layers, as COPY --link needs; it
    is slower by a third.
    """
    programs = unpacked()
    # Paths of sockets are short: no folder deep below a test's own.
    state = Path(tempfile.mkdtemp(prefix="dockls-", dir="/tmp"))
    environment = {"DOCKER_HOST": f"unix://{state}/socket", "DOCKER_CONFIG": str(programs / "client")}
    daemon = _start(programs, state, ("--feature=containerd-snapshotter=true",) if merging else ())
    try:
        builder = Builder(str(programs / "docker"), environment, f"Debian's {programs.name.rpartition('-')[2]}")
        _wait(builder, daemon, state)
        yield builder
    finally:
        daemon.terminate()
        try:
            daemon.wait(20)
        except subprocess.TimeoutExpired:
            daemon.kill()
        _remove(state)


def _unpack(suite: str, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        fresh = Path(work, "fresh")
        for name, packages in ((suite, PACKAGES), (_own_suite(), OWN_PACKAGES)):
            _download(Path(work, name), name, packages)
            for package in Path(work, name).glob("*.deb"):
                _run("dpkg-deb", "--extract", str(package), str(Path(work, "root")))
        fresh.mkdir()
        for path in Path(work, "root").rglob("*"):
            if path.name in _WANTED and path.is_file() and not path.is_symlink() and "bin" in str(path.parent):
                shutil.move(path, fresh / path.name)
            elif path.name in _WANTED and path.is_file() and path.parent.name == "cli-plugins":
                (fresh / "client/cli-plugins").mkdir(parents=True)
                shutil.move(path, fresh / "client/cli-plugins" / path.name)
        _run(str(fresh / "runc"), "--version")
        _run(str(fresh / "dockerd"), "--version")
        _run(str(fresh / "docker"), "--version")
        (fresh / "client/config.json").write_text("{}")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)


def _download(folder: Path, suite: str, packages: tuple[str, ...]) -> None:
    _run(*_private_apt(folder, suite), "download", *packages, folder=folder)


def download_with_needs(folder: Path, packages: tuple[str, ...]) -> list[Path]:
    """The packages of the machine's own suite and all that they depend on, as files below `folder`, which is made."""
    _run(*_private_apt(folder, _own_suite()), "install", "-y", "--download-only", "--no-install-recommends", *packages)
    return sorted((folder / "var/cache/apt/archives").glob("*.deb"))


def _private_apt(folder: Path, suite: str) -> tuple[str, ...]:
    """The words of an apt that knows nothing of the system's sources and state, its lists fetched."""
    for name in ("etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/trusted.gpg.d", "var/lib/dpkg"):
        (folder / name).mkdir(parents=True)
    for name in ("var/lib/apt/lists/partial", "var/cache/apt/archives/partial"):
        (folder / name).mkdir(parents=True)
    (folder / "var/lib/dpkg/status").touch()
    (folder / "etc/apt/sources.list").write_text(f"deb [signed-by={KEYRING}] {_mirror()} {suite} main\n")
    settings = (
        f"Dir={folder}",
        f"Dir::State::status={folder}/var/lib/dpkg/status",
        "APT::Sandbox::User=root",
        "Acquire::Languages=none",
        "Acquire::Retries=3",
    )
    words = ("apt-get", "-q", *[word for setting in settings for word in ("-o", setting)])
    _run(*words, "update")
    return words


def _mirror() -> str:
    """The Debian mirror that the machine itself uses."""
    lists = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]
    for path in lists:
        for line in path.read_text("utf-8", "replace").splitlines() if path.is_file() else ():
            if line.startswith("#"):
                continue
            for word in line.split():
                if word.startswith(("http://", "https://")) and word.rstrip("/").endswith("/debian"):
                    return word
    return MIRROR


def _own_suite() -> str:
    for line in Path("/etc/os-release").read_text("utf-8").splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.partition("=")[2].strip('"')
    return SUITES[-1]


def _start(programs: Path, state: Path, more: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    switches = (
        "--bridge=none",
        "--iptables=false",
        "--ip6tables=false",
        "--ip-forward=false",
        "--ip-masq=false",
        "--userland-proxy=false",
    )
    folders = ("--data-root", f"{state}/data", "--exec-root", f"{state}/exec", "--pidfile", f"{state}/pid")
    with (state / "log").open("wb") as log:
        return subprocess.Popen(
            [str(programs / "dockerd"), *folders, "--host", f"unix://{state}/socket", *switches, *more],
            env={**os.environ, "PATH": f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait(builder: Builder, daemon: "subprocess.Popen[bytes]", state: Path) -> None:
    for _ in range(600):
        if (state / "socket").exists() and builder.answers():
            return
        if daemon.poll() is not None:
            break
        time.sleep(0.05)
    raise UnavailableError(f"the daemon does not start: {(state / 'log').read_text('utf-8', 'replace')[-1000:]}")


def _remove(state: Path) -> None:
    """Remove the daemon's folder; it leaves mounts behind."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for path in sorted([mount for mount in mounts if mount.startswith(f"{state}/")], reverse=True):
        subprocess.run(["umount", path], capture_output=True)
    # A thousand layers: several times as fast as Python is.
    subprocess.run(["rm", "-rf", str(state)], capture_output=True)


def _run(*command: str, folder: Path | None = None) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd=folder, timeout=300, stdin=subprocess.DEVNULL)


def _reason(error: Exception) -> str:
    said = getattr(error, "stderr", None)
    return said.decode("utf-8", "replace").strip()[-300:] if said else str(error)
