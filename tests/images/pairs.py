"""Carries out a case: refactors, builds before and after, compares, runs."""

import shutil
import time
from fnmatch import fnmatchcase
from itertools import count
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from dockls.engine import Performed, perform
from dockls.project import surroundings
from dockls.rooms import Refused
from dockls.semantics import Model
from dockls.syntax import parse
from dockls.text import Span
from images.builder import Builder, BuildFailedError, Ran
from images.compare import NOTHING, Allowed, equivalent_image, same_image, same_run
from images.projects import Case, Project
from images.snapshot import Image


class Verdict(NamedTuple):
    """What came of a case: what is wrong, the text afterwards, sizes of both images in files, seconds."""

    case: Case
    faults: list[str]
    after: str
    files: tuple[int, int]
    seconds: float


class _Made(NamedTuple):
    """What a build left: the image under its tag."""

    tag: str
    image: Image


class Workshop:
    """A builder with a copy of each project, so that tests change nothing of the sources."""

    def __init__(self, builder: Builder, folder: Path, noise: tuple[str, ...] = ()) -> None:
        """`noise` are patterns of paths that differ from build to build and are not looked at."""
        self.builder, self.folder, self.noise = builder, folder, noise
        self._numbers, self._copying = count(), Lock()
        self._bases: dict[str, Image] = {}
        self._known: dict[tuple[str, str, bool], _Made] = {}

    def copy_of(self, project: Project) -> Path:
        """The build context of a project."""
        target = self.folder / project.name
        with self._copying:
            if not target.exists():
                shutil.copytree(project.folder, target, ignore=shutil.ignore_patterns("case.toml", "__pycache__"))
                for path in (target, *target.rglob("*")):
                    # Checkouts differ in what the group may do.
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        return target

    def model(self, project: Project, name: str = "Dockerfile", text: str | None = None) -> Model:
        """The model of a Dockerfile in its surroundings; of `text` as if it stood there."""
        path = self.copy_of(project) / name
        source = path.read_text("utf-8") if text is None else text
        return Model(parse(source), surroundings(str(path)))

    def image(self, project: Project, text: str, with_arguments: bool = True) -> Image:
        """The image that a Dockerfile of a project makes; raises BuildFailedError."""
        return self._made(project, text, with_arguments).image

    def run(self, project: Project, text: str, *words: str) -> Ran:
        """How the image of a Dockerfile runs, with `words` behind its entrypoint; raises BuildFailedError."""
        return self.builder.run(self._made(project, text, True).tag, *words)

    def _made(self, project: Project, text: str, with_arguments: bool) -> "_Made":
        """Every text is built once."""
        key = (project.name, text, with_arguments and bool(project.arguments))
        if key not in self._known:
            arguments = [f"--build-arg={name}={value}" for name, value in project.arguments.items()]
            options = (*(arguments if with_arguments else ()), *self.secrets(project))
            tag = f"built:{next(self._numbers)}"
            built = self.builder.build(self.copy_of(project), text, tag, options)
            if built.complaint is not None:
                raise BuildFailedError(built.complaint)
            self._known[key] = _Made(tag, self._looked_at(self.builder.image(tag)))
        return self._known[key]

    def secrets(self, project: Project) -> tuple[str, ...]:
        """Secrets of a project's builds."""
        found = []
        for name, value in project.secrets.items():
            path = self.folder / f"{project.name}-{name}.secret"
            path.write_text(value, "utf-8")
            found.append(f"--secret=id={name},src={path}")
        return tuple(found)

    def base(self, model: Model) -> Image:
        """The image under the default target."""
        name = model.target.base_image if model.target is not None else None
        if name in (None, "scratch"):
            return NOTHING
        assert name is not None
        if name not in self._bases:
            self._bases[name] = self._looked_at(self.builder.image(name))
        return self._bases[name]

    def _looked_at(self, image: Image) -> Image:
        if not self.noise:
            return image
        files = {
            path: entry
            for path, entry in image.files.items()
            if not any(fnmatchcase(path, pattern) for pattern in self.noise)
        }
        return image._replace(files=files)


def judged(case: Case, workshop: Workshop) -> Verdict:
    """Carry out a case; faults in the refactoring, the builds, the images and the runs are told, not raised."""
    begun = time.monotonic()
    model = workshop.model(case.project, case.file)
    performed = refactored(case, model)
    if not isinstance(performed, Performed):
        return Verdict(case, [f"not done: {performed}"], "", (0, 0), time.monotonic() - begun)
    faults = [] if performed.grade == case.grade else [f"the grade is {performed.grade}"]
    old = model if case.instead is None else workshop.model(case.project, case.instead)
    new = workshop.model(case.project, case.file, performed.text)
    try:
        before = workshop.image(case.project, old.tree.text)
        ran_before = workshop.run(case.project, old.tree.text, *case.run)
        after = workshop.image(case.project, new.tree.text)
        ran_after = workshop.run(case.project, new.tree.text, *case.run)
    except BuildFailedError as error:
        return Verdict(case, [*faults, str(error)], performed.text, (0, 0), time.monotonic() - begun)
    if case.grade == "preserving":
        faults += same_image(before, after)
    elif case.grade == "equivalent":
        allowed = Allowed(performed.changes, case.left_behind, case.moved, case.prepared, case.relinked)
        faults += equivalent_image(before, after, workshop.base(old), workshop.base(new), allowed)
    faults += same_run(ran_before, ran_after)
    if case.prints not in ran_after.output:
        faults.append(f"the program does not print {case.prints!r} but {ran_after.output!r}")
    sizes = (len(before.files), len(after.files))
    return Verdict(case, faults, performed.text, sizes, time.monotonic() - begun)


def refactored(case: Case, model: Model) -> Performed | Refused | None:
    """What the engine makes of a case."""
    offset = model.tree.text.find(case.at)
    assert offset >= 0, f"{case.at!r} does not stand in {case.file}"
    return perform(model, case.refactoring, Span(offset, offset), case.settings)
