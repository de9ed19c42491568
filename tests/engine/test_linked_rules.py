"""Rules that look into the stages that a stage takes files from: asked again where these changed."""

from dockls.engine import RuleSet, check
from dockls.rooms import rules
from dockls.semantics import Model
from dockls.text import Edit, Span

TEXT = """\
FROM golang:1.27 AS build
RUN go build -o /app .

FROM alpine:3.24 AS collect
COPY --from=build /app /out/app

FROM alpine:3.24 AS other
RUN true

FROM alpine:3.24 AS further
COPY --from=collect /out/app /app

FROM alpine:3.24
COPY --from=further /app /app
"""


def told(model: Model) -> list[int]:
    """The lines of the findings."""
    found = [one for one in check(model) if one.rule.name == "foreign-libc"]
    return [model.tree.line_index.position(model.absolute(one.finding.place).start).line + 1 for one in found]


def replaced(model: Model, old: str, new: str) -> Model:
    start = model.tree.text.index(old)
    return model.updated(model.tree.edited([Edit(Span(start, start + len(old)), new)]))


def test_a_change_of_the_other_stage_is_seen_at_first_and_second_hand() -> None:
    model = Model.of(TEXT)
    assert told(model) == [5, 11, 14]
    static = replaced(model, "RUN go build", "RUN CGO_ENABLED=0 go build")
    assert told(static) == []
    assert told(replaced(static, "CGO_ENABLED=0 ", "")) == [5, 11, 14]


def test_a_change_between_is_seen() -> None:
    model = Model.of(TEXT)
    assert told(model) == [5, 11, 14]
    assert told(replaced(model, "/app /out/app", "/app /else/app")) == [5]


def test_a_change_elsewhere_leaves_the_findings_as_they_are() -> None:
    model = Model.of(TEXT)
    before = check(model)
    after = check(replaced(model, "RUN true", "RUN false"))
    # The section behind the edited one is read again, for comments that speak of its FROM.
    same = [one for one in after if any(one is other for other in before)]
    assert "foreign-libc" in [one.rule.name for one in same]


def test_a_change_is_seen_by_what_starts_from_the_stage_that_takes_it() -> None:
    strict = RuleSet([rule for rule in rules() if rule.name == "missing-temporary-folder"])
    text = (
        "FROM golang:1.27 AS build\nRUN CGO_ENABLED=0 go build -o /app .\n"
        'FROM scratch AS files\nCOPY --from=build /app /app\nFROM files\nENTRYPOINT ["/app"]\n'
    )
    model = Model.of(text)
    assert len(check(model, strict)) == 1
    other = replaced(model, "-o /app .", "-o /else .")
    assert check(other, strict) == check(Model.of(other.tree.text), strict) == ()
    assert len(check(replaced(other, "-o /else .", "-o /app ."), strict)) == 1
