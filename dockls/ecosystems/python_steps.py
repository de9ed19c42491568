"""What the steps of a Python stage make besides packages, and where the running program has it from."""

import posixpath
from typing import NamedTuple

from dockls.ecosystems import Artifact, Obstacle, Wish
from dockls.ecosystems.cuts import shown
from dockls.ecosystems.python_installs import INSTALLERS, PythonInstall
from dockls.ecosystems.steps import command_purpose
from dockls.semantics import Stage, joined
from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.files import Copy, copies_of
from dockls.syntax import Instruction

#: files that tools read to install packages
_MANIFESTS = (
    *("pyproject.toml", "poetry.lock", "poetry.toml", "uv.lock", "Pipfile", "Pipfile.lock", "pdm.lock", "setup.py"),
    *("setup.cfg", ".python-version", "MANIFEST.in", "pip.conf", "requirements", "README.md", "README.rst", "LICENSE"),
)
_BARE = frozenset((
    "cd", "ls", "set", "export", "true", ":", "test", "[", "pwd", "which", "unset", "date", "exit", "cat", "sleep",
    "env", ".", "source", "rustup", "command", "virtualenv", "venv", "ensurepip",
))  # fmt: skip
_TOUCHING = frozenset(("chmod", "chown", "chgrp", "cp", "mv", "ln", "sed", "rm", "rmdir", "find", "touch", "dos2unix"))
_MOVING = frozenset(("ln", "mv", "cp", "chmod", "rm", "tar", "install"))
#: commands that do the same in the image that runs the program, when nothing but themselves is in a RUN
_REPEATED = frozenset(("mkdir", "chown", "chmod", "ln", "touch", "echo", "printf", "sed", "cp", "mv", "rm", "chgrp"))
_CACHES = ("/root/.cache", "/var/lib/apt", "/var/cache", "/tmp", "/usr/share/doc", "/usr/share/man", "~", "$HOME")
#: where git finds hosts and keys
_OF_SSH = ("~/.ssh", "/root/.ssh")
#: where distributions say what their packages come from
_SOURCES = ("/etc/apt", "/etc/apk")
#: where the usual installers of installers come from
_DOWNLOADS = ("astral.sh/uv", "python-poetry", "pdm-project", "get-pip", "get-poetry", "rustup.rs", "pipenv")


class PythonSteps(NamedTuple):
    """`last` is the builder's last instruction, `runtime` the steps below it but for the `dropped` ones.

    `repeated` are steps that both stages have, those of them that are `bound` need the working directory or variables;
    `early` are steps that both have, too, and that tell where the distribution's packages come from. `artifacts` are
    what the program has from the builder besides packages.
    """

    last: Instruction
    runtime: tuple[Instruction, ...]
    dropped: frozenset[Instruction]
    repeated: tuple[Instruction, ...]
    bound: frozenset[Instruction]
    early: tuple[Instruction, ...]
    artifacts: tuple[Artifact, ...]
    assumptions: tuple[str, ...]


def python_steps(
    stage: Stage, installs: tuple[PythonInstall, ...], homes: tuple[str, ...], wish: Wish
) -> PythonSteps | Obstacle:
    """Sort the steps of the stage; an obstacle where what one of them makes cannot be told."""
    instructions = stage.instructions
    last = [install for install in installs if not install.only_tools][-1].command.instruction
    if wish.last is not None:
        if instructions.index(wish.last) < instructions.index(last):
            return Obstacle("the selection ends above the last step that installs packages")
        last = wish.last
    below = _below(stage, last)
    if isinstance(below, Obstacle):
        return below
    above = instructions[: instructions.index(last) + 1]
    sorted_steps = _Above(stage, installs, homes)
    for instruction in above:
        if instruction.keyword == "RUN":
            sorted_steps.step(instruction)
        if sorted_steps.obstacle is not None:
            return sorted_steps.obstacle
    return _brought(stage, last, above, below, sorted_steps)


