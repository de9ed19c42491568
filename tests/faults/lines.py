"""Faults of single lines, and of the order of stages."""

import re

from dockls.knowledge import official_images
from dockls.semantics import Model
from dockls.semantics.compatibility import base_facts
from dockls.syntax import Place
from faults.sample import Injection, Sample, on_known_base, on_known_bases, prepared, replacing


def with_stage_below(text: str, keyword: str) -> Sample | None:
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
            return Sample(
                text,
                text[: moved.start] + text[moved.end : below.end] + text[moved.start : moved.end] + text[below.end :],
            )
    return None


def with_upper_case_from(text: str) -> Sample | None:
    """A FROM that names a stage, in capital letters: an image may not be called so."""
    model = Model.of(text)
    for stage in model.stages:
        word = stage.declaration.words[0] if stage.declaration.words else None
        if stage.parent is not None and word is not None and word.value.islower() and "$" not in word.value:
            start, end = model.absolute(Place(stage.declaration, word.span))
            return Sample(text, text[:start] + text[start:end].upper() + text[end:])
    return None


def with_misspelt_program(text: str) -> Sample | None:
    """A letter more at the end of the name of a program that the image has."""
    known = base_facts(Model.of(text).stages[0])
    found = re.search(r'^CMD \["(node|python3?|java|nginx)"', text, re.MULTILINE)
    if known is None or known.family == "buildpack-deps" or found is None or found[1] not in known.tools:
        return None
    return Sample(text, text[: found.end(1)] + "a" + text[found.end(1) :])


def without_declaration(text: str) -> Sample | None:
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
                return Sample(text, text[:start] + text[start + len(one.text) :])
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
    "expose-protocol-casing": prepared(
        replacing(r"^EXPOSE (\d+)$", r"EXPOSE \1/tcp"), replacing(r"^EXPOSE (\d+)/tcp$", r"EXPOSE \1/TCP")
    ),
    "invalid-expose-format": replacing(r"^EXPOSE (\d+)$", r"EXPOSE 8080:\1"),
    "interactive-install": replacing(r"^((?!#).*apt-get install) -y (?=[a-z-])", r"\1 "),
    "stale-package-lists": replacing(
        r"^RUN apt-get update && apt-get install -y (--no-install-recommends )?([\w.-]+(?: [\w.-]+)*)$",
        r"RUN apt-get update\nRUN apt-get install -y \1\2",
    ),
    "repeated-instruction": replacing(r"^(CMD \[.*\])$", r'CMD ["left-over"]\n\1'),
    "undefined-argument-in-from": replacing(r"^FROM (\S*)\$\{(\w{5,})\}(\S*)", r"FROM \1${\2X}\3"),
    "cd-without-effect": replacing(r"^WORKDIR (/[\w/-]+)$", r"RUN cd \1"),
    "deprecated-install-flag": prepared(
        replacing(r"^(RUN npm (?:ci|install))$", r"\1 --omit=dev"),
        replacing(r"\A((?:.*\n)*FROM node:2\d(?:.*\n)*RUN npm (?:ci|install)) --omit=dev$", r"\1 --only=production"),
    ),
    "duplicate-copy": replacing(r"^(COPY (?!--)[\w./-]+ [\w./-]+)$", r"\1\n\1"),
    "missing-program": on_known_base(with_misspelt_program),
    "package-lists-kept": on_known_base(
        prepared(
            replacing(rf"^({INSTALL})$", r"\1 && rm -rf /var/lib/apt/lists/*"),
            lambda text: (
                replacing(rf"^({INSTALL}) && rm -rf /var/lib/apt/lists/\*$", r"\1")(text)
                # A later RUN may need the lists.
                if text.count("apt-get install") == 1
                else None
            ),
        )
    ),
    "relative-workdir": on_known_base(replacing(r"\A((?:#.*\n|\n)*FROM .*\n+)WORKDIR /(\w+)$", r"\1WORKDIR \2")),
    "shell-form-command": replacing(r'^(CMD|ENTRYPOINT) \["([\w./][\w./-]*)", "([\w./-]+)"\]$', r"\1 \2 \3"),
    "stage-name-casing": replacing(r"^(FROM \S+ AS )([a-z])(?=\w*$)", lambda found: found[1] + found[2].upper()),
    "sudo-in-build": on_known_base(replacing(r"^RUN (?=apt-get |apk |yum )", "RUN sudo ")),
    "undefined-variable": on_known_bases(replacing(r"^((?:WORKDIR|COPY|ENV|LABEL) .*\$\{?[A-Z_]{5,})(?=\b)", r"\1X")),
    "unknown-flag": replacing(r"^COPY --from=", "COPY --form="),
    "unknown-image": replacing(r"^FROM (nod|pyth|alpin|debia|golan|ubunt)(?=\w:)", r"FROM \1i"),
    "unknown-instruction": replacing(r"^WORKDIR ", "WORKDR "),
    "unknown-stage": replacing(r"^(COPY --from=bui)ld", r"\1dl"),
    "unused-stage": replacing(
        r"\A(?![\s\S]*from=\d)((?:#.*\n|\n)*)FROM ", r"\1FROM alpine:3.24 AS assets\nRUN true\n\nFROM "
    ),
    "obsolete-go-flags": replacing(r"^(RUN (?:\w+=\w+ )*go build) ", r"\1 -a -installsuffix cgo "),
    "message-only-run": replacing(r"^(?=RUN )", 'RUN echo "building"\n'),
    # A RUN below may read it from its environment.
    "unused-argument": on_known_base(replacing(r"^(?=(?:CMD|ENTRYPOINT) (?:(?!^RUN ).|\n)*\Z)", "ARG LEFT_OVER=1\n")),
    "forward-reference": lambda text: with_stage_below(text, "COPY"),
    "forward-from": lambda text: with_stage_below(text, "FROM"),
    "from-case-mismatch": with_upper_case_from,
    "undeclared-argument": without_declaration,
}
