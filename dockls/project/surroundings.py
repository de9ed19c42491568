"""All that stands around one Dockerfile: its build context and the files that build it."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from dockls.project.context import UNKNOWN_CONTEXT, BuildContext, DirectoryContext, read_bounded
from dockls.project.probing import probed
from dockls.project.targets import Build, TargetUse, of_dockerfile, unique_uses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.project.configuration import Configuration

_PARENTS_WITHOUT_REPOSITORY = 3
_PARENTS = 12
_MOST_FILES = 150
_FOLDER_NAMES = (
    ".circleci", ".devcontainer", ".docker", "bin", "build", "ci", "compose", "deploy", "deployment", "docker", "hack",
    "infra", "script", "scripts", "tools",
)  # fmt: skip
_WELL_KNOWN = {
    ".gitlab-ci.yml": "gitlab-ci",
    ".gitlab-ci.yaml": "gitlab-ci",
    "jenkinsfile": "jenkins",
    "makefile": "makefile",
    "gnumakefile": "makefile",
    "justfile": "just",
    "taskfile.yml": "task",
    "taskfile.yaml": "task",
    ".travis.yml": "travis",
    "azure-pipelines.yml": "azure-pipelines",
    "bitbucket-pipelines.yml": "bitbucket-pipelines",
    "cloudbuild.yaml": "cloud-build",
    "package.json": "package.json",
}


#: files at the top of a project that is built from its own folder
_PROJECT_FILES = frozenset(
    (
        ".dockerignore", ".git", "Cargo.toml", "CMakeLists.txt", "Gemfile", "Makefile", "Pipfile", "build.gradle",
        "build.gradle.kts", "build.sbt", "composer.json", "deno.json", "go.mod", "mix.exs", "package.json", "pom.xml",
        "pubspec.yaml", "pyproject.toml", "requirements.txt", "setup.py", "shard.yml", "stack.yaml",
    )
)  # fmt: skip
_PROJECT_ENDINGS = (".csproj", ".fsproj", ".sln", ".cabal", ".gemspec")


class Surroundings(NamedTuple):
    """What is known about a Dockerfile beyond its text.

    `targets` are the places outside that name its stages; `named_contexts` the names that some build gives to a
    context of its own; `build_arguments` the values some build passes (the first found of each name).
    `declared_targets` are stages that the settings call built.
    `platforms` are those that are built for, as the builds or instead of them the settings say; `image_platforms` those
    of images that a registry was asked for.
    """

    context: BuildContext = UNKNOWN_CONTEXT
    targets: tuple[TargetUse, ...] = ()
    named_contexts: frozenset[str] = frozenset()
    build_arguments: Mapping[str, str] = {}
    problems: tuple[str, ...] = ()
    builds: tuple[Build, ...] = ()
    declared_targets: tuple[str, ...] = ()
    image_platforms: Mapping[str, tuple[str, ...]] = {}
    platforms: tuple[str, ...] = ()

    def with_settings(self, configuration: "Configuration") -> "Surroundings":
        """The same with the stages and platforms that the settings say are built; these win over what builds say."""
        platforms = configuration.platforms or self.platforms
        return self._replace(declared_targets=configuration.targets, platforms=platforms)


#: nothing is known but the text
EMPTY_SURROUNDINGS = Surroundings()


def surroundings(
    dockerfile: str,
    *,
    context: str | None = None,
    open_files: Mapping[str, str] | None = None,
    neighborhood: "Neighborhood | None" = None,
) -> Surroundings:
    """Look around the Dockerfile at a path; never raises, whatever the disk holds.

    `context` is the folder of the build context where a setting or an option tells it. `open_files` are the texts
    (by absolute path) that count instead of those on the disk, as in an editor. Whoever asks for many Dockerfiles
    gives the same `neighborhood` each time (instead of `open_files`), and each folder is read once.
    """
    path = _absolute(dockerfile)
    files = neighborhood or Neighborhood(open_files)
    folders = files.folders(posixpath.dirname(path))
    builds = of_dockerfile(files.builds(posixpath.dirname(path)), path)
    arguments: dict[str, str] = {}
    for build in builds:
        for name, value in build.arguments.items():
            if "$" not in value:
                arguments.setdefault(name, value)
    told = context or next((build.context for build in builds if build.context and _is_folder(build.context)), None)
    root = told or _guessed_context(files.dockerfile(path) or "", folders)
    problems: tuple[str, ...] = ()
    if root is not None and not _is_folder(root):
        problems = (f"The build context {root} is not a folder.",)
    found = UNKNOWN_CONTEXT if root is None or problems else DirectoryContext(root, path, told is not None)
    names = frozenset(name.lower() for build in builds for name in build.named_contexts)
    platforms = tuple(dict.fromkeys([one for build in builds for one in build.platforms]))
    uses = unique_uses(builds)
    return Surroundings(found, uses, names, arguments, problems, tuple(builds), platforms=platforms)


class Neighborhood:
    """What was read around Dockerfiles, each file and folder once; those open in an editor first.

    It does not notice that files change: keep it for one run, not longer.
    """

    def __init__(self, open_files: Mapping[str, str] | None = None) -> None:
        opened = open_files or {}
        self._texts: dict[str, str | None] = {_absolute(path): text for path, text in opened.items()}
        self._folders: dict[str, list[str]] = {}
        self._builds: dict[str, tuple[Build, ...]] = {}

    def folders(self, folder: str) -> list[str]:
        """The folder and those above it that belong to the same project."""
        if folder not in self._folders:
            self._folders[folder] = _folders(folder)
        return self._folders[folder]

    def builds(self, folder: str) -> tuple[Build, ...]:
        """Every build that is described near Dockerfiles in a folder, whichever of them it means."""
        if folder not in self._builds:
            self._builds[folder] = tuple(_all_builds(self, self.folders(folder)))
        return self._builds[folder]

    def dockerfile(self, path: str) -> str | None:
        """The text of a Dockerfile; not kept, for it is asked for once."""
        return self._texts[path] if path in self._texts else read_bounded(path)

    def read(self, path: str) -> str | None:
        """The text of a file; None if it cannot be read."""
        if path not in self._texts:
            self._texts[path] = read_bounded(path)
        return self._texts[path]

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted, of files that are open as well."""
        import os

        found = {posixpath.basename(path) for path in self._texts if posixpath.dirname(path) == folder}
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    found.add(entry.name)
                    if len(found) > 5000:
                        break
        except (OSError, ValueError):
            pass
        return sorted(found)