def _below(stage: Stage, last: Instruction) -> tuple[tuple[Instruction, ...], frozenset[Instruction]] | Obstacle:
    """The steps behind the installation, and those that only remove what the new stage never gets."""
    runtime: list[Instruction] = []
    dropped: list[Instruction] = []
    for instruction in stage.instructions[stage.instructions.index(last) + 1 :]:
        if instruction.keyword in ("COPY", "ADD"):
            runtime.append(instruction)
        elif instruction.keyword == "RUN":
            commands = executed_by(stage, instruction)
            removing = [command for command in commands if _removes_packages(command)]
            if commands and all(command in removing or _is_cleaning(command) for command in commands):
                dropped.append(instruction)
            elif removing:
                return Obstacle(f"`{shown(instruction)}` removes packages, but does more than that")
            else:
                runtime.append(instruction)
    return tuple(runtime), frozenset(dropped)


def _removes_packages(command: Executed) -> bool:
    words = set(command.words[1:])
    name = command.command.program
    return (name in ("apt-get", "apt") and bool({"purge", "remove", "autoremove", "clean", "autoclean"} & words)) or (
        name == "apk" and "del" in words
    )


def _is_cleaning(command: Executed) -> bool:
    if command.command.program == "pip" and command.words[1:2] in (("cache",), ("uninstall",)):
        return True
    if command.command.program in ("set", "true"):
        return True
    operands = [word for word in command.words[1:] if not word.startswith("-")]
    return command.command.program == "rm" and all(word.startswith(_CACHES) for word in operands)


class _Above:
    """The steps up to the installation while they are sorted."""

    def __init__(self, stage: Stage, installs: tuple[PythonInstall, ...], homes: tuple[str, ...]) -> None:
        self.stage = stage
        self.commands = {install.command for install in installs}
        self.homes = homes
        self.folder = stage.final_state.workdir or "/"
        self.touched: list[tuple[str, Instruction]] = []
        self.made: list[str] = []
        self.assumptions: list[str] = []
        self.repeated: list[Instruction] = []
        self.obstacle: Obstacle | None = None

    def step(self, instruction: Instruction) -> None:
        """Sort one RUN."""
        commands = executed_by(self.stage, instruction)
        outside: list[str] = []
        unknown = not commands
        for command in commands:
            outside += self._touch(_written(command), command, instruction)
            if command in self.commands or self._is_of_the_build(command, commands):
                continue
            if command.command.program == "mkdir":
                outside += _operands(command)
            elif _builds_in_place(command) and self.folder != "/":
                self.touched.append((self.folder, instruction))
                self.assumptions.append(f"what `{' '.join(command.words)}` makes lies in `{self.folder}`")
            elif command.command.program in _TOUCHING:
                outside += self._touch(_operands(command), command, instruction)
            else:
                unknown = unknown or command.command.program not in ("echo", "printf")
        if unknown or not self._settled(instruction, commands, outside):
            self.obstacle = Obstacle(f"what `{shown(instruction)}` makes may be needed at run time")

    def _settled(self, instruction: Instruction, commands: tuple[Executed, ...], outside: list[str]) -> bool:
        """Whether what a RUN makes `outside` of the program's folder comes into the new stage."""
        plain = all(command.command.program in _REPEATED or command.words[0] in _BARE for command in commands)
        root = (self.stage.state_before(instruction).user or "root").partition(":")[0] in ("root", "0")
        made = {path for command in commands if command.command.program == "mkdir" for path in _operands(command)}
        if not outside or (set(outside) == {self.folder} and {command.words[0] for command in commands} == {"mkdir"}):
            return True
        touched = {path for path, step in self.touched if step is instruction}
        if plain and root and touched <= made:
            self.touched = [entry for entry in self.touched if entry[1] is not instruction]
            self.repeated.append(instruction)
            return True
        if set(outside) <= made and all(path.startswith("/") and not set(path) & set("$*?[{") for path in outside):
            self.made += [path for path in outside if path != self.folder]
            return True
        return False

    def _is_of_the_build(self, command: Executed, commands: tuple[Executed, ...]) -> bool:
        """Whether a command serves nothing but the installation."""
        name, words = command.command.program, command.words
        if words[0] in _BARE or name in INSTALLERS or name.rstrip("0123456789.") == "pip":
            return not ({"python", "tool"} & set(words[1:2]))
        if command.command.connector == "|" and name in ("sh", "bash", "python", "python3"):
            return any(other.command.program in ("curl", "wget") and _is_download(other) for other in commands)
        if name.rstrip("0123456789.") == "python":
            return words[1:2] == ("--version",) or (
                len(words) > 2 and words[1] == "-m" and words[2] in (*INSTALLERS, "venv", "ensurepip")
            )
        if command_purpose(command) in ("packages", "accounts") or _removes_packages(command) or name in ("git",):
            return "clone" not in words
        if name in ("apt-get", "apt", "apk"):
            return True
        if name in ("curl", "wget"):
            return _is_download(command)
        if name == "ssh-keyscan" or (
            name == "mkdir" and all(word.startswith(_OF_SSH) for word in command.words[1:] if word[0] not in "-0")
        ):
            return True
        return name in _MOVING and any(word.rpartition("/")[2] in INSTALLERS | {"uvx"} for word in words[1:])

    def _touch(self, paths: list[str], command: Executed, instruction: Instruction) -> list[str]:
        """Those of the paths that lie outside of the program's folder and of what COPY brought."""
        outside: list[str] = []
        copied = [copy.destination for copy in copies_of(self.stage) if copy.destination is not None]
        for path in paths:
            if path.startswith(_CACHES) or any((path + "/").startswith(home + "/") for home in self.homes):
                continue
            if is_manifest(posixpath.basename(path)):
                continue
            inside = self.folder != "/" and (path == self.folder or path.startswith(self.folder + "/"))
            if inside or path in copied:
                self.touched.append((path, instruction))
            elif command.command.program == "rm" and posixpath.basename(path) in INSTALLERS:
                continue
            else:
                outside.append(path)
        return outside


