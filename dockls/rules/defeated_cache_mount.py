r"""A cache mount that keeps nothing, because the command is told to keep nothing.

The mount looks as if it saved downloads, and each build fetches all of them again. Three things do this: a flag or a
variable (`pip install --no-cache-dir`, `PIP_NO_CACHE_DIR`, `apk add --no-cache`), a clean-up in the same RUN, which was
right as long as the cache was part of the layer, and the settings of Debian's and Ubuntu's images, whose
`/etc/apt/apt.conf.d/docker-clean` deletes every package that apt has installed.

Told is what concerns the folder of a mount in the same RUN. `docker-clean` is told where the image is known, and no
instruction speaks of that file or of `Keep-Downloaded-Packages`. Source:
docs.docker.com/reference/dockerfile/#example-cache-apt-packages.

```dockerfile
FROM python:3.14-slim
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --no-cache-dir flask
                ^^^^^^^^^^^^^^ warning: this keeps the cache mount of `/root/.cache/pip` empty
```

->

```dockerfile
FROM python:3.14-slim
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install flask
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts, variable_of
from dockls.semantics.execution import Executed, executed_by, named_path
from dockls.semantics.leaving_out import place_with_joint
from dockls.semantics.mounts import mounts_of
from dockls.syntax import Instruction, Place
from dockls.text import Span

#: program -> flags that keep it from using its cache, and the ends of folders where that may be
_FLAGS = {
    "pip": (("--no-cache-dir",), ("/.cache", "/.cache/pip", "/pip")),
    "pip3": (("--no-cache-dir",), ("/.cache", "/.cache/pip", "/pip")),
    "uv": (("--no-cache", "--no-cache-dir", "-n"), ("/.cache", "/.cache/uv")),
    "apk": (("--no-cache",), ("/var/cache/apk", "/etc/apk/cache")),
    "composer": (("--no-cache",), ("/cache", "/.composer", "/.cache/composer", "/.composer/cache")),
}  # fmt: skip
#: the words of a clean-up, and the folders that it empties
_CLEANING = {
    ("npm", "cache", "clean"): ("/root/.npm",), ("pip", "cache", "purge"): ("/root/.cache/pip", "/root/.cache"),
    ("pip3", "cache", "purge"): ("/root/.cache/pip", "/root/.cache"), ("uv", "cache", "clean"): ("/root/.cache/uv",),
    ("yarn", "cache", "clean"): ("/usr/local/share/.cache/yarn", "/usr/local/share/.cache/yarn/v6", "/root/.yarn"),
    ("apt-get", "clean"): ("/var/cache/apt", "/var/cache/apt/archives"), ("apt", "clean"): ("/var/cache/apt",),
    ("dnf", "clean", "all"): ("/var/cache/dnf", "/var/cache/libdnf5"), ("yum", "clean", "all"): ("/var/cache/yum",),
    ("go", "clean", "-modcache"): ("/go/pkg/mod",), ("go", "clean", "-cache"): ("/root/.cache/go-build",),
}  # fmt: skip
_NO = ("0", "false", "no", "off")
_OF_APT = ("/var/cache/apt", "/var/cache/apt/archives")
_SETTINGS = "/etc/apt/apt.conf.d/docker-clean"
_KEEPING = ("docker-clean", "Keep-Downloaded-Packages", "keep-cache")


@stage_rule(severity=Severity.WARNING, theme="cache")
def defeated_cache_mount(stage: Stage) -> Iterator[Finding]:
    """Look at the RUNs that have a cache mount."""
    for run in stage.instructions:
        if run.keyword == "RUN" and run.flags and "type=cache" in run.text:
            targets = [mount.target.rstrip("/") for mount in mounts_of(run) if mount.kind == "cache"]
            targets = [target for target in targets if target.startswith("/")]
            if targets:
                yield from _of_run(stage, run, targets)


def _of_run(stage: Stage, run: Instruction, targets: list[str]) -> Iterator[Finding]:
    commands = executed_by(stage, run)
    for each in commands:
        flag = _flag(stage, each, targets)
        if flag is not None:
            index, target = flag
            span = Span(each.word_span(index).start, each.word_span(index).end)
            yield Finding(
                Place(run, span), f"this keeps the cache mount of `{target}` empty", fixes=(_without_word(each, index),)
            )
            continue
        variable = _variable(stage, each, targets)
        if variable is not None:
            message = f"`{variable[0]}` keeps the cache mount of `{variable[1]}` empty"
            yield Finding(each.place, message)
            continue
        emptied = _emptied(stage, each, targets)
        if emptied is not None:
            message = f"this empties the cache mount of `{emptied}`, which was to keep it for the next build"
            yield Finding(each.place, message, fixes=_without_command(stage, each))
    yield from _by_settings(stage, run, commands, targets)


def _flag(stage: Stage, each: Executed, targets: list[str]) -> tuple[int, str] | None:
    """The number of a flag that keeps the program from using the folder of a mount, and that folder."""
    words = each.words
    program = each.command.program
    if program.startswith("python") and words[1:3] == ("-m", "pip"):
        program = "pip"
    flags, ends = _FLAGS.get(program, ((), ()))
    for index, word in enumerate(words):
        if index and word in flags:
            moved = variable_of(stage, each, f"{program.rstrip('3').upper()}_CACHE_DIR")
            target = next((target for target in targets if target.endswith(ends) or target == moved), None)
            return None if target is None else (index, target)
    return None


def _variable(stage: Stage, each: Executed, targets: list[str]) -> tuple[str, str] | None:
    """A variable that does the same, and the folder of the mount."""
    from dockls.knowledge.cache_folders import cache_folder

    cache = cache_folder(each.words)
    for name in () if cache is None else cache.off_variables:
        value = variable_of(stage, each, name)
        # What is empty counts as not set; pip takes any other value for a yes (pip, cmdoptions.py, `--no-cache-dir`).
        if cache is not None and value and (cache.program.startswith("pip") or value.lower() not in _NO):
            moved = {variable_of(stage, each, one) for one in cache.moved_by}
            folder = "/" + cache.folder
            target = next((one for one in targets if one.endswith(folder) or one in moved or _holds(one, folder)), None)
            return None if target is None else (name, target)
    return None


def _holds(target: str, folder: str) -> bool:
    """Whether a folder of a mount holds one below root's home directory."""
    return f"/root{folder}/".startswith(target + "/")


