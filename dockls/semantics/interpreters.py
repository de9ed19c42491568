"""Which stages hand packages of an interpreter on, and which version of it they are for."""

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import Copy, copies_of, source_path
from dockls.semantics.stage import Stage
from dockls.syntax import Place

#: families of images by the language whose packages they run
_LANGUAGES = {"python": "python", "distroless/python3": "python", "node": "node", "distroless/nodejs": "node"}
_PYTHON_FOLDER = re.compile(r"/python(3\.\d+)(?:/|$)")
#: what virtual environments of Python are called, and all folders of its packages
ENVIRONMENTS = frozenset(("venv", ".venv", "virtualenv", "env"))
PYTHON_FOLDERS = ENVIRONMENTS | {".local", "site-packages", "dist-packages"}
#: who installs packages of Python
PYTHON_INSTALLERS = frozenset(("pip", "pip3", "python", "python3", "uv", "poetry", "pipenv", "pdm"))

_TOOLS = {"node": frozenset(("npm", "yarn", "pnpm", "bun")), "python": PYTHON_INSTALLERS}
#: what a lock file of npm says of packages with a native module: prebuilt ones name their C library
_NATIVE = ('"hasInstallScript": true', '"libc": [')


class Interpreter(NamedTuple):
    """The minor version of an image's Python, or the major version of its Node."""

    language: str
    version: str


class Handed(NamedTuple):
    """A folder of packages that a COPY takes from another stage, by the number of the word that names it.

    `version` is that of the interpreter in the folder's name, None where the name has none.
    """

    copy: Copy
    number: int
    language: str
    version: str | None

    def installed_for(self, origin: Stage) -> str | None:
        """The version of the interpreter that installed them in a stage; None where it is not known."""
        found = interpreter_of(origin)
        own = found.version if found is not None and found.language == self.language else None
        return self.version or own


def interpreter_of(stage: Stage) -> Interpreter | None:
    """The interpreter of the image that a stage starts from; None where it has another or its version is not known."""
    return interpreter_in(stage.base_image)


def interpreter_in(image: str | None) -> Interpreter | None:
    """The interpreter that an image has, by its name; None where it is another or its version is not known."""
    from dockls.knowledge import facts

    known = facts(image) if image else None
    language = None if known is None else _LANGUAGES.get(known.family)
    if known is None or language is None or known.version is None:
        return None
    parts = known.version.split(".")
    if not all(part.isdecimal() for part in parts) or (language == "python" and len(parts) < len(("major", "minor"))):
        return None
    return Interpreter(language, parts[0] if language == "node" else ".".join(parts[:2]))


def packages_handed(stage: Stage, stages: tuple[Stage, ...] = ()) -> Iterator[Handed]:
    """The folders of packages that a stage takes from other stages, by their names.

    With `stages`, those of the file, also the folders that pip was told to install below (``--prefix``).
    """
    for copy in copies_of(stage):
        for number, source in enumerate(copy.sources if copy.stage is not None else ()):
            name = posixpath.basename(source.rstrip("/"))
            told = _PYTHON_FOLDER.search(source)
            below = bool(stages) and copy.destination == "/usr/local" and _is_prefix(stages[copy.stage or 0], source)
            if told or below or name in PYTHON_FOLDERS:
                yield Handed(copy, number, "python", told.group(1) if told else None)
            elif name == "node_modules":
                yield Handed(copy, number, "node", None)


def installs_below(stage: Stage, path: str) -> bool:
    """Whether a command of a stage itself installs packages of Python below a path by ``--prefix``."""
    for command in executed(stage):
        words = command.words if command.command.program in PYTHON_INSTALLERS else ()
        if f"--prefix={path}" in words or ("--prefix", path) in pairwise(words):
            return True
    return False


def _is_prefix(origin: Stage, source: str) -> bool:
    path = source_path(source)
    return any(installs_below(each, path) for each in origin.chain)


def installing(stage: Stage, language: str) -> Executed | None:
    """The last command of a stage, or of those that it starts from, that installs or builds packages there."""
    tools = _TOOLS[language]
    for each in stage.chain:
        for command in reversed(executed(each)):
            if command.command.program in tools and {"install", "ci", "i", "add", "rebuild", "sync"} & {*command.words}:
                return command
    return None


def are_portable(stage: Stage, language: str) -> bool:
    """Whether a lock file tells that none of the packages has a native module."""
    text = stage.context.read("package-lock.json") if stage.context.known and language == "node" else None
    return text is not None and '"packages"' in text and not any(word in text for word in _NATIVE)


def bumped_with(stages: tuple[Stage, ...], stage: Stage) -> list[Stage]:
    """The other stages that start from an image of the same interpreter and share packages with this one.

    They have to change its version together. All of them are those that their FROM names an image.
    """
    own = interpreter_of(stage)
    if own is None:
        return []
    pairs = [
        (origin.root, each.root)
        for each in stages
        if interpreter_of(each) == own
        for handed in packages_handed(each, stages)
        if interpreter_of(origin := stages[handed.copy.stage or 0]) == own
        and handed.installed_for(origin) == own.version
        and handed.language == own.language
    ]
    found = [stage.root]
    for each in found:
        for pair in pairs:
            found += [other for other in pair if each in pair and other not in found]
    return found[1:]


def upgraded(stages: tuple[Stage, ...], stage: Stage, image: str | None) -> list[tuple[Place, str]] | None:
    """What to write where, when an image is given up: in a stage, and in those that share packages with it.

    `image`, which comes first, is what takes the place of the stage's own; None where that has another version of
    Python. None is the answer where one of the images is not known.
    """
    from dockls.knowledge import at_version, newer_python

    others, own = bumped_with(stages, stage), interpreter_of(stage)
    if image is None and others and stage.base_image is not None:
        image = newer_python(stage.base_image)
    if image is None:
        return None
    found = [(_image_of(stage.root), image)]
    wanted = interpreter_in(image)
    if wanted is None or own is None or wanted == own:
        return found
    for other in others:
        base = other.base
        bumped = None if base is None or base.mention.has_variable else at_version(base.value, wanted.version)
        if bumped is None:
            return None
        found.append((_image_of(other), bumped))
    changed = {stage.root, *others}
    return found + [each for one in stages if one.root in changed for each in _folders(one, own, wanted)]


def _image_of(stage: Stage) -> Place:
    return Place(stage.declaration, stage.declaration.words[0].span)


def _folders(stage: Stage, own: Interpreter, wanted: Interpreter) -> Iterator[tuple[Place, str]]:
    """The paths in COPY that name the version, as they are called with the other one."""
    for instruction in stage.instructions if own.language == "python" else ():
        for word in instruction.words if instruction.keyword == "COPY" else ():
            written = word.text.replace(f"/python{own.version}/", f"/python{wanted.version}/")
            if written != word.text:
                yield Place(instruction, word.span), written
