"""The projects that are built: a folder each, with a Dockerfile, sources, and `case.toml`, which tells what to do.

`case.toml` has `[build]` with `arguments` and `secrets` for all builds, `[cache]` with `every` where the cache is to be
foreseen for every change instead of one of each kind, and one `[[case]]` per refactoring: its name,
`at` (a text of the Dockerfile: where its first character stands is the cursor), `grade`, `settings`; `file`, where it
is not `Dockerfile`; `instead`, a Dockerfile that stands for one that cannot be built; what else may differ
(`left_behind`, `moved`, `prepared`, `relinked`: see `images.compare.Allowed`); `run`, words for the program; `prints`,
a part of its output; `known`, why it is known to be unequal: the test fails as soon as that is mended.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent


class Case(NamedTuple):
    """One refactoring of one Dockerfile of a project; the fields are those of `case.toml`."""

    project: "Project"
    refactoring: str
    at: str
    grade: str
    settings: Mapping[str, str]
    file: str
    instead: str | None
    left_behind: tuple[str, ...]
    moved: Mapping[str, str]
    prepared: tuple[str, ...]
    relinked: tuple[str, ...]
    run: tuple[str, ...]
    prints: str
    known: str

    @property
    def name(self) -> str:
        """How tests and tables call it."""
        shown = "".join(f", {key}={value}" for key, value in self.settings.items())
        file = "" if self.file == "Dockerfile" else f" ({self.file})"
        return f"{self.project.name}{file}: {self.refactoring}{shown}"


class Project(NamedTuple):
    """A project: `about` says what it shows; `arguments` and `secrets` are given to every build."""

    name: str
    folder: Path
    about: str
    arguments: Mapping[str, str]
    secrets: Mapping[str, str]
    described: Mapping[str, Any]

    @property
    def cases(self) -> Iterator[Case]:
        """What is done to it."""
        for one in self.described.get("case", ()):
            yield Case(
                project=self,
                refactoring=one["refactoring"],
                at=one["at"],
                grade=one["grade"],
                settings=one.get("settings", {}),
                file=one.get("file", "Dockerfile"),
                instead=one.get("instead"),
                left_behind=tuple(one.get("left_behind", ())),
                moved=one.get("moved", {}),
                prepared=tuple(one.get("prepared", ())),
                relinked=tuple(one.get("relinked", ())),
                run=tuple(one.get("run", ())),
                prints=one.get("prints", ""),
                known=one.get("known", ""),
            )

    @property
    def every_change(self) -> bool:
        """Whether the cache is foreseen for every file, argument and image that can change (``[cache] every``)."""
        return bool(self.described.get("cache", {}).get("every"))

    @property
    def dockerfiles(self) -> list[str]:
        """The names of its Dockerfiles that can be built."""
        broken = {case.file for case in self.cases if case.instead is not None}
        return sorted(path.name for path in self.folder.glob("*Dockerfile*") if path.name not in broken)


def projects(folder: Path = FOLDER) -> list[Project]:
    """All projects of a folder, by name."""
    return [_project(path) for path in sorted(folder.glob("*/case.toml"))]


def _project(path: Path) -> Project:
    described = tomllib.loads(path.read_text("utf-8"))
    build = described.get("build", {})
    arguments, secrets = build.get("arguments", {}), build.get("secrets", {})
    return Project(path.parent.name, path.parent, described["about"], arguments, secrets, described)
