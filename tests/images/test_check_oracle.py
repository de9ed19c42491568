"""Holds stages and rules against BuildKit's own word: ``docker build --call=targets``, ``--check``, and builds.

The Dockerfiles are in `oracle/`, each with one fault or none; the comment ``# told:`` names the rules that tell it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockls.engine import Diagnostic, check
from dockls.project import Surroundings
from dockls.rooms import Severity
from dockls.semantics import Model, Stage
from dockls.syntax import Instruction, parse
from images.pairs import Workshop

pytestmark = pytest.mark.images

FILES = sorted((Path(__file__).parent / "oracle").glob("*.Dockerfile"))
#: BuildKit refuses these whichever stage is built, the others when the stage that has them is needed
FOR_ANY_TARGET = {
    "bad-substitution": False,
    "forward-from": False,
    "forward-reference": False,
    "from-case-mismatch": True,
    "self-reference": True,
    "stage-cycle": True,
    "stage-index-out-of-range": True,
    "syntax-error": True,
    "unknown-flag": True,
    "unknown-instruction": True,
    "unknown-stage": False,
    "unresolved-stage-argument": False,
    "variable-in-from-flag": True,
}
#: rules that BuildKit has too, as warnings
ALIKE = {"duplicate-stage-name": "DuplicateStageName", "reserved-stage-name": "ReservedStageName"}


@pytest.fixture(scope="module")
def oracle(workshop: Workshop) -> Workshop:
    """A builder that can check; older ones cannot."""
    if workshop.builder.checked(FILES[0].parent, FILES[0], "check") is None:
        pytest.skip(f"{workshop.builder.version} cannot check a file (docker build --check)")
    return workshop


@pytest.fixture(params=[pytest.param(path, id=path.name.removesuffix(".Dockerfile")) for path in FILES])
def file(request: pytest.FixtureRequest) -> Path:
    """Each of the Dockerfiles."""
    path = request.param
    assert isinstance(path, Path)
    return path


@pytest.fixture
def model(file: Path) -> Model:
    """The model of a Dockerfile of which every named stage is built by somebody."""
    return _model(file, [stage.name for stage in _model(file).stages if stage.name])


def test_rules_are_told(file: Path, model: Model) -> None:
    """What a case is about is found, so that the comparisons below compare something."""
    expected = next(line for line in file.read_text("utf-8").splitlines() if line.startswith("# told:"))
    assert {one.rule.name for one in _related(model)} == set(expected.removeprefix("# told:").split())


def test_stages_are_those_of_buildkit(file: Path, model: Model, oracle: Workshop) -> None:
    listed = oracle.builder.checked(file.parent, file, "targets")
    if listed is None:
        assert [one for one in _refusals(model) if _for_any_target(one)]
        return
    assert [
        (one.get("name"), one["base"], _lines(one)[0], one.get("default", False)) for one in listed["targets"] or ()
    ] == [(stage.name, _base(stage), _line(model, stage), stage is model.target) for stage in model.stages]


def test_check_agrees(file: Path, model: Model, oracle: Workshop) -> None:
    """It looks at every ``--from``, needed or not, but runs no trigger of a stage that the default target needs not."""
    said = oracle.builder.checked(file.parent, file, "check")
    error = said.get("buildError")
    default = _model(file)
    refused = {_found_line(default, one) for one in _refusals(default)}
    refused |= {_found_line(model, one) for one in _refusals(model) if not _is_from(one)}
    assert bool(error) == bool(refused), error
    if error is not None and _lines(error):
        assert refused & set(_lines(error)), error
    for name, its_name in ALIKE.items() if error is None else ():
        ours = [_found_line(model, one) for one in check(model) if one.rule.name == name]
        theirs = [_lines(one)[0] for one in said["warnings"] or () if one["ruleName"] == its_name]
        assert ours == theirs


def test_builds_agree(file: Path, oracle: Workshop, tmp_path: Path) -> None:
    """A stage is refused if and only if something that it needs, or the file as a whole, has an error."""
    text = file.read_text("utf-8")
    for name in {None, *[stage.name for stage in _model(file).stages]}:
        model = _model(file, [name] if name else [])
        target = model.graph.named(name) if name else model.graph.target
        needed = model.graph.reachable(target.number) if target is not None else frozenset()
        expected = [one for one in _refusals(model) if _for_any_target(one) or _stage(model, one) in needed]
        errors = [one for one in expected if one.severity is Severity.ERROR]
        built = oracle.builder.build(tmp_path, text, options=(f"--target={name}",) if name else ())
        assert bool(built.complaint) == bool(errors), (name, built.complaint)


def _model(file: Path, targets: list[str] | None = None) -> Model:
    return Model(parse(file.read_text("utf-8")), Surroundings(declared_targets=tuple(targets or ())))


def _related(model: Model) -> Iterator[Diagnostic]:
    return (one for one in check(model) if one.rule.name in FOR_ANY_TARGET or one.rule.name in ALIKE)


def _refusals(model: Model) -> list[Diagnostic]:
    return [one for one in check(model) if one.rule.name in FOR_ANY_TARGET and one.severity is Severity.ERROR]


def _for_any_target(found: Diagnostic) -> bool:
    """Triggers, which are told at a FROM, run only in stages that are needed."""
    is_trigger = found.rule.name == "stage-index-out-of-range" and _is_from(found)
    return FOR_ANY_TARGET[found.rule.name] and not is_trigger


def _is_from(found: Diagnostic) -> bool:
    item = found.finding.place.item
    return isinstance(item, Instruction) and item.keyword == "FROM"


def _found_line(model: Model, found: Diagnostic) -> int:
    """Counted from 1."""
    return model.tree.line_index.position(model.absolute(found.finding.place).start).line + 1


def _line(model: Model, stage: Stage) -> int:
    return model.tree.line_index.position(model.start_of(stage.declaration)).line + 1


def _stage(model: Model, found: Diagnostic) -> int | None:
    stage = model.stage_at(model.absolute(found.finding.place).start)
    return None if stage is None else stage.index


def _base(stage: Stage) -> str | None:
    """What FROM names, as BuildKit tells it: as it is written."""
    return None if stage.base is None else stage.base.mention.text


def _lines(told: dict[str, Any]) -> list[int]:
    """All lines, counted from 1, of a place in an answer of BuildKit."""
    found = (told.get("location") or {}).get("ranges") or ()
    return [line for one in found for line in range(one["start"]["line"], one["end"]["line"] + 1)]
