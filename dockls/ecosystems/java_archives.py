"""The names that Maven and Gradle give to jars, and the COPY instructions that take them by name.

Maven writes `target/<artifactId>-<version>.jar`, or what `finalName` says (maven.apache.org/pom.html, “The BaseBuild
Element Set”); Gradle `build/libs/<rootProject.name>-<version>.jar`, without the version where there is none
(docs.gradle.org, “Archive tasks”). A project of Gradle without that name is called like its folder.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from dockls.semantics import Stage
from dockls.semantics.context_files import context_file
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import Copy, copies_of, source_path

_FOLDERS = {"gradle": "build/libs", "maven": "target"}
#: words by which a build file of Gradle names its jars in ways that are not read here
_NAMING = re.compile(
    r"archive|libsD|buildDir|layout\.build|shadow|allprojects|subprojects|apply from|apply\(from"
    r"|includeBuild|convention|git-?version|axion|nebula|reckon|semver|jgitver|release"
)
_JAVA = re.compile(r"\b(?:java|java-library|application|kotlin|groovy|scala|org\.springframework\.boot)\b")
_ROOT_NAME = re.compile(r"rootProject\.name\s*=\s*[\"']([\w.-]+)[\"']")
_VERSION = re.compile(r"^version\b[ \t]*=?[ \t]*(.*)$", re.MULTILINE)
_LITERAL = re.compile(r"[\"']([\w.+-]+)[\"'];?")
#: words of a command that may name the jar, or set the version
_OPTIONS = ("-P", "-D", "-f", "--file", "-b", "--build-file", "-c", "-I", "--init-script", "-pl", "--projects")


class JarCopy(NamedTuple):
    """A COPY of one jar, by its name, out of the folder where a build tool puts it.

    `names` are those that the tool gives, the plain one first, None where the build files do not say so in a way that
    is understood; `silent` tells that nothing is known of the build files.
    """

    copy: Copy
    path: str
    tool: str
    build: Executed
    names: tuple[str, ...] | None
    silent: bool
    source: str | None


def jar_copies(stages: tuple[Stage, ...], stage: Stage) -> Iterator[JarCopy]:
    """The COPY instructions of a stage that take a jar by name from where a command of another stage makes it."""
    for copy in copies_of(stage):
        found = None if any(_is_pattern(source) for source in copy.sources) else jar_copy(stages, copy)
        if found is not None:
            yield found


def jar_copy(stages: tuple[Stage, ...], copy: Copy) -> JarCopy | None:
    """What is known of the jar that a COPY takes by its name or by a pattern; None where no such command makes it."""
    if copy.stage is None or len(copy.sources) != 1 or not copy.sources[0].endswith(".jar"):
        return None
    owner, path = stages[copy.stage], source_path(copy.sources[0])
    build = _build(owner, posixpath.dirname(path))
    if "$" in path or build is None or _is_spoken_of(owner, posixpath.basename(path)):
        return None
    return _judged(owner, copy, path, *build)


def _is_pattern(source: str) -> bool:
    return not set(source).isdisjoint("*?[")


def _is_spoken_of(owner: Stage, name: str) -> bool:
    """Whether a step of the stage names the jar, moves files, or sets what names it."""
    runs = [one for each in owner.chain for one in each.instructions if one.keyword != "COPY"]
    return any(word in one.text for one in runs for word in (name, "cp ", "mv ", "ln ", "jar ", "ORG_GRADLE", "rename"))


def _build(owner: Stage, folder: str) -> tuple[str, Executed] | None:
    """The tool and the command that makes jars in the folder, if it is the only one that does."""
    from dockls.knowledge import build_command

    found: list[tuple[str, Executed]] = []
    for command in executed(owner):
        build = build_command(list(command.words))
        if build is None or build.ecosystem not in _FOLDERS or command.directory is None or build.directory:
            continue
        if folder == posixpath.join(command.directory, _FOLDERS[build.ecosystem]):
            found.append((build.ecosystem, command))
    plain = all(not word.startswith(_OPTIONS) or "skip" in word.lower() for _, one in found for word in one.words)
    return found[-1] if found and plain and len({tool for tool, _ in found}) == 1 else None


def _judged(owner: Stage, copy: Copy, path: str, ecosystem: str, build: Executed) -> JarCopy:
    folder = build.directory or "/"
    if ecosystem == "gradle":
        names, silent, source = _of_gradle(owner, folder, build)
    else:
        names, silent, source = _of_maven(owner, folder, build)
    return JarCopy(copy, path, ecosystem.capitalize(), build, names, silent or not owner.context.known, source)


_Said = tuple[tuple[str, ...] | None, bool, str | None]


def _text(owner: Stage, folder: str, build: Executed, *names: str) -> tuple[str | None, str | None]:
    """The path and the text of the first of the files that is copied into the folder."""
    for name in names:
        found = context_file(owner, posixpath.join(folder, name), build.instruction)
        if found is not None:
            return found.path, owner.context.read(found.path)
    return None, None


def _of_gradle(owner: Stage, folder: str, build: Executed) -> _Said:
    path, text = _text(owner, folder, build, "build.gradle", "build.gradle.kts")
    if not text or path is None:
        return None, text is not None, None
    source, settings = _text(owner, folder, build, "settings.gradle", "settings.gradle.kts")
    _, properties = _text(owner, folder, build, "gradle.properties")
    beside = owner.context.entries(posixpath.dirname(path))
    unread = (settings is None and any(name.startswith("settings.gradle") for name in beside)) or (
        properties is None and "gradle.properties" in beside
    )
    if unread or "buildSrc/" in beside or _NAMING.search(text) or not _JAVA.search(text):
        return None, False, None
    named = _ROOT_NAME.search(settings or "")
    name = named[1] if named is not None else posixpath.basename(folder)
    if not name or (named is None and "rootProject" in (settings or "")):
        return None, False, None
    versions = {line[1].strip() for line in _VERSION.finditer(text)}
    if not versions and properties:
        versions = {f"'{line[1].strip()}'" for line in _VERSION.finditer(properties)}
    literals = [literal[1] for line in versions if (literal := _LITERAL.fullmatch(line)) is not None]
    if len(versions) > 1 or len(literals) < len(versions):
        return None, False, None
    plain = "-".join([name, *literals])
    return (f"{plain}.jar", f"{plain}-plain.jar"), False, source or path


def _of_maven(owner: Stage, folder: str, build: Executed) -> _Said:
    source, text = _text(owner, folder, build, "pom.xml")
    if not text:
        return None, text is not None, None
    plain = _final_name(text)
    return (None if plain is None else (f"{plain}.jar",)), False, source


def _final_name(text: str) -> str | None:
    """What Maven calls the jar of a project, without its ending; None if the file alone does not say it."""
    from xml.etree import ElementTree

    if "<!DOCTYPE" in text or "<!ENTITY" in text or "outputFile>" in text or text.count("<finalName>") > 1:
        return None
    try:
        project = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return None

    def said(path: str) -> str | None:
        found = project.find("/".join([f"{{*}}{part}" for part in path.split("/")]))
        return None if found is None or found.text is None else found.text.strip()

    foreign = project.find("{*}parent") is not None and said("parent/artifactId") != "spring-boot-starter-parent"
    if foreign or said("packaging") not in (None, "jar"):
        return None
    named = said("build/finalName")
    if named is None and "<finalName>" in text:
        return None
    values = {"artifactId": said("artifactId"), "version": said("version") or said("parent/version")}
    properties = project.find("{*}properties")
    for each in () if properties is None else properties:
        values.setdefault(each.tag.rpartition("}")[2], (each.text or "").strip())
    return _filled(named or "${artifactId}-${version}", values)


def _filled(text: str, values: dict[str, str | None]) -> str | None:
    """The text with its properties put in, those in their values too; None where one is not known."""
    for _ in range(5):
        for name in re.findall(r"\$\{([^{}]*)\}", text):
            value = values.get(name.removeprefix("project.").removeprefix("pom."))
            if value is None:
                return None
            text = text.replace(f"${{{name}}}", value)
    return None if "$" in text or "/" in text else text
