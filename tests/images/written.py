"""Builds the written cases of refactorings: the Markdown that says what becomes of a Dockerfile, before and after.

A written case has no sources. Its build context is what it tells of one, `images/stock` (a program in every language
that the models know), and what its COPY instructions name. A case whose Dockerfile does not build in that context
before the refactoring proves nothing and is skipped with the reason; one whose program does not run in it is built and
compared all the same.
"""

import json
import posixpath
import re
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from cases import SPECIAL, Case, case_files, read

from dockls.engine import Performed, perform
from dockls.knowledge.images import facts
from dockls.rooms import Refactoring, manual, refactorings
from dockls.semantics import Model, Resolution
from dockls.syntax import parse
from images.builder import Builder, Ran
from images.compare import Allowed, equivalent_image, same_image, same_run
from images.pairs import Workshop
from images.snapshot import Image

STOCK = Path(__file__).parent / "stock"
#: variables that only builds read; an image may lose them
_BUILD_VARIABLES = (
    *("CGO_ENABLED", "CI", "GO111MODULE", "GOFLAGS", "GOOS", "GOPRIVATE", "GOPROXY"),
    *("CARGO_TARGET_DIR", "RUSTFLAGS"),
    *("PIP_NO_CACHE_DIR", "POETRY_HOME", "POETRY_VENV", "POETRY_VERSION"),
)
#: what package managers and tools for accounts write in the image that they run in
_SYSTEM = ("/etc/group*", "/etc/passwd*", "/etc/shadow*", "/home/*", "/lib/apk*", "/var/cache/*", "/var/lib/*")
#: what the container's root file system is given to mount over, where a base image made here has none
_MOUNT_POINTS = ("/dev", "/proc", "/sys")
_INSTALLED = ("/sbin/*", "/usr/bin/*", "/usr/lib/*", "/usr/sbin/*", "/usr/share/zoneinfo*", "/etc/ssl/*")
_VENV = "/opt/venv"


class Written(NamedTuple):
    """A written case that ends in another file, with the models of both, and what the plan says of itself."""

    name: str
    case: Case
    before: Model
    after: Model
    grade: str
    declared: frozenset[str]

    @property
    def images(self) -> set[str]:
        """The base images that both name, of which it is known what is in them."""
        names: set[str] = set()
        for model in (self.before, self.after):
            names |= {stage.base_image for stage in model.stages if stage.base_image is not None}
            names |= {one.value for one in model.references if one.resolution is Resolution.IMAGE}
        return {name for name in names if name != "scratch" and "@" not in name and facts(name) is not None}


class Outcome(NamedTuple):
    """What came of a case: `state` is ``ran``, ``built``, ``mended`` (only the result builds) or ``skipped``."""

    written: Written
    state: str
    reason: str
    faults: list[str]
    seconds: float


class _Built(NamedTuple):
    """An image and how its program runs."""

    image: Image
    ran: Ran


def written_cases() -> list[Written]:
    """All of them, manuals' examples included."""
    found = []
    for room in refactorings():
        cases = read(manual(room))
        for path in case_files("refactorings", room.name):
            cases += read(path.read_text("utf-8"), path=path)
        found += [one for case in cases if case.selections if (one := _written(room, case)) is not None]
    return found


def _written(room: Refactoring, case: Case) -> Written | None:
    if not any(outcome.fence is not None for outcome in case.outcomes):
        return None
    model = Model(parse(case.source), case.surroundings)
    performed = perform(model, room.name, case.selections[0], case.settings)
    if not isinstance(performed, Performed):
        return None
    after = Model(parse(performed.text), case.surroundings)
    folder = case.path is not None and case.path.stem != room.name
    title = f"{room.name} ({case.path.stem})" if folder and case.path is not None else room.name
    return Written(f"{title}: {case.name}", case, model, after, performed.grade, performed.changes)


def tried(written: Written, workshop: Workshop, folder: Path) -> Outcome:
    """Build and run a case before and after; `folder` does not exist yet."""
    begun = time.monotonic()
    make_context(written, folder)
    before, complaint = _built(written, written.before, workshop.builder, folder)
    after, afterwards = _built(written, written.after, workshop.builder, folder)
    state, reason, faults = "ran", "", list[str]()
    if before is None:
        state, reason = "skipped" if after is None else "mended", _reason(complaint)
    elif after is None:
        faults.append(afterwards)
    else:
        faults += _compared(written, before, after, workshop)
        if before.ran.status == 0 and before.ran.output != "":
            faults += same_run(before.ran, after.ran)
        else:
            state = "built"
    return Outcome(written, state, reason, faults, time.monotonic() - begun)


def _reason(complaint: str) -> str:
    """The last line of a complaint without what differs from build to build."""
    line = complaint.strip().splitlines()[-1].removeprefix("ERROR: failed to build: failed to solve: ")
    for pattern in (r"failed to (compute|calculate|resolve|do)[^:]*: ", r'Head "\S+": .*', r"ref \S+::\S+: "):
        line = re.sub(pattern, "", line)
    return line[:160]


def _built(written: Written, model: Model, builder: Builder, folder: Path) -> tuple[_Built | None, str]:
    """The image of a model and its run; else the complaint of the build."""
    arguments = [f"--build-arg={name}={value}" for name, value in written.case.surroundings.build_arguments.items()]
    tag = f"written:{folder.name}-{'before' if model is written.before else 'after'}"
    built = builder.build(folder, model.tree.text, tag, tuple(arguments))
    if built.complaint is not None:
        return None, built.complaint
    return _Built(builder.image(tag), builder.run(tag)), ""


