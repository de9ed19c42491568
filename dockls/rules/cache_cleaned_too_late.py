"""A RUN that does nothing but empty the caches of package managers.

A layer can hide what the layers below hold, not remove it: the image is as large as before. Only the RUN that installs
can leave its downloads out, by cleaning up behind the installation, by an option such as `apk add --no-cache`, or by a
cache mount.

Told are `rm` of the folders of such caches, `apt-get clean`, `dnf clean all`, `npm cache clean` and the like, in a RUN
with nothing else and no mount, in the stage that is built by default and those that it starts from. Of builder stages
`useless-cleanup` tells.

```dockerfile
FROM alpine:3.24
RUN apk add tini
RUN rm -rf /var/cache/apk/*
    ^^^^^^^^^^^^^^^^^^^^^^^ hint: what the layers below hold of `/var/cache/apk` stays; only the RUN that fills it can leave it out
CMD ["tini"]
```

->

```dockerfile
FROM alpine:3.24
RUN apk add tini
CMD ["tini"]
```
"""  # noqa: E501  the example's line of the message

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed_by, named_path
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction

#: folders of caches, and where the home directory of root is written otherwise
_FOLDERS = ("/var/cache", "/var/lib/apt/lists", "/root/.npm", "/root/.cache", "/root/.composer/cache",
            "/usr/local/share/.cache", "/usr/local/bundle/cache")  # fmt: skip
_HOMES = ("~/", "$HOME/", "${HOME}/")
#: what people remove along
_ALONG = ("/tmp", "/var/tmp")
#: program -> the subcommands that empty its cache
_EMPTYING = {
    "apt-get": ("clean", "autoclean"), "apt": ("clean", "autoclean"), "apk": ("cache clean", "cache purge"),
    "yum": ("clean",), "dnf": ("clean",), "microdnf": ("clean",), "npm": ("cache clean",), "yarn": ("cache clean",),
    "pip": ("cache purge",), "pip3": ("cache purge",), "composer": ("clear-cache", "clearcache"),
}  # fmt: skip


@file_rule(severity=Severity.HINT, theme="size")
def cache_cleaned_too_late(model: Model) -> Iterator[Finding]:
    """Look at the RUNs of the finished image; what is found in a stage is remembered on it."""
    for stage in model.target_chain:
        yield from stage.listed(_of_stage)


def _of_stage(stage: Stage) -> Iterator[Finding]:
    is_first = stage.parent is None
    for run in stage.instructions:
        if run.keyword == "RUN":
            commands = executed_by(stage, run)
            emptied = [_emptied(stage, command) for command in commands]
            named = [name for name in emptied if name]
            if named and len(named) == len([name for name in emptied if name != ""]) and not run.flags:
                yield _finding(run, commands, named[0], is_first)
            is_first = False


def _emptied(stage: Stage, command: Executed) -> str | None:
    """The cache that a command empties; an empty text for what is removed along, None where it does anything else."""
    if command.command.redirects or command.command.connector in ("|", "&"):
        return None
    if command.command.program != "rm":
        operands = " ".join(command.operands)
        does = any(operands.startswith(one) for one in _EMPTYING.get(command.words[0], ()))
        return f"the cache of `{command.words[0]}`" if does else None
    paths = [_path(stage, command, word) for word in command.operands]
    if not paths or not all(path is not None and _lies_in(path, (*_FOLDERS, *_ALONG)) for path in paths):
        return None
    return next((f"`{path}`" for path in paths if path is not None and _lies_in(path, _FOLDERS)), "")


def _path(stage: Stage, command: Executed, word: str) -> str | None:
    word = word.strip('"')
    for home in _HOMES:
        word = "/root/" + word.removeprefix(home) if word.startswith(home) else word
    return named_path(stage, command, word.removesuffix("/*").rstrip("/"))


def _lies_in(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def _finding(run: Instruction, commands: tuple[Executed, ...], name: str, is_first: bool) -> Finding:
    message = f"what the layers below hold of {name} stays; only the RUN that fills it can leave it out"
    if is_first:
        message = f"no RUN above fills {name}, and what the base image holds of it stays"
    fix = Fix("Delete this RUN", edits.deleting(run), safe=False)
    return Finding(on_first_line(run, commands[0].place.span), message, fixes=(fix,))
