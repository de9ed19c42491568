"""Ruby: a program, its gems, and nothing that installed them.

`bundle install` puts gems into `/usr/local/bundle`, which is taken as it is, or into a folder of the project
(`vendor/bundle`). The last stage starts from the slim variant of the builder's image, or from the same image where that
is slim or Alpine already, so that Ruby and the C library are the same. Sources are copied from the build context once
more, or from the builder where a step has changed them, such as `rails assets:precompile`; `node_modules` is thrown
away then.

Packages of the distribution that are for building are left out, as is Node where it is there for the assets; their
libraries are installed, and those of gems known for it according to `Gemfile.lock`. It is offered only where something
is left behind: build packages, or the tools of a full image.
"""

import posixpath

from dockls.ecosystems import Artifact, Extraction, Obstacle, Wish
from dockls.ecosystems.accounts import Account, assumed_of, created_by
from dockls.ecosystems.cuts import Cut, cut_for_user, owned
from dockls.ecosystems.interpreted_runtime import InterpretedRuntime, interpreted_runtime
from dockls.ecosystems.programs import Running, needing_tools, running
from dockls.ecosystems.project_steps import (
    INSTALLS,
    PROJECT,
    QUIET,
    RUNTIME,
    ProjectSteps,
    project_steps,
    sources_taken,
)
from dockls.ecosystems.resources import whole_copies, without_nested
from dockls.ecosystems.steps import packages
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed

ORDER = 42

_GEMS = "/usr/local/bundle"
_NODE = frozenset(("nodejs", "npm", "yarn", "yarnpkg", "git", "gnupg", "curl", "wget", "unzip"))


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run a Ruby program without what its gems were installed with."""
    known = base_facts(stage)
    runs = running(stage)
    if known is None or known.family != "ruby" or stage.parent is not None:
        return None
    steps = [command for command in executed(stage) if _judged(command) in (INSTALLS, PROJECT)]
    installs = [command for command in steps if _judged(command) == INSTALLS]
    if not installs or not any(run.role == "program" for run in runs):
        return None
    obstacle = needing_tools(runs)
    if obstacle is not None:
        return obstacle
    end = cut_for_user(stage, steps[-1].instruction, wish)
    if isinstance(end, Obstacle):
        return end
    cut, user = end
    runtime = interpreted_runtime(stage, wish, runs, cut.runtime, "Ruby", _libraries(stage), _NODE)
    if isinstance(runtime, Obstacle):
        return runtime
    if runtime.image == stage.declaration.words[0].text and not _left(stage):
        return None
    above = stage.instructions[: stage.instructions.index(cut.last) + 1]
    sorted_steps = project_steps(stage, above, (_GEMS,), _judged)
    if isinstance(sorted_steps, Obstacle):
        return sorted_steps
    return _extraction(stage, runs, cut, user, runtime, sorted_steps)


def _judged(command: Executed) -> str | None:
    """What a command of Ruby does."""
    name, words = command.command.program, command.words
    if words[:2] == ("bundle", "exec"):
        words = words[2:]
        name = words[0] if words else ""
    name = posixpath.basename(name)
    if name in ("bundle", "bundler"):
        if words[1:2] == ("config",):
            return RUNTIME if "--global" in words else QUIET
        if words[1:2] in ((), ("install",)) or (len(words) > 1 and words[1].startswith("-")):
            return INSTALLS
        return QUIET if words[1:2] in (("clean",), ("--version",), ("version",), ("check",)) else PROJECT
    if name == "gem":
        if words[1:2] == ("install",):
            return INSTALLS
        return RUNTIME if words[1:3] == ("update", "--system") else QUIET
    if name in ("rails", "rake", "bootsnap", "jekyll", "middleman", "vite", "webpack"):
        return PROJECT
    if name == "ruby":
        return QUIET if words[1:2] in (("-v",), ("--version",)) else None
    return None


def _left(stage: Stage) -> bool:
    """Whether packages for building would be left behind."""
    return any(package.kind in ("build", "dev") for package in packages(stage))


def _libraries(stage: Stage) -> tuple[str, ...]:
    """The packages that gems need which Gemfile.lock names, and the installed ones of unknown purpose."""
    from dockls.knowledge import system_packages

    known = base_facts(stage)
    found = [one.name for one in packages(stage) if one.kind in ("tool", None) and one.name not in _NODE]
    if known is None or known.package_manager != "apt" or known.slim or not stage.context.known:
        return tuple(found)
    for sources in whole_copies(stage):
        lock = stage.context.read(posixpath.join(sources.folder, "Gemfile.lock")) or ""
        names = [line.split()[0] for line in lock.splitlines() if line.startswith("    ") and line[4:5] != " "]
        for name in names:
            found += system_packages(name, known.release or known.likely_release, "ruby")
    return tuple(dict.fromkeys(found))


def _extraction(
    stage: Stage, runs: tuple[Running, ...], cut: Cut, user: Account, runtime: InterpretedRuntime, steps: ProjectSteps
) -> Extraction:
    late = any(command.instruction in cut.runtime for command in user.commands)
    owner = None if user.is_root or late else user.text
    folder = stage.final_state.workdir or "/"
    local = _is_local(stage)
    artifacts, repeated = sources_taken(stage, cut.last, cut.runtime, steps.changed, frozenset(("bundle",)))
    if local and not steps.changed:
        artifacts = (Artifact(posixpath.join(folder, "vendor/bundle"), True), *artifacts)
    modules = any(command.words[0] in ("npm", "yarn", "pnpm") for command in executed(stage)) and steps.changed
    artifacts = without_nested((Artifact(_GEMS, True), *artifacts))
    relocated, created = created_by(stage, user, cut.last, bool(cut.owned or cut.copied))
    bound = frozenset([one for one in steps.repeated if "$" in one.text])
    sentences = list(runtime.assumptions)
    if steps.changed and modules:
        sentences.append("`node_modules` serves the assets alone")
    if any(package.name in ("nodejs", "npm", "yarn") for package in packages(stage)):
        sentences.append("no gem calls Node at run time")
    return Extraction(
        runtime.image,
        f"Ruby → {'same image' if runtime.image == stage.declaration.words[0].text else runtime.title}",
        cut.last,
        tuple([owned(artifact, _of_gems(cut) if "bundle" in artifact.path else cut, owner) for artifact in artifacts]),
        (*runtime.preparation, *steps.lines, *([created] if created else [])),
        (*steps.repeated, *repeated),
        relocated,
        appended=("RUN rm -rf node_modules",) if modules else (),
        dropped=cut.dropped,
        copies_last=True,
        bound=bound,
        assumptions=(*sentences, *assumed_of(user)),
        changes=frozenset(("base",)) | frozenset(("user",) if user.assumed else ()),
    )


def _of_gems(cut: Cut) -> Cut:
    """The cut without what COPY gives to a user: gems are made by steps."""
    return cut._replace(copied=())


def _is_local(stage: Stage) -> bool:
    """Whether gems go into the project's folder."""
    path = stage.final_state.lookup("BUNDLE_PATH") or ""
    said = any(
        "vendor/bundle" in " ".join(command.words) or "deployment" in " ".join(command.words)
        for command in executed(stage)
        if command.command.program in ("bundle", "bundler")
    )
    return said or path.startswith("vendor") or stage.final_state.lookup("BUNDLE_DEPLOYMENT") is not None
