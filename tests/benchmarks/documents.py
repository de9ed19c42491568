"""Dockerfiles to measure with: the same for the same arguments, multi-stage, of exactly the lines asked for.

All names are taken from one small made-up company, so that nothing here belongs to anybody's project.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

#: what a keystroke is typed into, once in every stage: `RUN` with a plain command
TYPED_INTO = "RUN make install"

_BASES = ("alpine:3.20", "debian:12-slim", "golang:1.23", "node:22-slim", "python:${PYTHON}-slim", "rust:1.81")
_PACKAGES = ("bash", "ca-certificates", "curl", "file", "git", "jq", "less", "make", "tini", "xz-utils")

#: what many files have wrong; each is reported by at least one of the tools compared
_FAULTS = (
    ["MAINTAINER team@brickworks.example"],
    ["RUN cd /opt && sudo make all"],
    ["ADD settings /opt/settings"],
    ["WORKDIR deliveries"],
    ["EXPOSE 70000"],
    ["STOPSIGNAL SIGNONE"],
)


def document(lines: int, seed: int = 1, *, faulty: bool = False) -> str:
    """A Dockerfile of exactly `lines` lines (at least 30); `faulty`: with one fault or two in every stage."""
    random = Random(seed)
    text = ["# syntax=docker/dockerfile:1", "ARG PYTHON=3.13", ""]
    names: list[str] = []
    while len(text) < lines:
        name = f"kiln-{len(names)}"
        stage = _stage(random, name, names, short=lines < 100)
        if faulty:
            stage.insert(random.randint(2, len(stage) - 1), random.choice(_FAULTS))
            stage[0] = [stage[0][0].replace(" AS ", " as ")]
        for instruction in stage:
            if len(text) + len(instruction) > lines:
                text += [f"# end {number}" for number in range(lines - len(text))]
                break
            text += instruction
        names.append(name)
    return "\n".join(text[:lines]) + "\n"


def folder(path: Path, count: int) -> list[Path]:
    """Writes `count` Dockerfiles of 20 to 80 lines into a folder, every second one faulty; gives their paths."""
    random = Random(count)
    path.mkdir(parents=True, exist_ok=True)
    written = []
    for number in range(count):
        lines = random.randint(30, 80)
        file = path / f"{number:03}.Dockerfile"
        file.write_text(document(lines, number, faulty=number % 2 == 0), "utf-8")
        written.append(file)
    return written


def typed_line(text: str) -> int:
    """The line in the middle of a document that keystrokes go into."""
    lines = text.split("\n")
    places = [number for number, line in enumerate(lines) if line == TYPED_INTO]
    return min(places, key=lambda number: abs(number - len(lines) // 2))


def _stage(random: Random, name: str, earlier: list[str], *, short: bool) -> list[list[str]]:
    """The instructions of one stage, each a list of lines."""
    packages = random.sample(_PACKAGES, random.randint(2, 5))
    number = len(earlier)
    stage = [
        [f"FROM {random.choice(_BASES)} AS {name}"],
        [f"ARG BATCH_{number}={number}"],
        ["ENV BRICKS=/opt/bricks \\", f"    BATCH=$BATCH_{number} \\", "    PATH=/opt/bricks/bin:$PATH"],
        ["WORKDIR /opt/bricks"],
        [TYPED_INTO],
    ]
    if earlier:
        stage.append([f"COPY --from={earlier[-1]} /opt/bricks/out /opt/bricks/in"])
        stage.append([f"COPY --link --from={random.choice(earlier)} --chown=1000:1000 /opt/tool /usr/local/bin/tool"])
    if short:
        return [*stage, ['CMD ["bricks"]'], [""]]
    return [
        *stage,
        [
            "RUN apt-get update \\",
            "    && apt-get install -y --no-install-recommends \\",
            *[f"        {package} \\" for package in sorted(packages)],
            "    && rm -rf /var/lib/apt/lists/*",
        ],
        [f"# what batch {number} is fired with", "COPY --chown=1000:1000 recipe.txt glaze*.json ./"],
        [
            "RUN --mount=type=cache,target=/root/.cache \\",
            "    pip install --no-cache-dir -r recipe.txt \\",
            "    # once more, for the log",
            "    && python -m bricks.check",
        ],
        [
            "RUN <<END",
            "set -eu",
            "if [ -f Makefile ]; then",
            f'  make -j"$(nproc)" BATCH="$BATCH_{number}"',
            "fi",
            "END",
        ],
        ["COPY <<END /etc/bricks.toml", "[kiln]", f"port = {9000 + number % 1000}", "END"],
        [f"EXPOSE {9000 + number % 1000}/tcp"],
        ["USER 1000:1000"],
        ["HEALTHCHECK --interval=30s --timeout=3s \\", "    CMD curl -fsS http://localhost/health || exit 1"],
        ['ENTRYPOINT ["/usr/bin/tini", "--", "bricks"]'],
        [f'CMD ["--port", "{9000 + number % 1000}"]'],
        [""],
    ]
