"""A static site: files that a web server hands out.

The stage builds a site with Node and starts a small file server such as `serve -s build` or `vite preview`. The last
stage is a web server with the built folder as its document root: nginx, unless the setting `runtime` asks for
`nginx-unprivileged`, `caddy` or an image. It brings its own command and port, so CMD and WORKDIR go, EXPOSE and the
health check get the new port, and variables stay in the builder, where they are compiled into the site. A RUN that only
installs the file server goes. A copied `nginx.conf` goes along.

An image that renders pages on a server is none of this.
"""

import posixpath
from typing import NamedTuple

from dockls.ecosystems import Artifact, Extraction, Obstacle, Wish
from dockls.ecosystems.cuts import cut_at
from dockls.ecosystems.package_json import commands_of, package_json, script_of
from dockls.ecosystems.programs import Running, running
from dockls.ecosystems.steps import purpose
from dockls.semantics import Stage, joined
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import executed, executed_by
from dockls.semantics.files import copies_of
from dockls.syntax import Instruction

ORDER = 20

_SERVERS = frozenset(("serve", "http-server", "http-server-spa", "angular-http-server", "live-server", "static-server"))
_CHANGES = frozenset(
    ("base", "ports", "command", "entrypoint", "user", "workdir", "environment", "healthcheck", "stop_signal", "shell")
)
_SERVER_RENDERING = {"next": "Next.js", "nuxt": "Nuxt", "remix-serve": "Remix", "react-router-serve": "React Router"}


class _Site(NamedTuple):
    """The folder that is served, absolute, the port, and whether unknown addresses get the start page.

    `said` tells whether the command names the folder, or only takes it by custom.
    """

    folder: str
    port: str
    single: bool
    said: bool


class _Server(NamedTuple):
    image: str
    title: str
    root: str
    port: str


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to serve a site without the tools that built it."""
    known = base_facts(stage)
    if known is None or known.language != "javascript":
        return None
    last = _last_build(stage)
    served = _served(stage, running(stage))
    if last is None or served is None:
        return None
    if isinstance(served, Obstacle):
        return served
    server = _server(stage, wish)
    if isinstance(server, Obstacle):
        return server
    servers = frozenset(
        [one for one in stage.instructions if one is not last and one.keyword == "RUN" and _installs_server(stage, one)]
    )
    cut = cut_at(stage, last, wish, servers)
    if isinstance(cut, Obstacle):
        return cut
    foreign = [
        step for step in cut.runtime if step.keyword == "RUN" and purpose(stage, step) in ("packages", "accounts")
    ]
    if known.package_manager != "apk" and foreign:
        return Obstacle(f"the steps below the build are written for another distribution than {server.title}'s")
    return _extraction(stage, served, server, cut.last, cut.dropped)


def _last_build(stage: Stage) -> Instruction | None:
    from dockls.knowledge import build_command

    found = None
    for command in executed(stage):
        build = build_command(list(command.words))
        if build is not None and build.ecosystem in ("node", "bun"):
            found = command.instruction
    return found


def _served(stage: Stage, runs: tuple[Running, ...]) -> _Site | Obstacle | None:
    """What the stage's command serves; None if it is no file server."""
    from dockls.knowledge import static_server

    programs = [run for run in runs if run.role == "program"]
    if not programs:
        return None
    words = programs[0].words
    workdir = stage.final_state.workdir
    script = script_of(words)
    manifest = package_json(stage, workdir) if script is not None else None
    if script is not None and manifest is not None:
        commands = commands_of(manifest, script)
        words = commands[-1] if commands else words
    if words[0] in _SERVER_RENDERING and words[1:2] == ("export",):
        return None
    server = static_server(list(words))
    if server is None or words[0] in _SERVER_RENDERING:
        return None
    folder = joined(workdir, server.directory)
    if folder is None:
        return Obstacle("the folder that is served is not known, for the working directory is not")
    single = bool({"-s", "--single"} & set(words))
    said = server.directory in words or any(word.endswith("=" + server.directory) for word in words)
    return _Site(folder, server.port, single, said)


def _server(stage: Stage, wish: Wish) -> _Server | Obstacle:
    from dockls.knowledge import facts, runtime_images

    choices = runtime_images(stage.base_image or "node", site=True)
    for choice in choices:
        if wish.runtime in (None, choice.title) and choice.document_root is not None:
            return _Server(choice.image, choice.title, choice.document_root, choice.port or "80")
    known = facts(wish.runtime or "")
    if known is None or known.document_root is None:
        titles = ", ".join([choice.title for choice in choices])
        return Obstacle(f"`{wish.runtime}` is not known to be a web server; known are {titles}")
    port = known.ports[0].partition("/")[0] if known.ports else "80"
    return _Server(wish.runtime or "", wish.runtime or "", known.document_root, port)


def _extraction(
    stage: Stage, site: _Site, server: _Server, last: Instruction, dropped: frozenset[Instruction]
) -> Extraction:
    configuration = tuple([copy.instruction for copy in copies_of(stage) if "/etc/nginx/" in (copy.destination or "")])
    above = stage.instructions[: stage.instructions.index(last) + 1]
    moved = tuple([instruction for instruction in configuration if instruction in above])
    replaced: dict[str, tuple[str, ...]] = {
        "CMD": (),
        "ENTRYPOINT": (),
        "USER": (),
        "WORKDIR": (),
        "ENV": (),
    }
    replaced["EXPOSE"] = (f"EXPOSE {server.port}",)
    replaced["STOPSIGNAL"] = ()
    rewritten = {
        instruction: instruction.text.strip().replace(f":{site.port}", f":{server.port}")
        for instruction in stage.instructions
        if instruction.keyword == "HEALTHCHECK"
    }
    assumptions = ["variables are compiled into the site; it reads none when it runs"]
    if not site.said:
        assumptions.append(f"the site is built into `{site.folder}`")
    if site.port != server.port:
        assumptions.append(f"the site is reached at port {server.port} instead of {site.port}")
    if site.single:
        assumptions.append("the server answers unknown addresses with `index.html` only if its configuration says so")
    return Extraction(
        server.image,
        f"static site → {server.title}",
        last,
        (Artifact(site.folder, True, destination=server.root),),
        repeated=moved,
        dropped=dropped | frozenset(moved),
        replaced=replaced,
        rewritten=rewritten,
        keeps_folder=False,
        keeps_environment=False,
        assumptions=tuple(assumptions),
        changes=_CHANGES,
        grade="changing",
    )


def _installs_server(stage: Stage, instruction: Instruction) -> bool:
    """Whether a RUN does nothing but install a file server, or clean up behind it."""
    commands = executed_by(stage, instruction)
    installs = False
    for command in commands:
        words = [posixpath.basename(word).partition("@")[0] for word in command.words]
        if words[0] in ("npm", "yarn", "pnpm") and _SERVERS & set(words):
            installs = True
        elif words[:2] != ["npm", "cache"] and words[:2] != ["yarn", "cache"]:
            return False
    return installs
