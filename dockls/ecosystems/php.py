"""PHP: an application, its packages and extensions, and nothing that installed them.

`composer install` fills `vendor`; `docker-php-ext-install` and `pecl` put extensions where PHP looks for them. The last
stage starts from the same image, for there is no smaller one with the same PHP. It takes the extensions with their
settings and installs the libraries that they are linked with; Composer, Node, git and headers stay behind. Sources are
copied from the build context once more and `vendor` is taken beside them, or the whole folder where other steps have
changed it, such as `npm run build`; `node_modules` is thrown away then.

Apache's modules, `php.ini` and other settings are made in both stages. `install-php-extensions` installs libraries by
itself, so it is run in both, too. It is offered where Composer or build packages are left behind.
"""

import posixpath

from dockls.ecosystems import Artifact, Extraction, Obstacle, Wish
from dockls.ecosystems.accounts import Account, assumed_of, created_by
from dockls.ecosystems.cuts import Cut, cut_for_user, owned
from dockls.ecosystems.interpreted_runtime import InterpretedRuntime, interpreted_runtime
from dockls.ecosystems.programs import needing_tools, running
from dockls.ecosystems.project_steps import (
    INSTALLS,
    PROJECT,
    QUIET,
    RUNTIME,
    ProjectSteps,
    project_steps,
    sources_taken,
)
from dockls.ecosystems.resources import without_nested
from dockls.ecosystems.steps import packages
from dockls.semantics import Stage, contract
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import copies_of
from dockls.syntax import Instruction

ORDER = 44

_EXTENSIONS = (Artifact("/usr/local/lib/php/extensions", True), Artifact("/usr/local/etc/php/conf.d", True))
_BUILDING = ("docker-php-ext-install", "docker-php-ext-configure", "docker-php-ext-enable", "pecl", "phpize", "pear")
_INSTALLER = "install-php-extensions"
_COMPOSER = frozenset(("composer", "composer.phar"))
_USELESS = frozenset(
    ("nodejs", "npm", "yarn", "git", "gnupg", "curl", "wget", "unzip", "zip", "p7zip-full", "composer")
)
_TOOLS = frozenset((*_COMPOSER, "node", "npm", "npx", "node_modules", "yarn", "corepack"))
#: what sets up the web server, or PHP itself
_SETTING = frozenset(("a2enmod", "a2dismod", "a2ensite", "a2dissite", "a2enconf", "a2disconf", "setcap"))


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run a PHP application without what installed its packages."""
    known = base_facts(stage)
    if known is None or known.family != "php" or stage.parent is not None:
        return None
    steps = [command for command in executed(stage) if _judged(command) in (INSTALLS, PROJECT) or _is_node(command)]
    if not steps or not _is_for_programs(stage):
        return None
    obstacle = needing_tools(running(stage))
    if obstacle is not None:
        return obstacle
    if _unknown_packages(stage):
        return Obstacle(f"which packages `{_unknown_packages(stage)}` names is not known")
    end = cut_for_user(stage, steps[-1].instruction, wish)
    if isinstance(end, Obstacle):
        return end
    cut, user = end
    runtime = interpreted_runtime(stage, wish, running(stage), cut.runtime, "PHP", _kept(stage), _USELESS)
    if isinstance(runtime, Obstacle):
        return runtime
    left = _composes(stage) or any(_is_node(command) for command in steps)
    if not left and not any(package.kind in ("build", "dev") for package in packages(stage)):
        return None
    above = stage.instructions[: stage.instructions.index(cut.last) + 1]
    homes = tuple([artifact.path for artifact in _EXTENSIONS])
    sorted_steps = project_steps(stage, above, homes, lambda command: _in_stage(stage, command))
    if isinstance(sorted_steps, Obstacle):
        return sorted_steps
    return _extraction(stage, cut, user, runtime, sorted_steps)


def _is_for_programs(stage: Stage) -> bool:
    """Whether the image starts something: by the file's own command, or by that of a server's image."""
    promised = contract(stage)
    own = any(command is not None and command.origin is not None for command in (promised.entrypoint, promised.command))
    image = stage.base_image or ""
    return own or "-fpm" in image or "-apache" in image


def _judged(command: Executed) -> str | None:
    """What a command of PHP does."""
    name, words = posixpath.basename(command.command.program), command.words
    if name == "php" and len(words) > 1:
        name, words = posixpath.basename(words[1]), words[1:]
        if name in ("-r", "-v", "--version", "-m", "-i"):
            return QUIET
    if name in _COMPOSER:
        return _composing(words)
    if name in _BUILDING:
        return INSTALLS
    if name in _SETTING or name == _INSTALLER:
        return RUNTIME
    if name in ("artisan", "console", "phpunit", "bin/console"):
        return PROJECT
    return QUIET if name in ("composer-setup.php", "docker-php-source") else None


def _composing(words: tuple[str, ...]) -> str:
    if words[1:2] and words[1] in ("config", "global", "clear-cache", "clearcache", "self-update", "--version", "-V"):
        return QUIET
    return INSTALLS


def _is_node(command: Executed) -> bool:
    return command.words[0] in ("npm", "yarn", "pnpm", "npx")


def _in_stage(stage: Stage, command: Executed) -> str | None:
    """The same, where it counts whether Composer runs scripts of the project."""
    kind = _judged(command)
    composes = any(posixpath.basename(word) in _COMPOSER for word in command.words[:2])
    if kind == INSTALLS and composes and "--no-scripts" not in command.words:
        return PROJECT if _has_scripts(stage) else INSTALLS
    return kind


def _has_scripts(stage: Stage) -> bool:
    """Whether composer.json may name scripts, which change more than `vendor`."""
    text = stage.context.read("composer.json") if stage.context.known else None
    return text is None or '"scripts"' in text


def _composes(stage: Stage) -> bool:
    return any(posixpath.basename(word) in _COMPOSER for command in executed(stage) for word in command.words[:2])


def _unknown_packages(stage: Stage) -> str | None:
    """A variable that names packages and is not known; PHPIZE_DEPS is the image's own, of build packages."""
    names = [package.name for package in packages(stage)]
    return next((name for name in names if name.startswith("$") and "PHPIZE_DEPS" not in name), None)