def _operands(command: Executed) -> list[str]:
    """The paths that a command names, absolute where that is known."""
    operands = [word for word in command.words[1:] if not word.startswith("-")]
    if command.command.program in ("chmod", "chown", "chgrp", "sed"):
        operands = operands[1:]
    if command.command.program == "find":
        operands = operands[:1]
    return [_path(command, word) for word in operands]


def _path(command: Executed, word: str) -> str:
    """A path made absolute; as it is written where only the shell knows it."""
    known = "$" not in word and not word.startswith("~")
    return (joined(command.directory, word) if known else None) or word


def _written(command: Executed) -> list[str]:
    """The files that a command's output is sent to."""
    found: list[str] = []
    for redirect in command.command.redirects:
        word = None if redirect.target is None else redirect.target.value or redirect.target.text
        if ">" in redirect.operator and word is not None and not word.isdigit() and not word.startswith("/dev/"):
            found.append(_path(command, word))
    return found


def _is_download(command: Executed) -> bool:
    """Whether a command loads the script that installs an installer."""
    return any(source in word for word in command.words for source in _DOWNLOADS)


def _builds_in_place(command: Executed) -> bool:
    """Whether a command makes files among the sources: what Django collects, messages, byte code."""
    program, *words = command.words
    words = words[1:] if words[:1] == ["-m"] or words[:1] in (["manage.py"], ["./manage.py"]) else words
    return program.rpartition("/")[2] in ("python", "python3", "manage.py", "django-admin", "pybabel") and bool(
        words[:1] and words[0] in ("collectstatic", "compilemessages", "compress", "compileall", "compile")
    )


def _brought(
    stage: Stage,
    last: Instruction,
    above: tuple[Instruction, ...],
    below: tuple[tuple[Instruction, ...], frozenset[Instruction]],
    steps: _Above,
) -> PythonSteps | Obstacle:
    folder = steps.folder
    touched = [path for path, _ in steps.touched]
    whole = any(folder != "/" and (path + "/").startswith(folder + "/") for path in touched)
    editable = any(instruction in above for instruction in _in_place(steps))
    whole = whole or (editable and folder != "/")
    if whole and _is_covered(stage, folder, below[0]) and not editable:
        whole = False
    artifacts = [Artifact(path, True) for path in steps.made if not whole or not path.startswith(folder + "/")]
    repeated = list(steps.repeated)
    narrowed = False
    for copy in copies_of(stage):
        if copy.instruction not in above:
            continue
        if _serves_installation(copy):
            narrowed = True
            continue
        path = copy.destination
        if path is None:
            return Obstacle(f"where `{shown(copy.instruction)}` copies to is not known")
        if whole and (path + "/").startswith(folder + "/"):
            continue
        if path in touched or _lies_elsewhere(stage, copy, last):
            if path == "/":
                return Obstacle(f"`{shown(copy.instruction)}` copies to where the system lies")
            artifacts.append(Artifact(path, copy.is_folder))
        else:
            repeated.append(copy.instruction)
    if whole:
        artifacts.insert(0, Artifact(folder, True))
    assumptions = list(steps.assumptions) if whole else []
    if narrowed and not whole:
        assumptions.append("the program does not read the files that say what is to be installed")
    bound = frozenset([one for one in steps.repeated if _is_bound(stage, one)])
    obstacle = _unbound(stage, last, bound)
    if obstacle is not None:
        return obstacle
    early = tuple([one for one in repeated if one not in bound and _tells_sources(stage, one)])
    others = tuple([one for one in repeated if one not in early])
    return PythonSteps(last, below[0], below[1], others, bound, early, tuple(artifacts), tuple(assumptions))


