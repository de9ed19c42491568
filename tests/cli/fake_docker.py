"""A program that answers like Docker as far as `dockls verify` asks, with images that a test describes.

Beside it lie `images.json`, images by the last part of their tag, and `faults.json`, what the commands that fail say.
It writes each call to `calls.log`, and what it holds to `tags` and `containers`.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
import time
from pathlib import Path

HERE = Path(sys.argv[0]).parent


def option(words, name):
    return next((word.partition("=")[2] for word in words if word.startswith(f"--{name}=")), None)


def put(archive, name, content, mode=0o644):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))


def save(path, image):
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        for name, content in image.get("files", {}).items():
            put(archive, name, content.encode())
    data = layer.getvalue()
    name = hashlib.sha256(data).hexdigest() + ".tar"
    with tarfile.open(path, "w") as archive:
        put(archive, name, data)
        put(archive, "config.json", json.dumps({"config": image.get("config", {})}).encode())
        put(archive, "manifest.json", json.dumps([{"Config": "config.json", "Layers": [name]}]).encode())


def build(words, image):
    folder, file = Path(words[-1]), Path(option(words, "file"))
    assert folder.is_dir() and file.is_file() and not file.is_relative_to(folder)
    with (HERE / "built.log").open("a") as log:
        ignored = file.with_name(file.name + ".dockerignore")
        log.write(file.read_text() + ("#ignored\n" if ignored.exists() else "") + "----\n")
    with (HERE / "tags").open("a") as tags:
        tags.write(option(words, "tag") + "\n")
    print("#4 [1/2] FROM golang\n#4 CACHED\n#5 [2/2] RUN make\n#5 DONE 0.1s\n#6 exporting", file=sys.stderr)


def main(words):
    with (HERE / "calls.log").open("a") as log:
        log.write(" ".join(words) + "\n")
    tag = option(words, "tag") or words[-1]
    name = tag.rpartition(":")[2]
    faults = json.loads((HERE / "faults.json").read_text())
    what = " ".join(words[:2]) if words[0] in ("buildx", "image") else words[0]
    for key in (what, f"{what} {name}"):
        if key in faults:
            print(faults[key], file=sys.stderr)
            return 1
    image = json.loads((HERE / "images.json").read_text()).get(name, {})
    if what in ("build", "buildx build"):
        build(words, image)
    elif what == "save":
        save(words[words.index("--output") + 1], image)
    elif what == "run":
        if not image.get("silent"):
            print(image.get("prints", ""), flush=True)
        time.sleep(image.get("seconds", 0))
        return image.get("status", 0)
    elif what == "image rm":
        kept = [line for line in (HERE / "tags").read_text().splitlines() if line not in words]
        (HERE / "tags").write_text("".join(f"{line}\n" for line in kept))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
