"""What the engine withholds: results that break the promise of a refactoring's grade."""

import pytest

from dockls.engine import Performed, guarded
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model
from dockls.text import Edit, Span

BEFORE = """\
FROM golang:1.25
ENV CGO_ENABLED=0 LEVEL=info
WORKDIR /src
COPY . .
RUN go build -o app .
USER 1000
CMD ["./app"]
"""
HEAD = BEFORE.replace("golang:1.25", "golang:1.25 AS builder").partition("USER")[0]
AFTER = f"""{HEAD}
FROM gcr.io/distroless/static-debian13
WORKDIR /src
ENV LEVEL=info
COPY --from=builder /src/app ./app
USER 1000
CMD ["./app"]
"""


@refactoring(title="Rewrite", kind="refactor.rewrite", grade="equivalent")
def rewrite(model: Model, selection: Span) -> None:
    """A refactoring that exists only here."""


def outcome(after: str, changes: frozenset[str] = frozenset()) -> Performed | Refused:
    plan = Plan((Edit(Span(0, len(BEFORE)), after),), changes=changes)
    return guarded(Model.of(BEFORE), rewrite, plan, Span(0, 0))


def test_an_equivalent_image_is_let_through() -> None:
    assert isinstance(outcome(AFTER), Performed)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("ENV LEVEL=info\nCOPY", "COPY", "the environment of the final image would change"),
        ("ENV LEVEL=info\nCOPY", "ENV LEVEL=warn\nCOPY", "the environment of the final image would change"),
        ("static-debian13\nWORKDIR /src\n", "static-debian13\n", "the working directory of the final image"),
        ("./app\nUSER 1000\n", "./app\n", "the user of the final image would change from `1000`"),
        ("COPY --from=builder /src/app ./app\n", "", "`/src/app`, which the CMD runs, would not be in the final image"),
        ("/src/app ./app", "/src/app /opt/app", "nothing brings `/src/app` into this image"),
        ('CMD ["./app"]', 'CMD ["./app", "-v"]', "the CMD of the final image would change"),
        ('CMD ["./app"]', "CMD ./app", "the image of this stage has no shell, so this CMD cannot start"),
        ('CMD ["./app"]', 'EXPOSE 80\nCMD ["./app"]', "the exposed ports of the final image would change"),
    ],
)
def test_what_the_image_promises_must_stay(old: str, new: str, reason: str) -> None:
    head, last = AFTER.split("\n\n")
    changed = f"{head}\n\n{last.replace(old, new)}"
    if old not in last:
        changed = AFTER.replace(old, new)
    assert changed != AFTER
    found = outcome(changed)
    assert isinstance(found, Refused)
    assert reason in found.reason


def test_a_change_that_the_plan_declares_is_let_through() -> None:
    changed = AFTER.replace("ENV LEVEL=info\nCOPY", "ENV LEVEL=warn\nCOPY")
    assert isinstance(outcome(changed, frozenset(("environment",))), Performed)


def test_the_base_image_may_bring_another_environment() -> None:
    """Neither its own variables nor those of build tools count, nor PATH, which builds upon the base's."""
    changed = AFTER.replace("ENV LEVEL=info\nCOPY", "ENV LEVEL=info PATH=$PATH:/opt GOFLAGS=-x\nCOPY")
    assert isinstance(outcome(changed), Performed)
