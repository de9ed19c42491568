"""Which image runs a compiled program: the smallest that has all the program needs."""

from typing import NamedTuple

from dockls.ecosystems import Artifact, Obstacle, Wish
from dockls.ecosystems.accounts import Account
from dockls.ecosystems.native import names_time_zones
from dockls.ecosystems.programs import Running
from dockls.ecosystems.steps import finishing, install_line, packages, purpose
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.syntax import Instruction

#: packages that are there for every program, whether its own code asks for them or not
_AMBIENT = frozenset(("ca-certificates", "tzdata"))
#: the image that builds a language, whose variants tell those that run it
_BUILDERS = {
    "go": "golang",
    "rust": "rust",
    "c": "gcc",
    "elixir": "elixir",
    "haskell": "haskell",
    "swift": "swift",
    "dart": "dart",
    "crystal": "crystallang/crystal",
}
_KINDS = ("distroless", "alpine", "scratch", "slim", "same")


class Needs(NamedTuple):
    """What the program needs of its image.

    `linking` is ``static``, ``glibc``, ``musl`` or None if that is not known; `shells` are commands that need a shell,
    `foreign` those that are not built here, `steps` the RUN and COPY below the build, `libraries` packages it links to,
    `script` starts the program and was written for the builder's distribution; `language` is what it is written in.
    """

    linking: str | None
    shells: tuple[Running, ...]
    foreign: tuple[Running, ...]
    steps: tuple[Instruction, ...]
    account: Account
    libraries: tuple[str, ...]
    script: str | None
    language: str = "go"


class Runtime(NamedTuple):
    """An image with what has to be done in it; `user` is the number in place of a name that it does not know.

    `is_other_user` tells that the image, which was asked for by its name, runs as another user by itself.
    """

    image: str
    title: str
    has_shell: bool
    preparation: tuple[str, ...]
    artifacts: tuple[Artifact, ...]
    dropped: frozenset[Instruction]
    user: str | None
    assumptions: tuple[str, ...]
    is_other_user: bool = False


class _Candidate(NamedTuple):
    image: str
    title: str
    has_shell: bool
    manager: str | None
    tools: frozenset[str]
    users: frozenset[str]
    certificates: bool
    zones: bool


def pick(stage: Stage, needs: Needs, wish: Wish) -> Runtime | Obstacle:
    """The recommended image for the needs, or the one wished for; an obstacle that says what is missing."""
    if wish.runtime is None:
        reasons: list[str] = []
        candidates = _candidates(stage, needs)
        if needs.script is not None:
            candidates.sort(key=lambda candidate: not _same_manager(stage, candidate))
        for candidate in [one for one in candidates if one.image != "scratch"] or candidates:
            found = _fitted(stage, needs, candidate)
            if isinstance(found, Runtime):
                return found
            reasons.append(found.sentence)
        return Obstacle(reasons[-1] if reasons else "no image that could run the program is known")
    candidate_or_obstacle = _wished(stage, needs, wish.runtime)
    if isinstance(candidate_or_obstacle, Obstacle):
        return candidate_or_obstacle
    fitted = _fitted(stage, needs, candidate_or_obstacle)
    if isinstance(fitted, Obstacle) or wish.runtime in _KINDS:
        return fitted
    return _as_asked(needs, fitted, wish.runtime)


def _as_asked(needs: Needs, runtime: Runtime, image: str) -> Runtime:
    """The runtime with the very image that was asked for, whomever it runs as."""
    from dockls.knowledge import facts

    known = facts(image)
    other = known is not None and known.user not in ("root", "0") and needs.account.is_root
    if known is None or not other:
        return runtime._replace(image=image)
    assumed = f"the program can run as `{known.user}` instead of root"
    return runtime._replace(image=image, is_other_user=True, assumptions=(*runtime.assumptions, assumed))


