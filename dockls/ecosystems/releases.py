"""Elixir and Erlang: a release, which holds the program, its dependencies and the virtual machine.

The program of CMD or ENTRYPOINT must lie in the folder of a release that `mix release` or `rebar3 release` makes:
`_build/prod/rel/NAME/bin/NAME` (MIX_ENV tells another word for `prod`, `--path` another folder), or where a command
copies or moves it to. The folder is taken whole. What COPY brought to other places than the sources goes along.

It goes to the slim image of Debian, or to Alpine where the builder is Alpine, with the libraries that the virtual
machine is linked with (hexdocs.pm/mix, `mix release`, "Requirements"), and with the locale of the official images, for
otherwise names of files are read as Latin-1.

`mix phx.server` and `mix run` are refused: they compile what they start.
"""

import posixpath

from dockls.ecosystems import Artifact, Extraction, Obstacle, Wish
from dockls.ecosystems.built_programs import Build, Programs
from dockls.ecosystems.compiled import Linked, taken_out
from dockls.ecosystems.programs import FOLDERS, needing_tools, running
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts, libc_of
from dockls.semantics.execution import Executed, executed, named_path

ORDER = 38

#: what the virtual machine is linked with
_LIBRARIES = {"glibc": ("libstdc++6", "openssl", "libncurses6"), "musl": ("libstdc++", "openssl", "ncurses-libs")}


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run a release without Elixir and Erlang."""
    known = base_facts(stage)
    if known is None or known.language not in ("elixir", "erlang"):
        return None
    runs = running(stage)
    folders = _folders(stage)
    if not folders:
        return needing_tools(runs)
    paths = [run.path for run in runs if run.role == "program" and run.path is not None]
    inside = {path: folder for path in paths if (folder := _release(path, folders)) is not None}
    builds = tuple([Build(command, tuple(inside), None, False) for command in dict.fromkeys(folders.values())])
    found = taken_out(stage, wish, builds, _linked)
    if not isinstance(found, Extraction):
        return found
    artifacts = [_whole(artifact, inside) for artifact in found.artifacts]
    language = stage.final_state.environment.get("LANG")
    said = language is not None and language.kind == "env"
    locale = (f"ENV LANG={known.env['LANG']}",) if not said and "LANG" in known.env else ()
    return found._replace(
        artifacts=tuple(artifacts),
        preparation=(*found.preparation, *locale),
        changes=found.changes | frozenset(("environment",) if locale else ()),
    )


def _folders(stage: Stage) -> dict[str, Executed]:
    """The folders that hold releases, or are one, each with the command that fills it."""
    from dockls.knowledge import build_command

    found: dict[str, Executed] = {}
    for command in executed(stage):
        build = build_command(list(_done(command.words)))
        if build is not None and build.ecosystem in ("mix", "erlang"):
            for output in build.outputs:
                path = named_path(stage, command, _of_environment(stage, command, output.path))
                if path is not None:
                    found[path] = command
        elif command.command.program in ("cp", "mv") and len(command.words) > 2:
            *sources, target = [word for word in command.words[1:] if not word.startswith("-")]
            paths = [named_path(stage, command, source) for source in sources]
            into = named_path(stage, command, target)
            if into is not None and any(path is not None and _release(path + "/bin", found) for path in paths):
                found[into] = command
    return found


def _done(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command with the last task alone of what ``mix do`` does one after another."""
    tasks = " ".join(words[2:]).replace(" + ", ", ").split(", ")
    return ("mix", *tasks[-1].split()) if words[:2] == ("mix", "do") else words


def _of_environment(stage: Stage, command: Executed, path: str | None) -> str | None:
    """The folder with the word of MIX_ENV, which a variable or the command itself sets; `dev` is what mix takes."""
    if path is None or not path.startswith("_build/prod") or command.words[0].rpartition("/")[2] != "mix":
        return path
    words = [assignment.text for assignment in command.command.assignments]
    own = [word.partition("=")[2] for word in words if word.startswith("MIX_ENV=")]
    named = own[-1] if own else stage.state_before(command.instruction).lookup("MIX_ENV") or "dev"
    return path.replace("/prod/", f"/{named}/", 1)


def _release(path: str, folders: dict[str, Executed]) -> str | None:
    """The folder of the release in which a path of a program lies."""
    root = posixpath.dirname(path) if posixpath.basename(path) == "bin" else posixpath.dirname(posixpath.dirname(path))
    for folder in folders:
        if root == folder or posixpath.dirname(root) == folder:
            return root
    return None


def _whole(artifact: Artifact, inside: dict[str, str]) -> Artifact:
    """The release in place of the program in it."""
    folder = inside.get(artifact.path)
    return artifact if folder is None else artifact._replace(path=folder, folder=True, destination=None)


def _linked(stage: Stage, builds: tuple[Build, ...], found: Programs) -> Linked | Obstacle:
    libc = libc_of(stage)
    home = ("/root/.mix", "/root/.hex", "/root/.cache")
    embedded = frozenset(FOLDERS)
    sentence = "the release holds its virtual machine, which is not newer than the libraries of the smaller image"
    return Linked("elixir", "Elixir", libc, (), _LIBRARIES.get(libc or "", ()), embedded, False, home, (sentence,))
