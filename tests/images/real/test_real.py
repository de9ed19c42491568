"""Builds projects with real toolchains before and after; ``pytest -m real``."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from images.debian_docker import UnavailableError, unpacked
from images.obtaining import obtained
from images.pairs import Workshop, judged
from images.projects import Case, projects
from images.real.bases import LAYERS, real_images
from images.report import Report

pytestmark = [pytest.mark.real, pytest.mark.images]

CASES = [case for project in projects(Path(__file__).parent / "projects") for case in project.cases]
#: byte code has times in it; npm and pip keep caches and lists of their own
NOISE = ("*/__pycache__", "*.pyc", "/root/.npm*", "/root/.cache*", "*/node_modules/.package-lock.json", "/tmp/*")

Bench = tuple[Workshop, dict[str, UnavailableError]]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, report: Report) -> Iterator[Bench]:
    """A builder with the real images and a network, and what of them cannot be had."""
    try:
        with obtained() as builder:
            builder.network = "host"
            report.builder = builder.version
            missing: dict[str, UnavailableError] = {}
            for toolchain, found in real_images(unpacked() / "busybox"):
                if isinstance(found, UnavailableError):
                    missing[toolchain] = found
                else:
                    builder.load(found)
            yield Workshop(builder, tmp_path_factory.mktemp("real"), NOISE), missing
    except UnavailableError as error:
        pytest.skip(f"no BuildKit: {error} (CONTRIBUTING.md, “Images”)")


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_real_pair(case: Case, bench: Bench, report: Report) -> None:
    workshop, missing = bench
    for toolchain, (_, names) in LAYERS.items():
        if toolchain in missing and any(f"FROM {name}" in _text(case) for name in names):
            pytest.skip(f"{toolchain}: {missing[toolchain]}")
    verdict = judged(case, workshop)
    report.verdicts.append(verdict)
    assert verdict.faults == [], verdict.after


def _text(case: Case) -> str:
    return (case.project.folder / case.file).read_text("utf-8")