def _candidates(stage: Stage, needs: Needs) -> list[_Candidate]:
    from dockls.knowledge import facts, runtime_images

    linking, builder = needs.linking, _BUILDERS[needs.language]
    if linking is None:
        return [_candidate(_base_text(stage), "same image")]
    base = stage.base_image or builder
    known = facts(base)
    reference = base
    if known is None or known.language != needs.language:
        musl = known is not None and known.libc == "musl"
        reference = f"{builder}:alpine" + (known.release or "" if known else "") if musl else builder
        if known is not None and known.distribution == "debian" and known.release:
            reference = f"{builder}:{known.release}"
    choices = list(runtime_images(reference, linking))
    if linking == "static" and needs.language == "c":
        choices += list(runtime_images(reference, "musl" if known is not None and known.libc == "musl" else "glibc"))
    elif linking == "static" and (known is None or known.package_manager == "apt"):
        choices += [choice for choice in runtime_images(reference, "glibc") if choice.has_shell]
    if linking == "glibc":
        # What a program of Rust is linked with beside the C library can be installed where there are packages.
        choices.sort(key=lambda choice: choice.has_shell is (needs.language == "go"))
    # A builder that is plain Alpine is as small as what would be put in its place.
    own = _base_text(stage) if known is not None and known.family == "alpine" else None
    images = [own if own is not None and choice.image.startswith("alpine:") else choice.image for choice in choices]
    found = [_candidate(image, choice.title) for image, choice in zip(images, choices, strict=True)]
    own_libc = known is not None and known.distribution not in ("debian", "alpine") and linking == "glibc"
    own_libc = own_libc and needs.language != "swift"  # whose variants are of one distribution
    return [_candidate(_base_text(stage), "same image")] if own_libc else found


def _base_text(stage: Stage) -> str:
    return stage.declaration.words[0].text


def _candidate(image: str, title: str) -> _Candidate:
    from dockls.knowledge import facts

    known = facts(image)
    if image == "scratch":
        return _Candidate(image, title, False, None, frozenset(), frozenset(), False, False)
    if known is None:
        return _Candidate(image, title, True, None, frozenset(), frozenset(), True, True)
    return _Candidate(
        image,
        title,
        known.shell is not None,
        known.package_manager,
        known.tools,
        frozenset(known.users),
        known.has_ca_certificates,
        known.has_tzdata,
    )


def _wished(stage: Stage, needs: Needs, runtime: str) -> _Candidate | Obstacle:
    from dockls.knowledge import facts, parse_reference

    if runtime == "same":
        return _candidate(_base_text(stage), "same image")
    fitting = _candidates(stage, needs)
    marks = {"distroless": "distroless", "alpine": "alpine:", "scratch": "scratch", "slim": "-slim"}
    if runtime in marks:
        for candidate in fitting:
            if marks[runtime] in candidate.image:
                return candidate
        return Obstacle(f"the program is linked against {needs.linking or 'another libc'}, so {runtime} cannot run it")
    if parse_reference(runtime) is None:
        return Obstacle(f"`{runtime}` is neither an image nor one of {', '.join(_KINDS)}")
    known = facts(runtime)
    if known is not None and needs.linking in ("glibc", "musl") and known.libc not in (needs.linking, None):
        return Obstacle(f"the program is linked against {needs.linking}, which `{runtime}` does not have")
    return _candidate(runtime, runtime)


