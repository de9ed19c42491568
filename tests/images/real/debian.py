"""Layers of Debian's packages, which are downloaded and unpacked but not installed."""

import subprocess
import tempfile
from pathlib import Path

from images.archive import Layer
from images.debian_docker import UnavailableError, download_with_needs
from images.real.host import put_tree


def packages_layer(*packages: str) -> Layer:
    """The files of the packages and of all that they depend on; raises UnavailableError without apt or network."""
    layer = Layer()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        root.mkdir()
        try:
            for package in download_with_needs(Path(folder, "apt"), packages):
                subprocess.run(["dpkg-deb", "--extract", str(package), str(root)], check=True, capture_output=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise UnavailableError(f"Debian's packages {', '.join(packages)} cannot be had: {error}") from error
        put_tree(layer, root, "/", lambda name: name in ("doc", "man", "locale", "info"))
        for compiler in sorted((root / "usr/lib").glob("go-*")):
            layer.link("/usr/local/go", f"/usr/lib/{compiler.name}")
    return layer