def _compared(written: Written, before: _Built, after: _Built, workshop: Workshop) -> list[str]:
    if written.grade == "preserving":
        return same_image(before.image, after.image)
    if written.grade == "changing":
        return []
    assert written.after.target is not None
    own = written.after.target.section.instructions
    commands = "\n".join([one.text for one in own if one.keyword == "RUN"])
    taken = [one for one in own if one.keyword == "COPY" and any(flag.name == "from" for flag in one.flags)]
    moved = {one.words[-1].value: one.words[0].value for one in taken if len(one.words) == 2}
    followed = _followed(before.image, after.image, tuple(moved))
    # Where both images take a file from another stage it has not moved.
    moved = {target: source for target, source in moved.items() if target.endswith("/") or source in before.image.files}
    programs = tuple(moved) if "CGO_ENABLED=0" in written.after.tree.text else ()
    prepared = (
        *((*_SYSTEM, *_MOUNT_POINTS) if commands else ()),
        *(_INSTALLED if "apk" in commands or "apt" in commands else ()),
    )
    # Packages of Python move into an environment of their own; that the program finds them there shows the run.
    if _VENV in written.after.tree.text and _VENV not in written.before.tree.text:
        prepared += (f"{_VENV}*",)
    prepared += followed
    finds = ("PATH",) if re.search(r"^ENV PATH=\S*venv/bin:", written.after.tree.text, re.MULTILINE) else ()
    allowed = Allowed(written.declared, (*_BUILD_VARIABLES, *finds), moved, prepared, programs)
    images = before.image, after.image, workshop.base(written.before), workshop.base(written.after)
    return [
        fault for fault in equivalent_image(*images, allowed) if not _is_owner_in_force(fault, written, after.image)
    ]


def _followed(before: Image, after: Image, taken: tuple[str, ...]) -> tuple[str, ...]:
    """Links in the old image that COPY follows, so that files stand in their places."""
    folder = str(after.configuration.get("WorkingDir", "/"))
    paths = [posixpath.normpath(posixpath.join(folder, path)) for path in taken]
    links = [path for path, entry in before.files.items() if entry.kind == "link"]
    found = [link for link in links if any((path + "/").startswith(link + "/") for path in paths)]
    return tuple([pattern for link in found for pattern in (link, f"{link}/*")])


def _is_owner_in_force(fault: str, written: Written, after: Image) -> bool:
    """Whether a folder has another owner only because WORKDIR or --chown makes it anew for the user of the image.

    A WORKDIR belongs to the user in force (who may be root, who may write everywhere); a `--chown=USER` without a group
    gives the user's own, where `chown USER` had left root's. Folders above it are made as usual.
    """
    path, _, rest = fault.partition(": ")
    entry, folder = after.files.get(path), str(after.configuration.get("WorkingDir", "/"))
    if entry is not None and folder.startswith(path + "/") and re.fullmatch(r"mode 0o777 -> 0o755", rest):
        return True
    if entry is None or re.fullmatch(r"(user|group) \d+ -> \d+(, group \d+ -> \d+)?", rest) is None:
        return False
    user = after.configuration.get("User", "root")
    numbers = {"root": 0, "0": 0, "nonroot": 65532, "nobody": 65534, "node": 1000}
    number = numbers.get(user, int(user) if user.isdecimal() else None)
    is_own_group = rest.startswith("group") and entry.user == number == entry.group
    return is_own_group or (path == folder and entry.user == number)


def make_context(written: Written, folder: Path) -> None:
    """Write the build context of a case."""
    shutil.copytree(STOCK, folder)
    text = written.after.tree.text
    package = (STOCK / "package.json").read_text("utf-8")
    if re.search(r"/build\b", text) and re.search(r"nginx|http-server|serve\b", text):
        _put(
            folder / "package.json", package.replace('"tsc"', '"react-scripts build"').replace("vite", "react-scripts")
        )
    elif re.search(r"nginx|http-server|serve\b|preview|vite", text):
        _put(folder / "package.json", package.replace('"tsc"', '"vite build"'))
    elif "build/" in text:
        _put(folder / "tsconfig.json", (STOCK / "tsconfig.json").read_text("utf-8").replace("dist", "build"))
    for source in _sources(written.before):
        _make(folder, source)
    for name, content in written.case.files.items():
        if name not in SPECIAL:
            _put(folder / name, _spread(content) if name.endswith(".json") else content)
    if "go.mod" in written.case.files:
        found = re.findall(r"([a-z][a-z0-9.-]*\.[a-z]+/\S+ v\S+)", written.case.files["go.mod"])
        _put(folder / "go.sum", "".join(line + " h1:x\n" for line in found))
    for name in written.case.files.get("files", "").split():
        _make(folder, name)
    for path in folder.rglob("*"):
        # Checkouts differ in what the group may do.
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _sources(model: Model) -> Iterable[str]:
    """What COPY and ADD take of the context."""
    for stage in model.stages:
        for one in stage.section.instructions:
            if one.keyword in ("COPY", "ADD") and not any(flag.name == "from" for flag in one.flags):
                yield from [word.value for word in one.words[:-1]]


def _make(folder: Path, name: str) -> None:
    """A path that is not there yet: a stock file of that name, a copy of the stock for a folder, or a line of text."""
    path = folder / name.strip("/").removeprefix("./")
    if set(name) & set("*?[$<:") or ".." in name or path.exists():
        return
    if (STOCK / path.name).is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(STOCK / path.name, path)
    elif name.endswith("/") or "." not in path.name:
        shutil.copytree(STOCK, path)
    else:
        _put(path, f"what is in {path.name}\n")


def _spread(content: str) -> str:
    """JSON over many lines, as tools write it and the models read it; anything else as it is."""
    try:
        return json.dumps(json.loads(content), indent=2) + "\n"
    except ValueError:
        return content


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
