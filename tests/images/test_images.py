"""Builds every project before and after its refactorings, and holds the model against the images."""

from typing import Any

import pytest

from dockls.engine import Performed
from dockls.semantics import Model, Stage
from images.compare import equivalent_image, same_image, same_run
from images.mutants import CONFIGURATION, RUN, SAME, SPLIT, Mutant
from images.pairs import Workshop, judged, refactored
from images.prediction import changes_of, predicted
from images.projects import Case, Project, projects
from images.report import Report, StageProof
from images.state import Checked, disagreements

pytestmark = pytest.mark.images

PROJECTS = projects()
CASES = [case for project in PROJECTS for case in project.cases]
MUTANTS = next(project for project in PROJECTS if project.name == "mutants")
FILES = [(project, name) for project in PROJECTS for name in project.dockerfiles]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_pair(case: Case, workshop: Workshop, report: Report, at_work: Any) -> None:
    verdict = at_work(lambda case: judged(case, workshop))
    report.verdicts.append(verdict)
    if case.known and verdict.faults:
        pytest.xfail(case.known)
    assert not case.known, "this is mended: remove `known`"
    assert verdict.faults == [], verdict.after


@pytest.mark.parametrize(
    ("project", "name"), [pytest.param(project, name, id=f"{project.name}: {name}") for project, name in FILES]
)
def test_model_is_like_the_images(
    project: Project, name: str, workshop: Workshop, report: Report, at_work: Any
) -> None:
    model, found = at_work(lambda project, name: _checked(project, name, workshop))
    paths = sum(checked.paths for checked in found)
    faults = [fault for checked in found for fault in checked.faults]
    report.models.append(StageProof(f"{project.name}: {name}", len(model.stages), paths, len(faults)))
    assert faults == []


@pytest.mark.parametrize(
    ("project", "name"), [pytest.param(project, name, id=f"{project.name}: {name}") for project, name in FILES]
)
def test_stages_are_those_of_buildkit(project: Project, name: str, workshop: Workshop) -> None:
    folder = workshop.copy_of(project)
    listed = workshop.builder.checked(folder, folder / name, "targets")
    if listed is None:
        pytest.skip("this BuildKit does not list targets")
    model = workshop.model(project, name)
    lines = model.tree.line_index
    assert [
        (one.get("name"), one["base"], one["location"]["ranges"][0]["start"]["line"]) for one in listed["targets"]
    ] == [
        (stage.name, _base(stage), lines.position(model.start_of(stage.declaration)).line + 1) for stage in model.stages
    ]


def _checked(project: Project, name: str, workshop: Workshop) -> tuple[Model, list[Checked]]:
    model = workshop.model(project, name)
    return model, [one for stage in model.stages for one in disagreements(project, model, stage, workshop)]


def _base(stage: Stage) -> str | None:
    """What FROM names, as BuildKit tells it: a stage in lower case, an image as it is written."""
    written = None if stage.base is None else stage.base.mention.text
    if stage.parent is not None and "$" not in (written or ""):
        return stage.parent.name
    return written


@pytest.mark.parametrize(
    ("project", "name"), [pytest.param(project, name, id=f"{project.name}: {name}") for project, name in FILES]
)
def test_cache_is_foreseen(
    project: Project, name: str, workshop: Workshop, report: Report, request: pytest.FixtureRequest
) -> None:
    """Of a few changes per file; of all with ``--all-changes``, and where the project says so."""
    every = request.config.getoption("--all-changes")
    if "--link" in workshop.model(project, name).tree.text:
        workshop = request.getfixturevalue("merging_workshop")
    for change in changes_of(project, workshop.model(project, name), workshop, every):
        report.predictions.append(predicted(project, name, change, len(report.predictions), workshop))
    found = [one for one in report.predictions if one.name == f"{project.name}: {name}"]
    assert found and [one for one in found if one.faults] == []


CACHED = [case for case in CASES if case.refactoring in ("copy-dependency-manifests-first",)]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CACHED])
def test_cache_is_foreseen_after_a_refactoring_for_it(case: Case, workshop: Workshop, report: Report) -> None:
    model = workshop.model(case.project, case.file)
    performed = refactored(case, model)
    assert isinstance(performed, Performed)
    found = []
    for change in changes_of(case.project, model, workshop, every=True):
        number = len(report.predictions)
        found.append(predicted(case.project, case.file, change, number, workshop, performed.text))
        report.predictions.append(found[-1])
    assert found and [one for one in found if one.faults] == []


WRONG = [(mutant, "Dockerfile") for mutant in (*SAME, *CONFIGURATION)]
WRONG += [(mutant, "Dockerfile.split") for mutant in (*SPLIT, *CONFIGURATION)]


@pytest.mark.parametrize(
    ("mutant", "name"), [pytest.param(mutant, name, id=f"{name}: {mutant.name}") for mutant, name in WRONG]
)
def test_wrong_image_is_told(mutant: Mutant, name: str, workshop: Workshop, report: Report) -> None:
    right, wrong = mutated(mutant, name, workshop)
    before = workshop.image(MUTANTS, right.tree.text if name == "Dockerfile" else whole(workshop).tree.text)
    after = workshop.image(MUTANTS, wrong.tree.text)
    if name == "Dockerfile":
        told = same_image(before, after)
    else:
        told = equivalent_image(before, after, workshop.base(whole(workshop)), workshop.base(wrong))
    report.mutants.append((f"{name}: {mutant.name}", "; ".join(told)))
    assert [one for one in told if mutant.told in one], told
    assert len(told) == 1, "a mutant has one fault, so that one check is proven"


@pytest.mark.parametrize("mutant", [pytest.param(mutant, id=mutant.name) for mutant in RUN])
def test_wrong_run_is_told(mutant: Mutant, workshop: Workshop, report: Report) -> None:
    right, wrong = mutated(mutant, "Dockerfile.split", workshop)
    told = same_run(workshop.run(MUTANTS, right.tree.text), workshop.run(MUTANTS, wrong.tree.text))
    report.mutants.append((f"run: {mutant.name}", "; ".join(told)))
    assert [one for one in told if mutant.told in one], told


def test_right_split_is_not_told(workshop: Workshop) -> None:
    right = workshop.model(MUTANTS, "Dockerfile.split")
    before, after = workshop.image(MUTANTS, whole(workshop).tree.text), workshop.image(MUTANTS, right.tree.text)
    assert equivalent_image(before, after, workshop.base(whole(workshop)), workshop.base(right)) == []


def whole(workshop: Workshop) -> Model:
    """The Dockerfile that `Dockerfile.split` is equivalent to."""
    return workshop.model(MUTANTS, "Dockerfile")


def mutated(mutant: Mutant, name: str, workshop: Workshop) -> tuple[Model, Model]:
    """A right Dockerfile and the wrong one made of it."""
    right = workshop.model(MUTANTS, name)
    assert right.tree.text.count(mutant.right) >= 1, "the mutant changes nothing"
    before, _, after = right.tree.text.rpartition(mutant.right)
    return right, workshop.model(MUTANTS, name, before + mutant.wrong + after)
