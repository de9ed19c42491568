"""Faults put into third-party files that lack them: found, and fixed back to what was built before."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dockls.engine import RuleSet, check, fixed
from dockls.knowledge import official_images
from dockls.rooms import rules
from dockls.semantics import Model, recipe
from dockls.semantics.compatibility import base_facts
from dockls.syntax import Place

FILES = 50
FOUND, MENDED = 0.98, 0.95

Injection = Callable[[str], str | None]


def replacing(pattern: str, new: str | Callable[[re.Match[str]], str]) -> Injection:
    """The text with the first match of a pattern replaced; None where there is none."""
    compiled = re.compile(pattern, re.MULTILINE)
    return lambda text: compiled.sub(new, text, count=1) if compiled.search(text) else None


def on_known_base(injection: Injection) -> Injection:
    """The same, in files of one stage on an image that the tables know: elsewhere it may be no fault."""

    def injected(text: str) -> str | None:
        stages = Model.of(text).stages
        known = base_facts(stages[0]) if len(stages) == 1 else None
        sound = known is not None and known.package_manager and stages[0].states[0][:2] == ("/", "root")
        return injection(text) if sound else None

    return injected


def with_stage_below(text: str, keyword: str) -> str | None:
    """A stage moved below one that takes from it, as it may be written before someone knows the order."""
    model = Model.of(text)
    if re.search(r"from=\d", text):
        return None
    # The last stage must stay the last: it is what is built.
    for user in model.stages[:-1]:
        for used in [user.base] if keyword == "FROM" else user.references:
            if used is None or used.target is None or used.target >= user.index or used.value in official_images():
                continue
            moved, below = model.section_span(model.stages[used.target]), model.section_span(user)
            return text[: moved.start] + text[moved.end : below.end] + text[moved.start : moved.end] + text[below.end :]
    return None


def with_upper_case_from(text: str) -> str | None:
    """A FROM that names a stage, in capital letters: an image may not be called so."""
    model = Model.of(text)
    for stage in model.stages:
        word = stage.declaration.words[0] if stage.declaration.words else None
        if stage.parent is not None and word is not None and word.value.islower() and "$" not in word.value:
            start, end = model.absolute(Place(stage.declaration, word.span))
            return text[:start] + text[start:end].upper() + text[end:]
    return None


def with_misspelt_program(text: str) -> str | None:
    """A letter more at the end of the name of a program that the image has."""
    known = base_facts(Model.of(text).stages[0])
    found = re.search(r'^CMD \["(node|python3?|java|nginx)"', text, re.MULTILINE)
    if known is None or known.family == "buildpack-deps" or found is None or found[1] not in known.tools:
        return None
    return text[: found.end(1)] + "a" + text[found.end(1) :]


def without_declaration(text: str) -> str | None:
    """The first ARG of a stage that only repeats a global one, deleted."""
    model = Model.of(text)
    declared = set(model.graph.arguments)
    for stage in model.stages:
        for one in stage.instructions:
            names = [word.value for word in one.words]
            used = (
                any(one.keyword == "RUN" and f"${{{names[0]}}}" in one.text for one in stage.instructions)
                if names
                else 0
            )
            if one.keyword == "ARG" and len(names) == 1 and names[0] in declared and used:
                start = model.start_of(one)
                return text[:start] + text[start + len(one.text) :]
    return None


#: a RUN of nothing but an install from fresh lists, on one line or several
INSTALL = r"RUN apt-get update(?: -\w+)? && (?:\\\n *)?apt-get install (?:[\w.=+:-]+|(?: |\\\n)+(?=[\w-]))*+"

#: rule -> what makes the fault; the lines that it may stand on are plain ones, so that it is the fault and nothing else
INJECTIONS: dict[str, Injection] = {
    "legacy-key-value-format": replacing(r"^(ENV \w+)=([\w./:-]+)$", r"\1 \2"),
    "from-as-casing": replacing(r"^(FROM \S+) AS (\S+)$", r"\1 as \2"),
    "inconsistent-instruction-casing": replacing(r"^WORKDIR(?= /)", "workdir"),
    "add-instead-of-copy": replacing(r"^COPY ((?:[\w-]+/)*[\w-]+\.(?:json|txt|toml|js|py|sh|go|yaml) \S+)$", r"ADD \1"),
    "empty-continuation": replacing(r"^(RUN [^\n#]*\\\n)(?= +[^\s#])", r"\1\n"),
    "redundant-target-platform": replacing(r"^FROM (?!--)(\S+)", r"FROM --platform=$TARGETPLATFORM \1"),
    "expose-protocol-casing": replacing(r"^EXPOSE (\d+)/tcp$", r"EXPOSE \1/TCP"),
    "invalid-expose-format": replacing(r"^EXPOSE (\d+)$", r"EXPOSE 8080:\1"),
    "interactive-install": replacing(r"(apt-get install) -y (?=[a-z-])", r"\1 "),
    "stale-package-lists": replacing(
        r"^RUN apt-get update && apt-get install -y (--no-install-recommends )?([\w.-]+(?: [\w.-]+)*)$",
        r"RUN apt-get update\nRUN apt-get install -y \1\2",
    ),
    "repeated-instruction": replacing(r"^(CMD \[.*\])$", r'CMD ["left-over"]\n\1'),
    "undefined-argument-in-from": replacing(r"^FROM (\S*)\$\{(\w{5,})\}(\S*)", r"FROM \1${\2X}\3"),
    "cd-without-effect": replacing(r"^WORKDIR (/[\w/-]+)$", r"RUN cd \1"),
    "deprecated-install-flag": replacing(
        r"\A((?:.*\n)*FROM node:2\d(?:.*\n)*RUN npm (?:ci|install)) --omit=dev$", r"\1 --only=production"
    ),
    "duplicate-copy": replacing(r"^(COPY (?!--)[\w./-]+ [\w./-]+)$", r"\1\n\1"),
    "missing-program": on_known_base(lambda text: with_misspelt_program(text)),
    "package-lists-kept": on_known_base(
        lambda text: (
            replacing(rf"^({INSTALL}) && rm -rf /var/lib/apt/lists/\*$", r"\1")(text)
            # A later RUN may need the lists.
            if text.count("apt-get install") == 1
            else None
        )
    ),
    "relative-workdir": on_known_base(replacing(r"\A((?:#.*\n|\n)*FROM .*\n+)WORKDIR /(\w+)$", r"\1WORKDIR \2")),
    "shell-form-command": replacing(r'^(CMD|ENTRYPOINT) \["([\w./-]+)", "([\w./-]+)"\]$', r"\1 \2 \3"),
    "stage-name-casing": replacing(r"^(FROM \S+ AS )([a-z])(?=\w*$)", lambda found: found[1] + found[2].upper()),
    "sudo-in-build": on_known_base(replacing(r"^RUN (?=apt-get |apk |yum )", "RUN sudo ")),
    "undefined-variable": replacing(r"^((?:WORKDIR|COPY|ENV|LABEL) .*\$\{?[A-Z_]{5,})(?=\b)", r"\1X"),
    "unknown-flag": replacing(r"^COPY --from=", "COPY --form="),
    "unknown-image": replacing(r"^FROM (nod|pyth|alpin|debia|golan|ubunt)(?=\w:)", r"FROM \1i"),
    "unknown-instruction": replacing(r"^WORKDIR ", "WORKDR "),
    "unknown-stage": replacing(r"^(COPY --from=bui)ld", r"\1dl"),
    "unused-stage": replacing(r"\A((?:#.*\n|\n)*)FROM ", r"\1FROM alpine:3.24 AS assets\nRUN true\n\nFROM "),
    "obsolete-go-flags": replacing(r"^(RUN (?:\w+=\w+ )*go build) ", r"\1 -a -installsuffix cgo "),
    "message-only-run": replacing(r"^(?=RUN )", 'RUN echo "building"\n'),
    "unused-argument": on_known_base(replacing(r"^(?=(?:CMD|ENTRYPOINT) )", "ARG LEFT_OVER=1\n")),
    "forward-reference": lambda text: with_stage_below(text, "COPY"),
    "forward-from": lambda text: with_stage_below(text, "FROM"),
    "from-case-mismatch": lambda text: with_upper_case_from(text),
    "undeclared-argument": lambda text: without_declaration(text),
}

#: what a file is made to say first, so that the fault has something to come from
PREPARATIONS = {
    "expose-protocol-casing": replacing(r"^EXPOSE (\d+)$", r"EXPOSE \1/tcp"),
    "deprecated-install-flag": replacing(r"^(RUN npm (?:ci|install))$", r"\1 --omit=dev"),
    "package-lists-kept": replacing(rf"^({INSTALL})$", r"\1 && rm -rf /var/lib/apt/lists/*"),
}


@pytest.fixture(scope="module")
def sources(shared_corpus: Path) -> list[str]:
    """The files of the corpus, always in the same order."""
    paths = sorted(
        path for path in shared_corpus.rglob("*") if path.is_file() and path.suffix not in (".json", ".jsonl", ".md")
    )
    texts = [path.read_bytes().decode("utf-8", "replace") for path in paths]
    # Where the shell is that of Windows, no command can be read.
    return [text for text in texts if "windows" not in text and "powershell" not in text and "pwsh" not in text]


def faulty(sources: list[str], name: str) -> Iterator[tuple[str, str, RuleSet]]:
    """Files without the fault, each with the same file that has it."""
    rule_set = RuleSet([rule for rule in rules() if rule.name == name])
    count = 0
    for source in sources:
        prepared = PREPARATIONS[name](source) if name in PREPARATIONS else source
        text = source if prepared is None else prepared
        wrong = INJECTIONS[name](text)
        if wrong is not None and wrong != text and not check(Model.of(text), rule_set):
            count += 1
            yield text, wrong, rule_set
        if count == FILES:
            return


@pytest.mark.parametrize("name", INJECTIONS)
def test_the_fault_is_found_and_mended(sources: list[str], name: str) -> None:
    total = found = mended = 0
    for text, wrong, rule_set in faulty(sources, name):
        total += 1
        model = Model.of(wrong)
        if check(model, rule_set):
            found += 1
            after = fixed(model, rule_set, unsafe=True)
            mended += not check(after, rule_set) and _built(after, name) == _built(Model.of(text), name)
    assert total >= 5
    assert found >= FOUND * total, f"{found} of {total} found"
    assert mended >= MENDED * total, f"{mended} of {total} mended"


def _built(model: Model, name: str) -> list[str]:
    """What all stages are made of, in whatever order they stand; a declaration may stand elsewhere in its stage."""
    if name == "undeclared-argument":
        model = Model.of(re.sub(r"^ARG \w+\n", "", model.tree.text, flags=re.MULTILINE))
    return sorted(recipe(model, stage) for stage in model.stages)
