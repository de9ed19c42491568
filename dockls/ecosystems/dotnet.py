""".NET: the folder that `dotnet publish` fills, on the runtime instead of the SDK.

The program of CMD or ENTRYPOINT must be `dotnet X.dll`, or a program of the folder that `dotnet publish -o` (or
`dotnet build -o`) names. That folder is taken whole, for it holds all assemblies and settings; with it go files that
arguments and variables name and what COPY brought to other places than the sources.

The runtime is the image beside the SDK with the same tag: `aspnet`, or `runtime` where the project files of a known
build context name neither the web SDK nor ASP.NET. In the SDK's image a server listens at 5000 where nothing says
otherwise, in that of ASP.NET at 8080 (80 before .NET 8), which is told where the file sets no port. `dotnet run` and
`dotnet watch` are refused.
"""

import posixpath
import re
from typing import NamedTuple

from dockls.ecosystems import Artifact, Extraction, Obstacle, Wish
from dockls.ecosystems.accounts import Account, assumed_of, created_by
from dockls.ecosystems.cuts import Cut, cut_for_user, owned
from dockls.ecosystems.programs import Running, named_files, needing_tools, running
from dockls.ecosystems.resources import (
    folders_made,
    named,
    named_by_variables,
    outside_copies,
    without_nested,
)
from dockls.ecosystems.steps import assumed_of_tools, install_line, packages, packages_to_run
from dockls.semantics import Stage, joined
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed, named_path
from dockls.syntax import Instruction

ORDER = 36

