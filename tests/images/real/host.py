"""Layers of this machine's own programs, with the libraries that `ldd` names."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from images.archive import Layer
from images.debian_docker import UnavailableError

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
#: what the C library loads by itself to look up names
_RESOLVER = ("libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2")
#: parts of Python that no program here imports
_LEFT_OUT = frozenset(
    ("__pycache__", "test", "tests", "idlelib", "lib2to3", "turtledemo", "site-packages", "tkinter", "ensurepip")
)


def python_layer() -> Layer:
    """Python of the installation that runs this, and its pip, under ``/usr/local``."""
    prefix, version = Path(sys.base_prefix), f"python{sys.version_info.major}.{sys.version_info.minor}"
    library = prefix / "lib" / version
    pip = library / "site-packages/pip"
    if not pip.is_dir() or not (prefix / "bin" / version).is_file():
        raise UnavailableError(f"{prefix} has no {version} with pip")
    layer = Layer()
    program = (prefix / "bin" / version).resolve()
    put_tree(layer, library, f"/usr/local/lib/{version}", lambda name: name in _LEFT_OUT or name.startswith("config-"))
    put_tree(layer, pip, f"/usr/local/lib/{version}/site-packages/pip", lambda name: name == "__pycache__")
    layer.program(f"/usr/local/bin/{version}", program.read_bytes())
    for name in ("python", "python3"):
        layer.link(f"/usr/local/bin/{name}", version)
    for name in ("pip", "pip3"):
        layer.program(
            f"/usr/local/bin/{name}",
            f"#!/usr/local/bin/{version}\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n",
        )
    for found in prefix.glob("lib/libpython*.so*"):
        layer.program(f"/usr/local/lib/{found.name}", found.read_bytes())
    put_libraries(layer, [program, *library.glob("lib-dynload/*.so")])
    return layer


def node_layer() -> Layer:
    """Node and npm under ``/usr/local``."""
    from shutil import which

    node, npm = which("node"), which("npm")
    if node is None or npm is None:
        raise UnavailableError("there is no node with npm on this machine")
    layer = Layer()
    program, package = Path(node).resolve(), Path(npm).resolve().parents[1]
    layer.program("/usr/local/bin/node", program.read_bytes())
    put_tree(layer, package, "/usr/local/lib/node_modules/npm", lambda name: name in ("docs", "man"))
    for name in ("npm", "npx"):
        layer.link(f"/usr/local/bin/{name}", f"../lib/node_modules/npm/bin/{name}-cli.js")
    put_libraries(layer, [program])
    return layer


def put_tree(layer: Layer, source: Path, target: str, left_out: Callable[[str], bool] = lambda _: False) -> None:
    """Copy a folder with its modes and symbolic links, without entries of some names."""
    layer.folder(target)
    for entry in sorted(os.scandir(source), key=lambda entry: entry.name):
        path = f"{target}/{entry.name}"
        if left_out(entry.name):
            continue
        if entry.is_symlink():
            layer.link(path, str(Path(entry.path).readlink()))
        elif entry.is_dir():
            put_tree(layer, Path(entry.path), path, left_out)
        elif entry.is_file():
            layer.file(path, Path(entry.path).read_bytes(), entry.stat().st_mode & 0o777)


def put_libraries(layer: Layer, programs: Iterable[Path]) -> None:
    """The shared libraries of programs where they lie on this machine, and the certificates for downloads."""
    found: set[str] = set()
    for program in programs:
        listed = subprocess.run(["ldd", str(program)], capture_output=True, text=True).stdout
        found |= {word for word in listed.split() if word.startswith("/")}
    folders = {str(Path(path).parent) for path in found}
    found |= {f"{folder}/{name}" for folder in folders for name in _RESOLVER if Path(folder, name).exists()}
    for path in sorted(found):
        layer.program(path, Path(path).read_bytes())
    if Path(CERTIFICATES).is_file():
        layer.file(CERTIFICATES, Path(CERTIFICATES).read_bytes())
