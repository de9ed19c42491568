"""The finished image starts from a larger image than what it runs needs.

A full image such as `node:24` holds a compiler, headers, Python and Git, about a gigabyte, of which a running program
needs nothing; its slim variant is a fifth of that. A statically linked program needs no distribution at all: the
`static` image of distroless has certificates, time zones and an account without rights, and nothing that has to be kept
safe.

The stage that is built by default is looked at. A full image is told where it can be replaced without any other change
and nothing in it is known to call what the slim variant lacks; whether a package is compiled while it is installed
cannot be seen, so that nothing is said where gems or headers (`libpq-dev`) are installed. A static program is told
where it was built in this file and the stage only adds certificates, accounts and folders. Nothing is said where the
name of the stage speaks of development or tests.

```dockerfile
FROM node:24
     ^^^^^^^ hint: `node:24` holds compilers and headers, which the finished image hardly needs; `node:24-slim` does not
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
CMD ["node", "server.js"]
```

->

```dockerfile
FROM node:24-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
CMD ["node", "server.js"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.contract import contract
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import copies_of
from dockls.semantics.first_line import on_first_line

#: full images with a compiler, whose slim variants are without
_FULL = frozenset(("elixir", "erlang", "node", "perl", "python", "ruby"))
_DEVELOPMENT = ("base", "build", "check", "ci", "debug", "dev", "lint", "sdk", "test", "tool", "watch")
#: what a static program is often put on
_LARGER = frozenset(("alpine", "debian", "ubuntu", "distroless/base", "distroless/base-nossl", "distroless/cc"))
#: what the image for static programs has, or can be copied into it
_PACKAGES = frozenset(("ca-certificates", "tzdata", "ca-certificates-bundle"))
_PREPARING = frozenset((
    "addgroup", "adduser", "apk", "apt-get", "apt", "chmod", "chown", "echo", "groupadd", "mkdir", "rm", "set",
    "touch", "update-ca-certificates", "useradd",
))  # fmt: skip


@file_rule(severity=Severity.HINT, theme="size", group="strict")
def larger_base_than_needed(model: Model) -> Iterator[Finding]:
    """Look at the base of the stage that is built by default."""
    stage = model.target
    if stage is None or stage.parent is not None or (stage.name or "").startswith(_DEVELOPMENT):
        return
    known = base_facts(stage)
    if known is None or not stage.declaration.words:
        return
    if known.family in _LARGER:
        yield from _of_static_program(model, stage, known.family)
    elif known.family in _FULL and not known.slim and _runs_finished(stage):
        yield from _of_full_image(model, stage)


def _runs_finished(stage: Stage) -> bool:
    """Whether the stage says what it starts, no server for development, and installs nothing that is compiled."""
    from dockls.knowledge import development_command

    promised = contract(stage)
    commands = [one for one in (promised.entrypoint, promised.command) if one is not None and one.origin is not None]
    words = [word for one in commands for word in (one.words[0].split() if one.shell and one.words else one.words)]
    if not words or development_command(words):
        return False
    return not any(_compiles(command) for command in executed(stage))


def _compiles(command: Executed) -> bool:
    """Whether a command installs what is compiled then, or what others are compiled with."""
    from dockls.knowledge import package_install

    if command.command.program in ("bundle", "gem", "cpanm", "mix"):
        return True
    install = package_install(command.words)
    if install is not None and any(name.endswith(("-dev", "-devel")) for name in install.packages):
        return True
    return any(word.lower().partition("=")[0] in ("cython", "meson", "maturin") for word in command.words)


def _of_full_image(model: Model, stage: Stage) -> Iterator[Finding]:
    from dockls.runtimes.subject import CannotSwitchError, subject_of
    from dockls.runtimes.system import to_slim

    subject = subject_of(model, stage)
    if subject is None or subject.facts.distribution != "debian" or "@" in subject.written:
        return
    try:
        switch = to_slim(subject)
    except CannotSwitchError:
        return
    if switch is None or len(switch.edits) != 1:
        return
    smaller = switch.edits[0].text
    place = on_first_line(stage.declaration, subject.place.span)
    fix = Fix(f"Use `{smaller}`", edits.replacing(subject.place, smaller), safe=False)
    message = (
        f"`{subject.written}` holds compilers and headers, which the finished image hardly needs; `{smaller}` does not"
    )
    yield Finding(place, message, fixes=(fix,))


def _of_static_program(model: Model, stage: Stage, family: str) -> Iterator[Finding]:
    from dockls.knowledge.variants import distroless
    from dockls.semantics.linking import linked

    program = _started(stage)
    if program is None or not all(copy.stage is not None for copy in copies_of(stage)) or not _only_prepares(stage):
        return
    found = linked(model.stages, stage, program)
    if found is None or found.linking.kind != "static" or not found.is_certain:
        return
    image = (distroless("", "go").image or "").removesuffix(":nonroot")
    word = stage.declaration.words[0]
    place = on_first_line(stage.declaration, word.span)
    message = f"`{program}` is statically linked and needs nothing of `{word.text}`: `{image}` will do"
    fixes: tuple[Fix, ...] = ()
    if family.startswith("distroless/"):
        smaller = word.text.replace(family, "distroless/static", 1)
        if smaller != word.text and "@" not in smaller:
            fixes = (Fix(f"Use `{smaller}`", edits.replacing(place, smaller), safe=False),)
            message = f"`{program}` is statically linked and needs nothing of `{word.text}`: `{smaller}` will do"
    yield Finding(place, message, fixes=fixes)


def _started(stage: Stage) -> str | None:
    """The absolute path of the program that the image starts, without a shell; None if that is not known."""
    from dockls.semantics.stage import joined

    promised = contract(stage)
    if promised.healthcheck is not None and promised.healthcheck.words[:1] != ("NONE",):
        return None
    command = promised.entrypoint if promised.entrypoint and promised.entrypoint.origin else promised.command
    if command is None or command.origin is None or not command.words:
        return None
    words = command.words[0].split() if command.shell else list(command.words)
    if not words or set("".join(words)) & set("$;&|<>"):
        return None
    if "/" not in words[0]:
        return None
    return joined(stage.final_state.workdir, words[0])


def _only_prepares(stage: Stage) -> bool:
    """Whether each RUN only adds what the smaller image has, and what can be done in another stage."""
    from dockls.knowledge import package_install
    from dockls.semantics.execution import executed_by

    for instruction in stage.instructions:
        if instruction.keyword == "RUN" and not executed_by(stage, instruction):
            return False
    for command in executed(stage):
        install = package_install(command.words)
        if install is not None and not _PACKAGES.issuperset(install.packages):
            return False
        if command.command.program not in _PREPARING:
            return False
    return True
