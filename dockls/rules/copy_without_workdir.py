"""COPY or ADD to a relative path in a stage that has no working directory of its own.

The files then lie in the root folder of the image, between `/etc` and `/usr`. `COPY . .` is the worst of it: a folder
`lib`, `bin` or `etc` of the project is mixed with the one of the system, and later `RUN` lines work in `/`.

Nothing is told where the working directory of the base image is not known or is another folder, as in `golang`, where
`WORKDIR /` is written for single files, and in stages that start from nothing and start no program: those only hand
files on. It is told once a stage.

```dockerfile
FROM python:3.14-slim
COPY . .
       ^ warning: no WORKDIR is set, so the build context is spread over `/`, among the folders of the system
CMD ["python", "main.py"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction
from dockls.text import Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.semantics.files import Copy

#: images of which it is sure that they start in `/`, beside those of distributions
_IN_ROOT = frozenset(
    ("node", "python", "pypy", "ruby", "php", "rust", "gcc", "swift", "elixir", "erlang", "eclipse-temurin", "openjdk",
     "amazoncorretto", "ibm-semeru-runtimes", "maven", "nginx", "buildpack-deps", "docker", "scratch",
     "mcr.microsoft.com/dotnet/sdk", "mcr.microsoft.com/dotnet/aspnet", "mcr.microsoft.com/dotnet/runtime",
     "mcr.microsoft.com/dotnet/runtime-deps", "distroless/static", "distroless/base", "distroless/cc",
     "distroless/nodejs", "distroless/python3", "distroless/java")
)  # fmt: skip
#: variants of images with a working directory that is not in the tables of all of them
_ELSEWHERE = frozenset(("onbuild", "nonroot", "debug-nonroot", "apache", "fpm"))


@stage_rule(severity=Severity.HINT, theme="files", aliases=("DL3045",))
def copy_without_workdir(stage: Stage) -> Iterator[Finding]:
    """Look for relative destinations in front of the first WORKDIR."""
    from dockls.semantics.files import copies_of

    relative = [copy for copy in copies_of(stage) if _is_relative(stage, copy)]
    if not relative or not _starts_in_root(stage):
        return
    spread = next((copy for copy in relative if _takes_context(copy)), None)
    chosen = spread or relative[0]
    if spread is None and (_sets_workdir(stage, chosen.instruction) or chosen.from_image):
        return
    place = on_first_line(chosen.instruction, chosen.instruction.words[-1].span)
    meant = _sets_workdir(stage, chosen.instruction)
    reason = "WORKDIR is `/`" if meant else "no WORKDIR is set"
    if spread is not None:
        severity = Severity.HINT if meant else Severity.WARNING
        message = f"{reason}, so the build context is spread over `/`, among the folders of the system"
        yield Finding(place, message, fixes=_fixes(stage, relative[0]), severity=severity)
    else:
        message = f"{reason}, so `{chosen.instruction.words[-1].value}` means `{chosen.destination}`"
        yield Finding(place, message, fixes=_fixes(stage, chosen))


def _is_relative(stage: Stage, copy: "Copy") -> bool:
    word = copy.instruction.words[-1].value
    if word.startswith(("/", "\\", "$", "<")) or word[1:2] == ":":
        return False
    return stage.state_before(copy.instruction).workdir == "/"


def _starts_in_root(stage: Stage) -> bool:
    """Whether the image at the bottom of the stage is known to start in `/`, and the stage is for running."""
    from dockls.semantics.compatibility import base_facts

    if stage.base_image == "scratch":
        return any(one.keyword in ("CMD", "ENTRYPOINT") for one in stage.instructions)
    known = base_facts(stage)
    if known is None or not (known.family in _IN_ROOT or known.role == "distro"):
        return False
    return not _ELSEWHERE.intersection(known.flavors)


def _takes_context(copy: "Copy") -> bool:
    """Whether all of the build context goes into the root folder itself."""
    from dockls.project.context import cleaned

    if copy.stage is not None or copy.from_image or copy.destination != "/":
        return False
    return any(cleaned(source) == "" or source in ("*", "./*") for source in copy.sources)


def _sets_workdir(stage: Stage, instruction: Instruction) -> bool:
    """Whether a WORKDIR stands above; it names `/`."""
    for one in stage.instructions:
        if one is instruction:
            break
        if one.keyword == "WORKDIR":
            return True
    return stage.parent is not None and stage.parent.folded(_sets_upon, lambda root: False)


def _sets_upon(stage: Stage, below: bool) -> bool:
    """Whether a stage or one below it has a WORKDIR."""
    return below or any(one.keyword == "WORKDIR" for one in stage.instructions)


def _fixes(stage: Stage, copy: "Copy") -> tuple[Fix, ...]:
    """A WORKDIR above the COPY; what is started by a path in `/` must be changed by hand."""
    folders = [one for one in stage.instructions if one.keyword == "WORKDIR"]
    # One below that is relative would mean another folder.
    is_relative = any(not (one.words and one.words[0].value.startswith("/")) for one in folders)
    # The fix in the stage that this one starts from is enough.
    if stage.parent is not None and stage.parent.folded(_has_relative_copy, lambda root: False):
        return ()
    if is_relative or (folders and _sets_workdir(stage, copy.instruction)):
        return ()

    def added(model: Model) -> list[Edit]:
        return [edits.insert_before(model, copy.instruction, [f"{edits.keyword(model, 'WORKDIR')} /app"])]

    return (Fix("Add `WORKDIR /app`", added, safe=False),)


def _has_relative_copy(stage: Stage, below: bool) -> bool:
    from dockls.semantics.files import copies_of

    return below or any(_is_relative(stage, copy) and not copy.from_image for copy in copies_of(stage))
