"""What the user chooses: any stage, cut behind the selected instructions, with the files that they certainly make.

It comes last, when no language is recognized, and only where a selection tells what the builder keeps, or the setting
`paths` what it gives. Without `paths` those files are taken that the selected steps certainly make and, where the
program lies among files whose origin is less certain, the whole working directory. The new stage starts from the same
image, so that everything else is there, unless `runtime` names another one; packages that are not for building are
installed again.
"""

from dockls.ecosystems import Artifact, Extraction, Obstacle, Wish
from dockls.ecosystems.accounts import Account, assumed_of, created_by
from dockls.ecosystems.cuts import Cut, cut_for_user, owned
from dockls.ecosystems.native import libraries_of
from dockls.ecosystems.programs import named_files, running
from dockls.ecosystems.resources import named, outside_copies, without_nested
from dockls.ecosystems.steps import install_line, packages
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import executed
from dockls.semantics.files import CERTAIN, Made, files_of
from dockls.syntax import Instruction

ORDER = 100

_NOT_TAKEN = ("/var/lib/apt", "/var/cache", "/root/.cache", "/tmp", "/proc")


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run what is chosen without the steps that made it."""
    if wish.last is None and not wish.paths:
        return None
    last = wish.last or _last_run(stage)
    end = None if last is None else cut_for_user(stage, last, wish)
    if end is None or isinstance(end, Obstacle):
        return end
    cut, user = end
    image = _image(stage, wish)
    if isinstance(image, Obstacle):
        return image
    found = _artifacts(stage, cut, wish)
    if isinstance(found, Obstacle):
        return found
    return _extraction(stage, cut, user, image, *found)


def _last_run(stage: Stage) -> Instruction | None:
    runs = [instruction for instruction in stage.instructions if instruction.keyword == "RUN"]
    return runs[-1] if runs else None


def _image(stage: Stage, wish: Wish) -> str | Obstacle:
    from dockls.knowledge import facts, parse_reference

    if wish.runtime in (None, "same"):
        return stage.declaration.words[0].text
    if wish.runtime in ("slim", "alpine", "distroless"):
        return Obstacle(f"what the stage needs at run time is not known; name an image in place of `{wish.runtime}`")
    if wish.runtime != "scratch" and parse_reference(wish.runtime or "") is None:
        return Obstacle(f"`{wish.runtime}` is neither an image nor one of same, scratch")
    known, base = facts(wish.runtime or ""), base_facts(stage)
    others = known is not None and base is not None and known.package_manager != base.package_manager
    if others and any(package.kind not in ("build", "dev") for package in packages(stage)):
        return Obstacle(f"what the stage installs is for another distribution than that of `{wish.runtime}`")
    return wish.runtime or ""


def _artifacts(stage: Stage, cut: Cut, wish: Wish) -> tuple[tuple[Artifact, ...], tuple[str, ...]] | Obstacle:
    """What is taken, and what that takes for granted."""
    if wish.paths:
        wrong = next((path for path in wish.paths if not path.startswith("/") or path == "/"), None)
        if wrong is not None:
            return Obstacle(f"`{wrong}` is no absolute path of a file or folder")
        return tuple([Artifact(path, path.endswith("/")) for path in wish.paths]), (
            "the program needs nothing of the builder but the paths that you name",
        )
    above = stage.instructions[: stage.instructions.index(cut.last) + 1]
    certain = [entry for entry in files_of(stage) if _is_made(entry, above)]
    programs = [run.path for run in running(stage) if run.role == "program" and run.path is not None]
    covered = all(any(_holds(entry, path) for entry in certain) for path in programs)
    folder = stage.final_state.workdir or "/"
    if certain and covered:
        files = [Artifact(entry.path, entry.kind == "directory") for entry in certain]
        below = stage.instructions[len(above) :]
        extra = named(stage, named_files(stage, running(stage)), below)
        sentence = "the program needs nothing of the builder but what the selected steps are known to make"
        return (*files, *extra), (sentence,)
    if folder == "/" or any(not path.startswith(folder + "/") for path in programs):
        return Obstacle("which files the selected steps make is not known; name them with `paths`")
    return (Artifact(folder, True),), (f"the program needs nothing of the builder that lies outside of `{folder}`",)


def _is_made(entry: Made, above: tuple[Instruction, ...]) -> bool:
    made = entry.origin == "run" and entry.certainty == CERTAIN and entry.instruction in above
    return made and not entry.path.startswith(_NOT_TAKEN) and entry.path != "/"


def _holds(entry: Made, path: str) -> bool:
    return entry.path == path or (entry.kind != "file" and path.startswith(entry.path.rstrip("/") + "/"))


def _extraction(
    stage: Stage, cut: Cut, user: Account, image: str, artifacts: tuple[Artifact, ...], sentences: tuple[str, ...]
) -> Extraction | Obstacle:
    libraries = libraries_of(stage)
    if isinstance(libraries, Obstacle):
        return libraries
    below = {package.name for package in packages(stage) if package.instruction in cut.runtime}
    own = [one.name for one in packages(stage) if one.kind not in ("build", "dev", "unneeded")]
    fetching = {command.words[0] for command in executed(stage)} & {"curl", "wget", "unzip", "tar", "xz", "jq"}
    wanted = [name for name in (*libraries, *own) if name not in (*below, *fetching)]
    known = base_facts(stage)
    line = install_line((known and known.package_manager) or "", tuple(dict.fromkeys(wanted))) if wanted else None
    if wanted and (line is None or image == "scratch"):
        return Obstacle(f"how `{wanted[0]}` is installed in `{image}` is not known")
    folder = stage.final_state.workdir or "/"
    late = any(command.instruction in cut.runtime for command in user.commands)
    owner = None if user.is_root or late else user.text
    relocated, created = created_by(stage, user, cut.last, bool(cut.owned or cut.copied))
    same = image == stage.declaration.words[0].text
    return Extraction(
        image,
        f"your selection → {'same image' if same else image}",
        cut.last,
        tuple([owned(artifact, cut, owner) for artifact in without_nested(artifacts)]),
        (*([line] if line else []), *([created] if created else [])),
        tuple(outside_copies(stage, cut.last, (folder, "/root", "/tmp"))),
        relocated,
        dropped=cut.dropped,
        assumptions=(*sentences, *_left(fetching & {one.name for one in packages(stage)}), *assumed_of(user)),
        changes=frozenset(("base",)) | frozenset(("user",) if user.assumed else ()),
    )


def _left(names: set[str]) -> tuple[str, ...]:
    listed = ", ".join([f"`{name}`" for name in sorted(names)])
    return (f"the program does not call {listed}, which the builder installs",) if names else ()
