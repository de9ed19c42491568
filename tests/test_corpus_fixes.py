"""`check --fix` over a folder of third-party files, as users run it: nothing is broken and nothing is lost."""

import shutil
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import dockerfile
import pytest

from dockls.cli import main
from dockls.engine import check
from dockls.rooms import Severity
from dockls.semantics import Model
from dockls.syntax import Comment


class Mended(NamedTuple):
    """A file before and after, and after a second run."""

    name: str
    before: bytes
    after: bytes
    again: bytes

    @property
    def models(self) -> tuple[Model, Model]:
        return Model.of(self.before.decode("utf-8")), Model.of(self.after.decode("utf-8"))


@pytest.fixture(
    scope="module", params=[[], ["--unsafe"], ["--unsafe", "--select", "all"]], ids=["safe", "unsafe", "all"]
)
def mended(
    corpus_files: list[Path], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> list[Mended]:
    """The files that the fixes change; each lies in a folder of its own, so that no other file speaks of it."""
    folder = tmp_path_factory.mktemp("corpus")
    copies = {}
    for number, path in enumerate(corpus_files):
        place = folder / str(number) / "Dockerfile"
        place.parent.mkdir()
        shutil.copyfile(path, place)
        copies[place] = path.name
    words = ["check", str(folder), "--fix", "--no-cache", "--format", "json", *request.param]
    before = [place.read_bytes() for place in copies]
    # Findings that no fix mends are left: the status tells of them.
    assert main(lambda address: 0, words) in (0, 1)
    after = [place.read_bytes() for place in copies]
    assert main(lambda address: 0, words) in (0, 1)
    again = [place.read_bytes() for place in copies]
    together = zip(copies.values(), before, after, again, strict=True)
    return [Mended(*each) for each in together if each[1] != each[2]]


def test_many_files_change(mended: list[Mended]) -> None:
    assert len(mended) > 200


def test_a_second_run_changes_nothing(mended: list[Mended]) -> None:
    assert [each.name for each in mended if each.again != each.after] == []


def test_every_file_still_parses(mended: list[Mended]) -> None:
    """The oracle is BuildKit's own parser, as the package `dockerfile` wraps it."""
    assert [each.name for each in mended if _parses(each.before) and not _parses(each.after)] == []


def test_no_error_is_new(mended: list[Mended]) -> None:
    worse = {}
    for each in mended:
        before, after = each.models
        if more := _errors(after) - _errors(before):
            worse[each.name] = more
    assert worse == {}


def test_what_is_no_fault_is_kept(mended: list[Mended]) -> None:
    for each in mended:
        before, after = each.models
        assert after.tree.directives == before.tree.directives, each.name
        assert (b"\r\n" in each.after) == (b"\r\n" in each.before), each.name
        assert each.after.endswith(b"\n") == each.before.endswith(b"\n"), each.name
        # A stage that is moved or removed takes its comments with it.
        if len(after.stages) == len(before.stages):
            assert Counter(_comments(after)) == Counter(_comments(before)), each.name


def _parses(content: bytes) -> bool:
    try:
        dockerfile.parse_string(content.decode("utf-8"))
    except Exception:
        return False
    return True


def _errors(model: Model) -> Counter[str]:
    return Counter([found.rule.name for found in check(model) if found.severity is Severity.ERROR])


def _comments(model: Model) -> list[str]:
    """The comments on lines of their own between instructions."""
    return [item.text for item in model.tree.items if isinstance(item, Comment)]
