"""Faults that span several instructions of strangers: what they wrote in the right order, or without the fault."""

import re

from dockls import edits
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.environment_reads import brings_packages, looks_up
from dockls.semantics.execution import executed, executed_by
from dockls.semantics.ownership import is_kept_by_root
from faults.places import OWN, Choice, Lines, at_end, below_from, inserted, marking
from faults.sample import Sample, both

#: commands of strangers that keep what they download outside of the project's folder, and what to run once more
_AGAIN = {
    "mvn": "mvn -B verify",
    "gradle": "gradle check",
    "cargo": "cargo test",
    "go": "go test ./...",
    "dotnet": "dotnet test",
}


def early_argument(text: str) -> Sample | None:
    """An ARG of the commit below the FROM of a stage that only installs and copies; used by a LABEL at its end."""
    choose, model = Choice(text), Model.of(text)
    stage = model.stages[-1] if model.stages else None
    runs = [] if stage is None else [one for one in stage.instructions if one.effective.keyword == "RUN"]
    if stage is None or "«" in text or any("ARG" in one.text[:3] for one in stage.instructions):
        return None
    commands = [executed_by(stage, run) for run in runs]
    if not commands or not all(commands) or any(looks_up(each.words) for each in executed(stage)):
        return None
    if stage.fired or not any(brings_packages(each.words) for each in executed(stage)):
        return None
    name = choose("GIT_COMMIT", "BUILD_DATE", "CI_COMMIT_SHA", "VCS_REF")
    at = model.start_of(stage.declaration) + len(stage.declaration.text)
    last = [one for one in stage.instructions if one.keyword in ("RUN", "COPY", "ADD", "ONBUILD")][-1]
    end = model.start_of(last) + len(last.text)
    if not text[:end].endswith("\n"):
        return None
    marked = f"{text[:at]}«|ARG {name}\n»{text[at:end]}«ARG {name}\n|»LABEL own.revision=${name}\n{text[end:]}"
    return both(marked)


def second_download(text: str) -> Sample | None:
    """A stage that copies the folder in which a stranger's stage has built, and builds there once more."""
    choose, model = Choice(text), Model.of(text)
    for stage in model.stages[:-1]:
        tool = next((one for one in executed(stage) if one.words[0] in _AGAIN and one.operands), None)
        image, name = stage.base_image, stage.name
        if (
            tool is None
            or tool.directory in (None, "/", "/go")
            or stage.parent is not None
            or image is None
            or name is None
        ):
            continue
        if "$" in stage.declaration.text or stage.declaration.flags or re.search("mount=|/.nuget", text):
            continue
        lines = Lines(
            f"FROM «{name}|{stage.declaration.words[0].value}» AS {OWN}test\n"
            f"«|COPY --from={name} {tool.directory} {tool.directory}\n»WORKDIR {tool.directory}\n"
            f"RUN {choose('', 'true && ')}{_AGAIN[tool.words[0]]}\n\n"
        )
        last = model.stages[-1].declaration
        return inserted(model, edits.block_span(model, last).start, lines)
    return None


def _writing(choose: Choice, stage: Stage) -> Lines:
    folder = stage.final_state.workdir
    command = choose("touch own.txt", "echo own > own.txt", f"mkdir {folder}/own", "python3 -m venv .own", "npm ci")
    user = choose("1000", "1000:1000", "65534")
    name = user.partition(":")[0]
    return Lines(f"«RUN chown {name} {folder}\n|»USER {user}\nRUN {command}\n")


def _is_kept(stage: Stage) -> bool:
    folder = stage.final_state.workdir
    as_root = stage.final_state.user in ("root", "0")
    entered = any(one.keyword == "WORKDIR" for one in stage.instructions)
    return as_root and entered and folder is not None and is_kept_by_root(stage, folder)


writing_as_user = at_end(_writing, _is_kept)


def _headers(choose: Choice, stage: Stage) -> Lines | None:
    known = base_facts(stage)
    release = None if known is None else known.release
    if known is not None and known.distribution == "alpine":
        name, library = choose(("libpq-dev", "libpq"), ("sqlite-dev", "sqlite-libs"))
        return Lines(f"RUN apk add --no-cache «{library}|{name}»{choose('', ' tini')}\n")
    if release in ("bookworm", "trixie"):
        name, library = choose(("libpq-dev", "libpq5"), ("zlib1g-dev", "zlib1g"))
        return Lines(f"RUN apt-get update && apt-get install -y «{library}|{name}»\n")
    return None


def _is_handed_over(stage: Stage) -> bool:
    """Whether the stage is made of COPY from others and nothing that runs."""
    keywords = {one.effective.keyword for one in stage.instructions}
    copied = any(one.parsed.flag("from") is not None and one.keyword == "COPY" for one in stage.instructions)
    known = base_facts(stage)
    return copied and "RUN" not in keywords and known is not None and known.role != "sdk" and stage.parent is None


_headers_below = below_from(_headers, _is_handed_over)


def headers_in_image(text: str) -> Sample | None:
    """Headers installed where nothing is compiled."""
    stages = Model.of(text).stages
    return _headers_below(text) if stages and _is_handed_over(stages[-1]) else None


def _started_twice(found: re.Match[str], choose: Choice) -> str:
    program, words = found[3], found[4]
    images = {
        "node": "gcr.io/distroless/nodejs24-debian13",
        "python": "gcr.io/distroless/python3-debian13",
        "python3": "gcr.io/distroless/python3-debian13",
        "java": "gcr.io/distroless/java21-debian13",
    }
    brought = '"-jar", ' if program == "java" and words.startswith('"-jar"') else ""
    return f'FROM {images[program]}{found[1] or ""}{found[2]}«|"{program}", {brought}»{words.removeprefix(brought)}'


#: the last stage of a file that ends in a CMD of an interpreter and has no ENTRYPOINT
started_twice = marking(
    r"^FROM [^\s$]+( AS \S+)?(?=\r?$)((?:(?!^FROM |^ENTRYPOINT )[\s\S])*^CMD \[)\"(node|python3?|java)\", "
    r"((?:\"[^\"\\]*\"(?:, )?)+\])(?=\s*\Z)",
    _started_twice,
)


#: an install into a cache mount that the settings of the image empty
cache_of_nothing = marking(
    r"^RUN (?=apt-get update(?: -\w+)* *&& *(?:\\\n\s*)?apt-get install )",
    lambda found, choose: (
        f"RUN --mount=type=cache,{choose('', 'sharing=locked,')}target=/var/cache/apt{choose('', '/archives')} "
        "«rm -f /etc/apt/apt.conf.d/docker-clean && |»"
    ),
)