def _without_word(each: Executed, index: int) -> Fix:
    span = Span(each.word_span(index - 1).end, each.word_span(index).end)
    return Fix("Remove the flag", edits.replacing(Place(each.instruction, span), ""), safe=False)


def _emptied(stage: Stage, each: Executed, targets: list[str]) -> str | None:
    """The folder of a mount that a command empties."""
    for words, folders in _CLEANING.items():
        if each.command.program == words[0] and each.words[1 : len(words)] == words[1:]:
            return next((target for target in targets if target in folders), None)
    if each.command.program != "rm" or not any(word.startswith("-") and "r" in word for word in each.words):
        return None
    for word in each.operands:
        path = named_path(stage, each, _from_home(stage, each, word.removesuffix("/*")))
        for target in targets:
            if path == target or (target == "/var/lib/apt" and path == "/var/lib/apt/lists"):
                return target
    return None


def _from_home(stage: Stage, each: Executed, word: str) -> str:
    """A path below the home directory of root, if it is root who runs the command."""
    first, slash, rest = word.partition("/")
    state = stage.state_before(each.instruction)
    is_home = first in ("~", "$HOME", "${HOME}") and state.user in ("root", "0") and not state.lookup("HOME")
    return f"/root{slash}{rest}" if is_home else word


def _without_command(stage: Stage, each: Executed) -> tuple[Fix, ...]:
    """Leave a command out, unless it removes other things, too."""
    place = place_with_joint(stage, each)
    if place is None or (each.command.program == "rm" and len(each.operands) != 1):
        return ()
    return (Fix("Leave it out", edits.replacing(place, ""), safe=False),)


def _by_settings(
    stage: Stage, run: Instruction, commands: tuple[Executed, ...], targets: list[str]
) -> Iterator[Finding]:
    """What the settings of Debian's and Ubuntu's images delete."""
    target = next((target for target in targets if target in _OF_APT), None)
    if target is None or _keeps_packages(stage):
        return
    known = base_facts(stage)
    if known is None or known.distribution not in ("debian", "ubuntu"):
        return
    for each in commands:
        number = each.subcommand
        if each.command.program in ("apt-get", "apt") and number is not None and each.words[number] == "install":
            message = f"`docker-clean` of this image empties the cache mount of `{target}`; delete it first"
            place = Place(run, each.span_through(number))
            yield Finding(place, message, fixes=_settings_deleted(run, commands))
            return


def _settings_deleted(run: Instruction, commands: tuple[Executed, ...]) -> tuple[Fix, ...]:
    """Delete the file in front of the first command."""
    first = commands[0].place.span.start
    if run.heredocs or run.is_json or commands[0].conditional:
        return ()
    place = Place(run, Span(first, first))
    return (Fix("Delete docker-clean", edits.replacing(place, f"rm -f {_SETTINGS} && "), safe=False),)


def _keeps_packages(stage: Stage) -> bool:
    """Whether an instruction of the stage, or of those that it starts from, speaks of those settings; remembered."""
    return stage.folded(_with_own, lambda root: False)


def _with_own(stage: Stage, below: bool) -> bool:
    return below or any(word in one.text for one in stage.instructions for word in _KEEPING)