def _fitted(stage: Stage, needs: Needs, candidate: _Candidate) -> Runtime | Obstacle:
    """The candidate with what has to be done in it, or what it lacks."""
    lack = _lacking_shell(stage, needs, candidate)
    if lack is not None:
        return Obstacle(lack)
    user = _user(needs.account, candidate)
    if isinstance(user, Obstacle):
        return user
    wanted = [*needs.libraries, *_tools(stage, needs, candidate), *_account_tools(needs.account, candidate)]
    if wanted and candidate.manager is None and needs.linking is not None and not candidate.has_shell:
        return Obstacle(f"`{wanted[0]}` cannot be installed in {candidate.title}")
    if wanted and not _same_manager(stage, candidate):
        translated = _translated(stage, candidate, wanted)
        if translated is None:
            names = ", ".join([f"`{name}`" for name in wanted])
            return Obstacle(f"what {names} is called in {candidate.title} is not known")
        wanted = translated
    wanted += _ambient(stage, candidate)
    dropped = frozenset() if candidate.has_shell else frozenset(_package_steps(stage, needs.steps))
    line = install_line(candidate.manager or "", tuple(dict.fromkeys(wanted))) if wanted else None
    lack = _lacking_shell_program(stage, candidate)
    if lack is not None and (line is not None or needs.account.commands):
        return Obstacle(lack)
    artifacts: tuple[Artifact, ...] = ()
    if candidate.image == "scratch" and _had(stage, "ca-certificates"):
        artifacts = (Artifact("/etc/ssl/certs/ca-certificates.crt", False),)
    image = candidate.image
    if needs.account.name not in ("nonroot", "65532"):
        image = image.removesuffix(":nonroot")
    assumed: tuple[str, ...] = ()
    if user is not None:
        number, _, group = user.partition(":")
        numbers = f"the user number {number}" + (f" of the group {group}" if group not in ("", number) else "")
        asked = "name" if group or needs.account.name != needs.account.text else "name or the group"
        assumed = (f"`{needs.account.text}` is {numbers}, and nothing asks for the {asked} at run time",)
    return Runtime(
        image, candidate.title, candidate.has_shell, () if line is None else (line,), artifacts, dropped, user, assumed
    )


def _lacking_shell(stage: Stage, needs: Needs, candidate: _Candidate) -> str | None:
    if candidate.has_shell:
        lack = _lacking_program(stage, needs, candidate)
        if lack is not None:
            return lack
        paths = [run.launcher for run in needs.foreign if run.launcher is not None and run.launcher.startswith("/")]
        if paths and not _same_manager(stage, candidate):
            return f"`{paths[0]}` lies elsewhere in {candidate.title}"
        if needs.steps and not _same_manager(stage, candidate):
            for step in needs.steps:
                if step.keyword == "RUN" and purpose(stage, step) in ("packages", "accounts"):
                    return f"the steps below the build are written for another distribution than {candidate.title}"
        return None
    launchers = [run for run in needs.foreign if run.launcher is not None]
    if launchers:
        return f"`{launchers[0].launcher}` is not in {candidate.title}"
    if needs.shells:
        return f"`{' '.join(needs.shells[0].words)}` needs a shell, which {candidate.title} does not have"
    if needs.foreign:
        return f"`{needs.foreign[0].words[0]}` is not built here, and {candidate.title} does not have it"
    left = [step for step in needs.steps if step.keyword == "RUN" and step not in _package_steps(stage, needs.steps)]
    if left:
        return f"the steps below the build need a shell, which {candidate.title} does not have"
    return None


def _lacking_shell_program(stage: Stage, candidate: _Candidate) -> str | None:
    """What SHELL asks for, where the candidate is known not to have it."""
    shell = stage.final_state.shell[0].rpartition("/")[2]
    if shell in ("sh", *candidate.tools) or not candidate.has_shell or _is_same(stage, candidate):
        return None
    return f"SHELL asks for `{shell}`, which {candidate.title} does not have"


def _is_same(stage: Stage, candidate: _Candidate) -> bool:
    """Whether the candidate is the builder's own base, or nothing is known of it."""
    return candidate.image == _base_text(stage) or not candidate.tools


def _lacking_program(stage: Stage, needs: Needs, candidate: _Candidate) -> str | None:
    """The program of SHELL, or one that works on binaries, where steps or commands need it and it is missing."""
    if _is_same(stage, candidate):
        return None
    steps = [step for step in needs.steps if step.keyword == "RUN"]
    lack = _lacking_shell_program(stage, candidate)
    if lack is not None and (steps or needs.shells):
        return lack
    programs = [program for program in [finishing(stage, step) for step in steps] if program is not None]
    missing = [program for program in programs if program not in candidate.tools]
    return f"`{missing[0]}` below the build is not in {candidate.title}" if missing else None


def _package_steps(stage: Stage, steps: tuple[Instruction, ...]) -> list[Instruction]:
    """The steps that install nothing but certificates and time zones, which images without a shell have."""
    found: list[Instruction] = []
    for step in steps:
        if step.keyword == "RUN" and purpose(stage, step) == "packages":
            names = {package.name for package in packages(stage) if package.instruction is step}
            if names and names <= _AMBIENT:
                found.append(step)
    return found


