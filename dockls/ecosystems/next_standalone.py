"""Next.js with `output: "standalone"`: the traced server, its static files, and nothing of `node_modules`.

`next build` then traces what the server needs into `.next/standalone`; `.next/static` and `public` have to be copied
beside it, and `server.js` takes the place of `next start`, which refuses to work with that setting
(nextjs.org/docs/app/api-reference/config/next-config-js/output). It listens on the name in HOSTNAME, which Docker sets
to the container's; `next start` listens everywhere, so that HOSTNAME is set to `0.0.0.0`.

Only where the configuration is in the build context. A trace that starts above the application
(`outputFileTracingRoot`) is left to the extraction of other Node servers.
"""

import posixpath
import re

from dockls.ecosystems import Artifact, Extraction, Obstacle, Wish
from dockls.ecosystems.accounts import assumed_of, created_by
from dockls.ecosystems.cuts import cut_for_user, owned
from dockls.ecosystems.interpreted_runtime import interpreted_runtime
from dockls.ecosystems.package_json import PackageJson, commands_of, package_json, script_of
from dockls.ecosystems.programs import running
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed

ORDER = 29

_STANDALONE = re.compile(r"""^[^/\n]*\boutput\b["']?\s*:\s*["']standalone["']""", re.MULTILINE)
_PORT = re.compile(r"next start(?:\s+(?:-p|--port)[ =](\d+))?")


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run the traced server without its `node_modules`."""
    runs = running(stage)
    programs = [run for run in runs if run.role == "program"]
    build = _build(stage)
    folder = None if build is None else build.directory
    if build is None or folder is None or len(programs) != 1 or stage.final_state.workdir != folder:
        return None
    manifest = package_json(stage, folder)
    if manifest is None or not _is_standalone(stage, manifest):
        return None
    port = _port(programs[0].words, manifest)
    if port is None:
        return None
    end = cut_for_user(stage, build.instruction, wish)
    if isinstance(end, Obstacle):
        return end
    cut, user = end
    runtime = interpreted_runtime(stage, wish, runs, cut.runtime)
    if isinstance(runtime, Obstacle):
        return runtime
    owner = None if user.is_root else user.text
    artifacts = [owned(artifact, cut, owner) for artifact in _artifacts(stage, manifest, folder)]
    relocated, created = created_by(stage, user, cut.last, bool(cut.owned or cut.copied))
    settings = [f"ENV HOSTNAME=0.0.0.0{f' PORT={port}' if port else ''}"]
    return Extraction(
        runtime.image,
        f"Next.js standalone → {runtime.title}",
        cut.last,
        tuple(artifacts),
        (*runtime.preparation, *([created] if created else []), *settings),
        runtime.repeated,
        relocated,
        dropped=cut.dropped,
        replaced={"CMD": ('CMD ["node", "server.js"]',)},
        assumptions=(
            "the trace of `next build` found all files that the server reads",
            *runtime.assumptions,
            *assumed_of(user),
        ),
        changes=frozenset(("base", "command", "environment")) | frozenset(("user",) if user.assumed else ()),
    )


def _build(stage: Stage) -> Executed | None:
    """The last command that builds by a script of package.json or by `next build` itself."""
    from dockls.knowledge import build_command

    found = None
    for command in executed(stage):
        build = build_command(list(command.words))
        if build is not None and build.ecosystem in ("node", "bun"):
            found = command
    return found


def _is_standalone(stage: Stage, manifest: PackageJson) -> bool:
    names = [name for name in stage.context.entries(manifest.folder) if name.startswith("next.config.")]
    texts = [stage.context.read(posixpath.join(manifest.folder, name)) or "" for name in names]
    return any(_STANDALONE.search(text) and "racingRoot" not in text for text in texts)


def _port(words: tuple[str, ...], manifest: PackageJson) -> str | None:
    """The port that `next start` is given, "" where it is given none; None where something else is started."""
    script = script_of(words)
    commands = commands_of(manifest, script) if script is not None else [words]
    if len(commands) != 1:
        return None
    line = " ".join(commands[0]).removeprefix("npx ")
    if line in ("node server.js", "node .next/standalone/server.js"):
        return ""
    found = _PORT.fullmatch(line)
    return None if found is None else found[1] or ""


def _artifacts(stage: Stage, manifest: PackageJson, folder: str) -> list[Artifact]:
    def inside(*names: str) -> str:
        return posixpath.join(folder, *names)

    found = [
        Artifact(inside(".next", "standalone"), True, destination=folder),
        Artifact(inside(".next", "static"), True),
    ]
    if stage.context.kind(posixpath.join(manifest.folder, "public")) == "directory":
        found.append(Artifact(inside("public"), True))
    return found