def _absolute(path: str) -> str:
    from pathlib import Path

    try:
        return Path(path).resolve().as_posix()
    except (OSError, ValueError, RuntimeError):
        return posixpath.normpath(posixpath.join("/", path))


def _is_folder(path: str) -> bool:
    from pathlib import Path

    try:
        return Path(probed(path)).is_dir()
    except (OSError, ValueError):
        return False


def _folders(folder: str) -> list[str]:
    """The Dockerfile's folder and those above it, up to the repository's root, or a few if there is none."""
    from pathlib import Path

    chain = [Path(folder), *Path(folder).parents][: _PARENTS + 1]
    for index, one in enumerate(chain):
        try:
            if Path(probed(str(one / ".git"))).exists():
                return [path.as_posix() for path in chain[: index + 1]]
        except (OSError, ValueError):
            break
    try:
        shared = {Path.home(), *Path.home().parents}
    except RuntimeError:
        shared = {Path(chain[-1].anchor)}
    near = chain[: _PARENTS_WITHOUT_REPOSITORY + 1]
    # Without a repository, a home folder and what holds it are no project.
    return [path.as_posix() for index, path in enumerate(near) if not index or path not in shared]


def _all_builds(files: Neighborhood, folders: list[str]) -> Iterator[Build]:
    """The builds of every well-known file in the folders, those nearest to the Dockerfile first."""
    places = [(folder, folder, files.names(folder)) for folder in folders]
    for folder, _, names in places[:]:
        below = (posixpath.join(folder, name) for name in _FOLDER_NAMES if name in names)
        places += [(path, folder, files.names(path)) for path in below if path not in folders]
    for folder, _, names in places:
        yield from _compose(files, folder, names)
        yield from _bake(files, folder, names)
        yield from _manifests(files, folder, names)
    for folder, _, names in places:
        if ".github" in names:
            yield from _github(files, folder)
    for folder, above, names in places:
        yield from _scripts(files, folder, names, (above, folder, folders[-1]))


def _compose(files: Neighborhood, folder: str, names: Iterable[str]) -> Iterator[Build]:
    found = [name for name in names if _is_compose(name)][:_MOST_FILES]
    if not found:
        return
    from dockls.project import compose

    main = [name for name in found if name.rpartition(".")[0] in ("compose", "docker-compose")]
    text = files.read(posixpath.join(folder, main[0])) if main else None
    base = compose.build_nodes(text) if text and len(found) > 1 else {}
    for name in main + [name for name in found if name not in main]:
        path = posixpath.join(folder, name)
        content = files.read(path)
        if content and "build" in content:
            yield from compose.builds(content, path, {} if name in main[:1] else base)