def _user(account: Account, candidate: _Candidate) -> str | Obstacle | None:
    """The number to write in place of the user's name; None where the name can stay."""
    if account.is_root or account.is_number or account.name in candidate.users:
        return None
    if candidate.has_shell:
        if account.commands and not _can_create(account, candidate):
            return Obstacle(f"user `{account.name}` is created by commands that {candidate.title} does not have")
        return None
    if account.uid is None:
        return Obstacle(f"{candidate.title} has no user `{account.name}`, and the file does not tell its number")
    group = account.text.partition(":")[2]
    return account.numbers if account.gid is not None or not group or group == account.name else None


def _can_create(account: Account, candidate: _Candidate) -> bool:
    """Whether the commands exist there; `adduser` takes other options in BusyBox than in Debian."""
    for command in account.commands:
        program = command.command.program
        if not candidate.tools:
            return True
        if program in ("useradd", "groupadd", "usermod", "groupmod") and candidate.manager != "apt":
            return False
        short = any(len(word) == 2 and word.startswith("-") for word in command.words[1:])
        long = any(word.startswith("--") for word in command.words[1:])
        if program in ("adduser", "addgroup"):
            if candidate.manager == "apk" and long and _has_only_debian_options(command.words):
                return False
            if candidate.manager == "apt" and short:
                return False
    return True


def _has_only_debian_options(words: tuple[str, ...]) -> bool:
    return any(word.partition("=")[0] in ("--group", "--disabled-login") for word in words)


def _tools(stage: Stage, needs: Needs, candidate: _Candidate) -> list[str]:
    """The packages of the tools that commands call which are not built here."""
    known = base_facts(stage)
    installed = {package.name for package in packages(stage)}
    found: list[str] = []
    for run in needs.foreign:
        launcher = None if run.launcher is None else run.launcher.rpartition("/")[2]
        for name in (run.name, launcher):
            if name is None or name in candidate.tools:
                continue
            if name in installed or (known is not None and name in known.tools):
                found.append(name)
    launchers = [(run.launcher or "").rpartition("/")[2] for run in (*needs.shells, *needs.foreign)]
    return [*found, *[name for name in launchers if name in installed]]


def _ambient(stage: Stage, candidate: _Candidate) -> list[str]:
    """Certificates where the builder has them, time zones where the file or the sources ask for them."""
    if not candidate.has_shell or candidate.manager is None:
        return []
    found: list[str] = []
    if not candidate.certificates and _had(stage, "ca-certificates"):
        found.append("ca-certificates")
    installed = {package.name for package in packages(stage)}
    asked = "tzdata" in installed or "TZ" in stage.final_state.environment or names_time_zones(stage)
    if not candidate.zones and asked:
        found.append("tzdata")
    return found


def _had(stage: Stage, name: str) -> bool:
    known = base_facts(stage)
    if known is not None and name == "ca-certificates" and known.has_ca_certificates:
        return True
    return name in {package.name for package in packages(stage)}


def _account_tools(account: Account, candidate: _Candidate) -> list[str]:
    """Debian's `adduser` and `addgroup` come as a package of their own since trixie."""
    called = {command.command.program for command in account.commands}
    wanted = candidate.manager == "apt" and bool(called & {"adduser", "addgroup"} - candidate.tools)
    return ["adduser"] if wanted and "-slim" in candidate.image else []


def _same_manager(stage: Stage, candidate: _Candidate) -> bool:
    known = base_facts(stage)
    return candidate.manager is None or (known is not None and known.package_manager == candidate.manager)


def _translated(stage: Stage, candidate: _Candidate, names: list[str]) -> list[str] | None:
    from dockls.knowledge import translate

    known = base_facts(stage)
    found: list[str] = []
    for name in names:
        other = translate(name, (known.package_manager if known else None) or "apt", candidate.manager or "apk")
        if other is None:
            return None
        found += other.split()
    return found
