"""Whether what a stage starts can run on another libc."""

from dockls.knowledge import ImageFacts
from dockls.knowledge.system_commands import is_everywhere, is_shell
from dockls.runtimes.artifacts import program_at
from dockls.runtimes.programs import commands_of, context_file, program_path, start_of
from dockls.runtimes.requirements import installed_packages
from dockls.runtimes.subject import CannotSwitchError
from dockls.semantics import Model, Stage
from dockls.semantics.files import made


def check_start(model: Model, stage: Stage, facts: ImageFacts) -> list[str]:
    """Assumptions about the program that a stage of the result starts; raises CannotSwitchError if it is not known.

    `facts` are those of the stage's image.
    """
    start = start_of(stage)
    found: list[str] = []
    for instruction in (start.entrypoint, start.command if start.entrypoint is None else None):
        if instruction is None:
            continue
        for command in commands_of(instruction):
            if command.name:
                found += _check_program(model, stage, facts, command.name)
    return found


def _check_program(model: Model, stage: Stage, facts: ImageFacts, program: str) -> list[str]:
    path = program_path(stage, program)
    name = program.rpartition("/")[2]
    if path is None or (path != program and made(stage, path) is None):
        if name in facts.tools or is_everywhere(name) or is_shell(name) or name in (facts.entrypoint or ()):
            return []
        if facts.language == "javascript" and "/" not in program:
            return [f"`{name}` can be called in the new image as before"]
        if name in installed_packages([stage]):
            raise CannotSwitchError(f"`{name}` is installed as a package, whose files lie elsewhere in the new image")
        raise CannotSwitchError(f"where `{program}` comes from is not known, so it may need the old image")
    artifact = program_at(model, stage, path)
    if artifact.kind == "context" or (artifact.kind == "portable" and name.endswith(".sh")):
        return _check_script(model, stage, path)
    if artifact.kind == "unknown" and name not in facts.tools and not is_shell(name):
        raise CannotSwitchError(f"what `{program}` needs to run is not known: {artifact.why}")
    return []


def _check_script(model: Model, stage: Stage, path: str) -> list[str]:
    """A program from the build context: a script if its first line says so."""
    file = context_file(model, stage, path)
    text = None if file is None else stage.context.read(file)
    if text is None:
        return [] if path.endswith(".sh") else [f"`{path}` is no program made for the old image's libc"]
    first = text.partition("\n")[0]
    if not first.startswith("#!"):
        raise CannotSwitchError(f"`{path}` comes from the build context and is no script; what it needs is not known")
    if "bash" in first:
        raise CannotSwitchError(f"`{path}` is a script for bash, which the new image does not have")
    return []
