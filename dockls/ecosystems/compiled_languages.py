"""Haskell, Swift, Dart and Crystal: one binary and what it needs of its image.

The program of CMD or ENTRYPOINT must be what `stack`, `cabal install`, `ghc -o`, `swift build`, `dart compile exe`,
`crystal build` or `shards build` makes. It is taken alone, with the files that its arguments and variables name,
telling folders such as `Public` where the build context is known to have them, and what COPY brought to other places
than the sources.

A program of Haskell goes to the slim image of the builder's Debian, with `libgmp10`; one of Swift to the slim variant
of its image, which has Swift's libraries; one of Dart to `scratch` with the folder `/runtime/` that Dart's image holds
for that; static ones (`-optl-static`, `-static-executable`, `--static`) to distroless/static. Crystal links with
libraries of the builder unless `--static` is given, which is refused. `cabal install` makes a link into its store
unless it is told to copy, so `--install-method=copy` is added.
"""

from dockls.ecosystems import Artifact, Extraction, Obstacle, Wish
from dockls.ecosystems.built_programs import Build, Programs
from dockls.ecosystems.compiled import Linked, taken_out
from dockls.semantics import Stage
from dockls.semantics.compatibility import libc_of
from dockls.semantics.execution import Executed, executed, named_path
from dockls.syntax import Place
from dockls.text import Span

ORDER = 14

_TITLES = {"haskell": "Haskell", "swift": "Swift", "dart": "Dart", "crystal": "Crystal"}
#: how the tools are told to link everything into the program
_STATIC = ("-optl-static", "-static", "--static", "-static-executable", "--enable-executable-static", "-linux-musl")
_HOMES = {
    "haskell": ("/root/.stack", "/root/.cabal", "/root/.local"),
    "dart": ("/root/.pub-cache",),
    "swift": ("/root/.cache",),
}


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run such a program without its compiler."""
    language, builds = _builds(stage)
    if language is None:
        return None
    found = taken_out(stage, wish, builds, _linked)
    if not isinstance(found, Extraction) or language != "dart" or found.image != "scratch":
        return found
    # The image keeps the C library and the certificates for its programs there (hub.docker.com/_/dart).
    own = [artifact for artifact in found.artifacts if not artifact.path.startswith("/etc/ssl/")]
    return found._replace(artifacts=(Artifact("/runtime/", True, destination="/"), *own))


def _builds(stage: Stage) -> tuple[str | None, tuple[Build, ...]]:
    """The language of the stage, and the commands that build a program."""
    from dockls.knowledge import build_command

    language = None
    found: list[Build] = []
    for command in executed(stage):
        build = build_command(list(command.words))
        if build is None or build.ecosystem not in _TITLES or build.site:
            continue
        language = build.ecosystem
        outputs = [(one.kind, _of_mode(command, one.path)) for one in build.outputs] or _without_name(command)
        paths = [(kind, path) for kind, text in outputs if (path := named_path(stage, command, text)) is not None]
        files = [path for kind, path in paths if kind == "file"]
        folders = [path for kind, path in paths if kind != "file"]
        found.append(Build(command, tuple(files), folders[0] if folders else None, False))
    return language, tuple(found)


def _of_mode(command: Executed, path: str | None) -> str | None:
    """Swift's folder is called by what is asked for with ``-c``."""
    words = command.words
    released = any(word in ("release", "--configuration=release") for word in words)
    return path.replace("release", "debug") if path == ".build/release" and not released else path


def _without_name(command: Executed) -> list[tuple[str, str | None]]:
    """A program that is called like its source file: `crystal build src/app.cr` makes ``app``."""
    sources = [word for word in command.words[1:] if word.endswith(".cr")]
    return [("file", sources[0].rpartition("/")[2].removesuffix(".cr"))] if sources else []


def _linked(stage: Stage, builds: tuple[Build, ...], found: Programs) -> Linked | Obstacle:
    from dockls.knowledge import build_command

    build = builds[-1]
    known = build_command(list(build.command.words))
    language = "haskell" if known is None else known.ecosystem
    title, home = _TITLES[language], _HOMES.get(language, ())
    words = " ".join(build.command.words)
    if any(word in words for word in _STATIC) and "--static-swift-stdlib" not in words:
        return Linked(language, title, "static", home=home)
    if language == "crystal":
        return Obstacle(f"`{words}` links the program with libraries of the builder; add `--static`")
    libraries = ("libgmp10",) if language == "haskell" else ()
    sentences: list[str] = []
    if language == "haskell":
        sentences.append("the program needs no library of the builder beside those whose headers the stage installs")
    if language == "swift":
        sentences.append("no package of the program has resources, which lie beside it")
    return Linked(language, title, libc_of(stage), _copied(builds), libraries, home=home, assumptions=tuple(sentences))


def _copied(builds: tuple[Build, ...]) -> tuple[tuple[Place, str], ...]:
    """Where `cabal install` has to be told not to make links."""
    found: list[tuple[Place, str]] = []
    for build in builds:
        words = build.command.words
        program = words[0].rpartition("/")[2]
        if program == "cabal" and "install" in words and not any(word.startswith("--install-method") for word in words):
            end = build.command.word_span(words.index("install")).end
            found.append((Place(build.command.instruction, Span(end, end)), " --install-method=copy"))
    return tuple(found)