def _tells_sources(stage: Stage, instruction: Instruction) -> bool:
    """Whether a step changes where the distribution's packages come from."""
    if instruction.keyword == "RUN":
        return any(word.startswith(_SOURCES) for command in executed_by(stage, instruction) for word in command.words)
    return instruction.words[-1].value.startswith(_SOURCES)


def _unbound(stage: Stage, last: Instruction, steps: frozenset[Instruction]) -> Obstacle | None:
    """A repeated step that would run in another folder, or as another user, than it does."""
    above = stage.instructions[: stage.instructions.index(last) + 1]
    users = any(one.keyword == "USER" for one in above)
    for instruction in above:
        elsewhere = stage.state_before(instruction).workdir != stage.state_after(last).workdir
        if instruction in steps and (users or (elsewhere and _is_relative(stage, instruction))):
            return Obstacle(f"what `{shown(instruction)}` makes may be needed at run time")
    return None


def _is_bound(stage: Stage, instruction: Instruction) -> bool:
    return "$" in instruction.text or _is_relative(stage, instruction)


def _is_relative(stage: Stage, instruction: Instruction) -> bool:
    """Whether a RUN names a path that the working directory gives its meaning."""
    for command in executed_by(stage, instruction):
        operands = [word for word in command.words[1:] if not word.startswith("-")]
        owned = command.command.program in ("chmod", "chown", "chgrp", "sed", "echo", "printf")
        if any(not word.startswith(("/", "$")) for word in operands[1 if owned else 0 :]):
            return command.command.program not in ("echo", "printf")
    return False


def _lies_elsewhere(stage: Stage, copy: Copy, last: Instruction) -> bool:
    """Whether the destination of a COPY would be another one below the working directory of the new stage."""
    elsewhere = stage.state_before(copy.instruction).workdir != stage.state_after(last).workdir
    return elsewhere and not copy.instruction.words[-1].value.startswith(("/", "$"))


def _in_place(steps: _Above) -> list[Instruction]:
    """The steps that leave files of an installation among the sources."""
    return [command.instruction for command in steps.commands if _is_in_place(command)]


def _is_in_place(command: Executed) -> bool:
    return bool({"-e", "--editable", "develop", "--inplace"} & set(command.words))


def _is_covered(stage: Stage, folder: str, steps: tuple[Instruction, ...]) -> bool:
    """Whether a COPY below brings the whole folder anew, as it was."""
    anew = [copy for copy in copies_of(stage) if copy.instruction in steps]
    before = [copy for copy in copies_of(stage) if copy.instruction not in steps and not _serves_installation(copy)]
    return not before and any(copy.destination == folder and copy.sources in ((".",), ("./",)) for copy in anew)


def _serves_installation(copy: Copy) -> bool:
    """Whether a COPY brings nothing but manifests, or a tool that installs."""
    names = [posixpath.basename(source.rstrip("/")) for source in copy.sources]
    if copy.from_image or copy.stage is not None:
        return bool(names) and all(name in INSTALLERS or name == "uvx" for name in names)
    return bool(names) and all(is_manifest(name) for name in names)


def is_manifest(name: str) -> bool:
    """Whether a file or folder of that name is there to say what to install."""
    plain = name.rstrip("*")
    listing = "requirements" in plain or plain.startswith(("constraints", "deps"))
    return plain in _MANIFESTS or (listing and not plain.endswith(".py")) or name.endswith(".whl")