def _is_compose(name: str) -> bool:
    return name.endswith((".yml", ".yaml")) and (name.startswith(("compose.", "docker-compose.", "docker-compose-")))


def _bake(files: Neighborhood, folder: str, names: Iterable[str]) -> Iterator[Build]:
    # The order in which Bake merges what it finds by itself.
    order = ("docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl")
    found = [name for name in names if name.startswith("docker-bake.") and name.endswith((".hcl", ".json"))]
    if not found:
        return
    from dockls.project import bake

    found.sort(key=lambda name: order.index(name) if name in order else len(order))
    paths = [posixpath.join(folder, name) for name in found]
    texts = [(path, files.read(path)) for path in paths]
    yield from bake.builds((path, text) for path, text in texts if text)


def _github(files: Neighborhood, folder: str) -> Iterator[Build]:
    from dockls.project import scripts, workflows

    for place in (".github/workflows", ".github/actions"):
        base = posixpath.join(folder, place)
        for name in files.names(base)[:_MOST_FILES]:
            path = posixpath.join(base, name if name.endswith((".yml", ".yaml")) else name + "/action.yml")
            text = files.read(path)
            if text and "build-push-action" in text:
                yield from workflows.builds(text, path, folder)
            if text and "build" in text:
                yield from scripts.builds(text, path, "github-actions", (folder,))


def _manifests(files: Neighborhood, folder: str, names: Iterable[str]) -> Iterator[Build]:
    for name in names:
        path = posixpath.join(folder, name)
        if name in ("devcontainer.json", ".devcontainer.json"):
            from dockls.project import devcontainer

            yield from devcontainer.builds(files.read(path) or "", path)
        elif name.startswith("skaffold") and name.endswith((".yml", ".yaml")):
            from dockls.project import skaffold

            yield from skaffold.builds(files.read(path) or "", path)


def _scripts(files: Neighborhood, folder: str, names: Iterable[str], runs_in: tuple[str, ...]) -> Iterator[Build]:
    """The builds of scripts; one in "scripts/" runs most often in the folder above, any may run at the root."""
    found = [name for name in names if _script_kind(name)][:_MOST_FILES]
    if not found:
        return
    from dockls.project import scripts

    runs_in = tuple(dict.fromkeys(runs_in))
    for name in found:
        path = posixpath.join(folder, name)
        text = files.read(path)
        if text and ("build" in text or "executor" in text or "bud" in text):
            yield from scripts.builds(text, path, _script_kind(name) or "script", runs_in)


def _script_kind(name: str) -> str | None:
    lowered = name.lower()
    if lowered.endswith((".sh", ".bash")):
        return "script"
    if lowered.endswith(".mk"):
        return "makefile"
    if lowered.startswith("jenkinsfile"):
        return "jenkins"
    if lowered == "config.yml":
        return "circleci"
    return _WELL_KNOWN.get(lowered)


def _guessed_context(text: str, folders: list[str]) -> str | None:
    """The folder that holds most of what COPY and ADD name: the Dockerfile's, else one above it.

    None if nothing speaks for any: a Dockerfile kept apart from its project must not be judged by its neighbors.
    """
    sources = list(_copied(text))[:50]
    best, most = folders[0], 0
    for folder in folders if sources else ():
        count = sum([posixpath.exists(probed(posixpath.join(folder, source))) for source in sources])
        if count > most:
            best, most = folder, count
    if sources:
        return best if 2 * most >= len(sources) else None
    return best if _is_project(best) else None


def _is_project(folder: str) -> bool:
    """Whether a folder has one of the files that stand at the top of projects."""
    import os

    try:
        with os.scandir(folder) as entries:
            return any(entry.name in _PROJECT_FILES or entry.name.endswith(_PROJECT_ENDINGS) for entry in entries)
    except (OSError, ValueError):
        return False


def _copied(text: str) -> Iterator[str]:
    """The plain sources of COPY and ADD lines: a rough reading, enough to tell folders apart."""
    for line in text.splitlines():
        words = line.replace('"', " ").replace(",", " ").replace("[", " ").replace("]", " ").split()
        if len(words) < 3 or words[0].upper() not in ("COPY", "ADD") or "--from=" in line or "<<" in line:
            continue
        for word in words[1:-1]:
            source = word.lstrip("/")
            plain = not set("*?$") & set(word) and not word.startswith("--") and "://" not in word
            if plain and source not in ("", ".", "./", "\\"):
                yield source