def _kept(stage: Stage) -> tuple[str, ...]:
    """The installed packages of unknown purpose; a library that another package of the same name has is one."""
    found = [one.name for one in packages(stage) if one.kind in ("tool", None) and one.name not in _USELESS]
    return tuple([name for name in found if not name.startswith("$")])


def _extraction(
    stage: Stage, cut: Cut, user: Account, runtime: InterpretedRuntime, steps: ProjectSteps
) -> Extraction | Obstacle:
    late = any(command.instruction in cut.runtime for command in user.commands)
    owner = None if user.is_root or late else user.text
    folder = stage.final_state.workdir or "/"
    artifacts, repeated = sources_taken(stage, cut.last, cut.runtime, steps.changed, _TOOLS | {_INSTALLER})
    if _composes(stage) and not steps.changed:
        artifacts = (*[Artifact(path, True) for path in _vendors(stage, folder)], *artifacts)
    builds = any(command.command.program in _BUILDING for command in executed(stage))
    artifacts = without_nested((*(_EXTENSIONS if builds else ()), *artifacts))
    modules = steps.changed and any(_is_node(command) for command in executed(stage))
    relocated, created = created_by(stage, user, cut.last, bool(cut.owned or cut.copied))
    sentences = [one for one in runtime.assumptions if "full image" not in one]
    sentences += ["`node_modules` serves the assets alone"] if modules else []
    return Extraction(
        runtime.image,
        "PHP → same image" if runtime.image == stage.declaration.words[0].text else f"PHP → {runtime.title}",
        cut.last,
        tuple([owned(artifact, cut if steps.changed else cut._replace(copied=()), owner) for artifact in artifacts]),
        (*runtime.preparation, *_installer(stage), *steps.lines, *([created] if created else [])),
        (*[one for one in steps.repeated if _INSTALLER not in one.text], *repeated),
        relocated,
        appended=(f"RUN rm -rf {posixpath.join(folder, 'node_modules')}",) if modules else (),
        dropped=cut.dropped,
        bound=frozenset([one for one in steps.repeated if "$" in one.text]),
        assumptions=(*sentences, *assumed_of(user)),
        changes=frozenset(("base",)) | frozenset(("user",) if user.assumed else ()),
    )


def _vendors(stage: Stage, folder: str) -> list[str]:
    """The folders of packages: beside each composer.json that is installed from."""
    found: list[str] = []
    for command in executed(stage):
        if any(posixpath.basename(word) in _COMPOSER for word in command.words[:2]):
            given = [word.partition("=")[2] for word in command.words if word.startswith("--working-dir=")]
            given += [
                command.words[number + 1]
                for number, word in enumerate(command.words[:-1])
                if word in ("-d", "--working-dir")
            ]
            base = posixpath.join(command.directory or folder, given[0] if given else "")
            path = posixpath.join(posixpath.normpath(base), "vendor")
            if _composing(command.words) == INSTALLS and path not in found:
                found.append(path)
    return found


def _installer(stage: Stage) -> list[str]:
    """The script that installs extensions with their libraries, and the steps that call it."""
    brought = [copy for copy in copies_of(stage) if _INSTALLER in [posixpath.basename(one) for one in copy.sources]]
    found: list[Instruction] = [copy.instruction for copy in brought]
    found += [one.instruction for one in executed(stage) if one.command.program == _INSTALLER]
    return [one.text.strip() for one in dict.fromkeys(found)]