#: tags that SDK and runtimes share: a version of two numbers, and a distribution
_SHARED_TAG = re.compile(r"\d+\.\d+(-[a-z0-9.-]+)?")
_REPOSITORY = re.compile(r"(mcr\.microsoft\.com/dotnet/(?:core/)?|microsoft/dotnet)(sdk|-sdk)?")
#: variables that say where a server of ASP.NET listens (learn.microsoft.com, Kestrel endpoints)
_PORTS = ("ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "DOTNET_URLS", "URLS", "HTTP_PORTS")


class _Published(NamedTuple):
    """The folder that is taken, and the command that fills it."""

    folder: str
    command: Executed


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run a .NET program without the SDK."""
    runs = running(stage)
    programs = [run for run in runs if run.role == "program"]
    builds = _builds(stage)
    if not builds or not programs:
        return None
    obstacle = needing_tools(programs)
    if obstacle is not None:
        return obstacle
    published = _published(stage, programs, builds)
    if published is None:
        return None
    image = _image(stage, wish)
    if isinstance(image, Obstacle):
        return image
    end = cut_for_user(stage, published.command.instruction, wish)
    return end if isinstance(end, Obstacle) else _extraction(stage, runs, published, *end, image)


def _builds(stage: Stage) -> list[tuple[Executed, str]]:
    """The commands that build, each with the absolute folder that it is told to fill."""
    from dockls.knowledge import build_command

    found: list[tuple[Executed, str]] = []
    for command in executed(stage):
        build = build_command(list(command.words))
        if build is None or build.ecosystem != "dotnet":
            continue
        for output in build.outputs:
            path = named_path(stage, command, output.path)
            if path is not None and "*" not in path and output.certainty == "certain":
                found.append((command, path))
    return found


def _published(stage: Stage, programs: list[Running], builds: list[tuple[Executed, str]]) -> _Published | None:
    """The filled folder in which the program lies."""
    for run in programs:
        word = next((one for one in run.words[1:] if one.endswith(".dll")), None) if run.name == "dotnet" else run.path
        path = None if word is None else joined(stage.final_state.workdir, word)
        for command, folder in reversed(builds):
            if path is not None and posixpath.dirname(path) == folder:
                return _Published(folder, command)
    return None


def _image(stage: Stage, wish: Wish) -> str | Obstacle:
    """The runtime beside the SDK."""
    from dockls.knowledge import parse_reference

    text = stage.declaration.words[0].text
    if wish.runtime == "same":
        return text
    if wish.runtime in ("scratch", "distroless", "slim"):
        return Obstacle(f"a .NET program needs a .NET runtime, of which there is no {wish.runtime} image")
    if wish.runtime not in (None, "alpine"):
        valid = parse_reference(wish.runtime or "") is not None
        return str(wish.runtime) if valid else Obstacle(f"`{wish.runtime}` is neither an image nor one of alpine, same")
    reference = parse_reference(stage.base_image or "")
    match = _REPOSITORY.fullmatch(reference.name) if reference is not None else None
    if reference is None or match is None or match[2] != "sdk":
        return Obstacle(f"which runtime belongs to `{text}` is not known; name an image with `runtime`")
    tag = reference.tag or ""
    if _SHARED_TAG.fullmatch(tag) is None or reference.digest is not None:
        return Obstacle(f"which runtime belongs to the tag `{tag or 'latest'}` of the SDK is not known")
    if wish.runtime == "alpine" and "alpine" not in tag:
        return Obstacle("the program is published for the C library of the builder, which Alpine does not have")
    kind = "runtime" if _is_console(stage) else "aspnet"
    return text.replace("/sdk:", f"/{kind}:", 1)


def _is_console(stage: Stage) -> bool:
    """Whether the project files of a known context name neither the web SDK nor ASP.NET."""
    if not stage.context.known:
        return False
    projects = [path for path in stage.context.files("") if path.endswith((".csproj", ".fsproj", ".vbproj"))]
    texts = [stage.context.read(path) or "" for path in projects]
    web = ("Microsoft.NET.Sdk.Web", "Microsoft.AspNetCore", "Microsoft.NET.Sdk.BlazorWebAssembly")
    return bool(texts) and all(texts) and not any(word in text for text in texts for word in web)


def _extraction(
    stage: Stage, runs: tuple[Running, ...], published: _Published, cut: Cut, user: Account, image: str
) -> Extraction | Obstacle:
    from dockls.knowledge import facts

    known = base_facts(stage)
    below = stage.instructions[stage.instructions.index(cut.last) + 1 :]
    directory = published.command.directory or "/"
    inside = (directory, published.folder, stage.final_state.workdir or "/", "/root", "/tmp")
    artifacts = [Artifact(published.folder, True)]
    artifacts += named(stage, (*named_files(stage, runs), *named_by_variables(stage)), below)
    artifacts += folders_made(stage, cut.last, inside)
    wanted = _wanted(stage, runs, below, frozenset() if (there := facts(image)) is None else there.tools)
    line = install_line("" if known is None else known.package_manager or "", wanted) if wanted else None
    if wanted and line is None:
        return Obstacle(f"how `{wanted[0]}` is installed in `{image}` is not known")
    owner = None if user.is_root else user.text
    relocated, created = created_by(stage, user, cut.last, bool(cut.owned or cut.copied))
    title = "ASP.NET runtime" if "/aspnet:" in image else ".NET runtime" if "/runtime:" in image else image
    return Extraction(
        image,
        f".NET → {title}",
        cut.last,
        tuple([owned(artifact, cut, owner) for artifact in without_nested(tuple(artifacts))]),
        (*([line] if line else []), *([created] if created else [])),
        tuple(outside_copies(stage, cut.last, inside)),
        relocated,
        dropped=cut.dropped,
        assumptions=(*_assumed(stage, published, image), *assumed_of(user)),
        changes=frozenset(("base", "ports")) | frozenset(("user",) if user.assumed else ()),
    )


def _wanted(
    stage: Stage, runs: tuple[Running, ...], below: tuple[Instruction, ...], tools: frozenset[str]
) -> tuple[str, ...]:
    """The packages for what runs beside .NET."""
    there = {package.name for package in packages(stage) if package.instruction in below}
    found = [name for name in packages_to_run(stage) if name not in tools]
    found += [run.name for run in runs if run.role == "healthcheck" and run.name in ("curl", "wget")]
    return tuple(dict.fromkeys([name for name in found if name not in there and name not in tools]))


def _assumed(stage: Stage, published: _Published, image: str) -> tuple[str, ...]:
    sentences: list[str] = []
    if "/aspnet:" in image and not any(stage.final_state.lookup(name) for name in _PORTS):
        sentences.append(f"the program may listen where `{image}` says, if its own settings do not")
    if "alpine" in image:
        # github.com/dotnet/dotnet-docker, documentation/enable-globalization.md
        sentences.append("the program needs no culture data (ICU), which the runtime on Alpine leaves out")
    sentences += assumed_of_tools(stage)
    sentences.append(f"the program reads no other file of the builder than those in `{published.folder}`")
    return tuple(sentences)
