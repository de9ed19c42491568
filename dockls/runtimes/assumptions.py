"""What must be taken for granted when an image with a shell takes the place of another one."""

from collections.abc import Iterable

from dockls.knowledge import ImageFacts, build_command
from dockls.knowledge.system_commands import is_compiler
from dockls.runtimes.accounts import accounts_of
from dockls.runtimes.requirements import (
    different_tools,
    installed_packages,
    installs_node_packages,
    other_install,
    unknown_programs,
)
from dockls.runtimes.subject import CannotSwitchError, Subject
from dockls.semantics import Stage
from dockls.semantics.compatibility import go_linking
from dockls.semantics.execution import executed
from dockls.semantics.files import copies_of

DIGEST = "the digest is dropped, as it named the old image: pin the new one again"


def go_without_compiler(family: Iterable[Stage]) -> list[str]:
    """What a Go build takes for granted on an image without C compiler and git; raises CannotSwitchError for cgo."""
    found = []
    for stage in family:
        for command in executed(stage):
            build = build_command(list(command.words))
            if build is None or build.ecosystem != "go":
                continue
            linking = go_linking(stage, command)
            if linking.why == "CGO_ENABLED=1":
                raise CannotSwitchError(
                    f"`{' '.join(command.words[:2])}` runs with CGO_ENABLED=1 and needs a C compiler"
                )
            if linking.kind != "static":
                found.append("the program is built without cgo, as the new image has no C compiler")
            found.append("all Go modules come from a proxy, as the new image has no git")
    return found


def assumptions(subject: Subject, after: ImageFacts) -> list[str]:
    """The assumptions, as sentences without full stop."""
    found = _on_content(subject, after)
    if subject.facts.libc != after.libc:
        found += _on_libc(subject, after)
    elif subject.facts.slim != after.slim:
        found += _on_slimness(subject)
    return found


def _copies_context(subject: Subject) -> bool:
    return any(copy.stage is None and not copy.from_image for stage in subject.family for copy in copies_of(stage))


def _on_libc(subject: Subject, after: ImageFacts) -> list[str]:
    family, before = subject.family, subject.facts
    found = []
    install = installs_node_packages(family)
    if install is not None:
        found.append(f"`{install}` brings no package whose native code exists for {before.libc} only")
    if _copies_context(subject):
        found.append(f"files from the build context are neither programs nor native modules made for {before.libc}")
    if after.package_manager == "apk":
        tools = different_tools(family)
        if tools:
            found.append(f"the options given to {_listed(tools)} are understood by BusyBox as well")
        if _copies_context(subject):
            found.append("scripts need nothing but `sh`: the image has no bash")
    unknown = unknown_programs(family, before)
    if unknown:
        found += [f"`{name}` can be called in the new image as before" for name in unknown]
    nameless = [
        account.name
        for stage in family
        for account in accounts_of(stage, before.package_manager or "")
        if account.makes == "user" and not account.has("uid")
    ]
    if nameless:
        found.append(f"the number of the user {_listed(nameless)} does not matter: it may become another one")
    locale = [name for name in ("LANG", "LC_ALL") if name in subject.stage.final_state.environment]
    if locale and after.libc == "musl":
        found.append(f"nothing depends on the locale in {_listed(locale)}: musl knows little more than C.UTF-8")
    return found


def _on_content(subject: Subject, after: ImageFacts) -> list[str]:
    """What the old image holds and the new one does not."""
    before, installed = subject.facts, installed_packages(subject.family)
    found = []
    if before.has_ca_certificates and not after.has_ca_certificates and "ca-certificates" not in installed:
        if before.language == "javascript":
            found.append("only the JavaScript runtime, which has certificates of its own, opens TLS connections")
        else:
            found.append("no program opens TLS connections: the new image has no CA certificates")
    zone = "TZ" in subject.stage.final_state.environment
    runs = subject.is_runtime or len(subject.family) > 1
    if runs and before.has_tzdata and not after.has_tzdata and not zone and "tzdata" not in installed:
        found.append("no program reads time zones from /usr/share/zoneinfo, which the new image lacks")
    return found


def _on_slimness(subject: Subject) -> list[str]:
    family, before = subject.family, subject.facts
    installed = installed_packages(family)
    if before.family.startswith("nginx"):
        return ["nginx loads none of the modules that the slim image leaves out (image filter, XSLT, GeoIP, njs)"]
    if before.role == "distro":
        return ["nothing reads manual pages, documentation or translations, which the slim image leaves out"]
    found = []
    install = installs_node_packages(family) or other_install(family)
    if install is not None and any(is_compiler(name) or name == "build-essential" for name in installed):
        found.append(f"`{install}` needs no tool of the full image but those that are installed")
    elif install is not None:
        found.append(f"`{install}` needs no compiler, headers or git that only the full image has")
    found.append("libraries and tools that only the full image brings along are not needed at run time")
    return found


def _listed(names: list[str]) -> str:
    shown = [f"`{name}`" for name in dict.fromkeys(names)]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]
