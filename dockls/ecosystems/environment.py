"""What a new stage has to say again of the variables that were set above: ENV, and the ARGs that its lines use."""

from collections.abc import Iterable, Sequence

from dockls.ecosystems import Artifact
from dockls.semantics import Stage, expanded
from dockls.semantics.variable_uses import variables
from dockls.syntax import Instruction

#: where every image looks for programs
USUAL_FOLDERS = frozenset(("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"))


def environment_lines(stage: Stage, above: Sequence[Instruction], artifacts: tuple[Artifact, ...]) -> list[str]:
    """The ENV instructions that a program started from `artifacts` may need, those of build tools left out."""
    found: list[str] = []
    kept: set[str] = set()
    for instruction in above:
        if instruction.keyword != "ENV":
            continue
        wanted = [pair for pair in instruction.pairs if _is_wanted(stage, instruction, pair.name, artifacts)]
        if not wanted:
            continue
        texts = [instruction.text[pair.value_span.start : pair.value_span.end] for pair in wanted if pair.value_span]
        known = all(_can_be_said_again(stage, instruction, text, kept) for text in texts)
        kept |= {pair.name for pair in wanted}
        if known and len(wanted) == len(instruction.pairs):
            found.append(instruction.text.strip())
            continue
        state = stage.state_after(instruction)
        pairs: list[str] = []
        for pair in wanted:
            value = pair.value or ""
            if pair.name == "PATH" and not _can_be_said_again(stage, instruction, value, kept):
                value = f'"{_search_path(stage, instruction, value, kept, artifacts)}"'
            elif not _can_be_said_again(stage, instruction, value, kept):
                variable = state.environment.get(pair.name)
                value = _quoted(variable.value) if variable is not None and variable.value is not None else value
            elif pair.legacy:
                value = _quoted(value)
            pairs.append(f"{pair.name}={value}")
        found.append("ENV " + " ".join(pairs))
    return found


def _search_path(
    stage: Stage, instruction: Instruction, value: str, kept: set[str], artifacts: tuple[Artifact, ...]
) -> str:
    """A value of PATH without the folders that are named by variables of the build and serve nothing any more."""
    found: list[str] = []
    for part in value.strip("\"'").split(":"):
        folder = expanded(part, stage.state_before(instruction), instruction.escape)
        if _can_be_said_again(stage, instruction, part, kept):
            found.append(part)
        elif folder is not None and any(_serves(artifact, folder) for artifact in artifacts):
            found.append(folder)
    return ":".join(found)


def _is_wanted(stage: Stage, instruction: Instruction, name: str, artifacts: tuple[Artifact, ...]) -> bool:
    from dockls.knowledge import is_build_only_variable

    if name == "PATH":
        value = stage.state_after(instruction).lookup("PATH") or ""
        folders = [folder for folder in value.split(":") if folder not in USUAL_FOLDERS]
        return any(_serves(artifact, folder) for artifact in artifacts for folder in folders)
    return not is_build_only_variable(name)


def _serves(artifact: Artifact, folder: str) -> bool:
    """Whether programs in a folder of PATH are, or are part of, what is taken to its old place."""
    if artifact.destination is not None:
        return False
    inside = artifact.folder and (folder + "/").startswith(artifact.path.rstrip("/") + "/")
    return inside or artifact.path.rpartition("/")[0] == folder


def _can_be_said_again(stage: Stage, instruction: Instruction, text: str, kept: set[str]) -> bool:
    """Whether the value means the same in the new stage: it uses ARGs and variables that are said again only."""
    state = stage.state_before(instruction)
    for use in variables(text, instruction.escape):
        variable = state.variable(use.name)
        if variable is None or variable.kind == "arg" or use.name in kept or use.name == "PATH":
            continue
        return False
    return True


def _quoted(value: str) -> str:
    if value and not set(value) & set(" \t'\"$\\"):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'


def arguments_used(stage: Stage, above: Sequence[Instruction], texts: Iterable[str]) -> list[str]:
    """The ARG lines that the new stage's `texts` need, with the defaults they have above the cut."""
    names = {use.name for text in texts for use in variables(text, stage.declaration.escape, quotes=False)}
    found: list[str] = []
    for instruction in reversed(above):
        if instruction.keyword != "ARG":
            continue
        for pair in reversed(instruction.pairs):
            if pair.name not in names or expanded(pair.name, stage.final_state, instruction.escape) is None:
                continue
            names.discard(pair.name)
            names |= {use.name for use in variables(pair.value or "", instruction.escape)}
            found.append(f"ARG {pair.name}" + ("" if pair.value is None else f"={pair.value}"))
    return found[::-1]
