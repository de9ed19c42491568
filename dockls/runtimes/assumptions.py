"""What must be taken for granted when an image with a shell takes the place of another one."""

from dockls.knowledge import ImageFacts
from dockls.knowledge.system_commands import is_compiler
from dockls.runtimes.accounts import accounts_of
from dockls.runtimes.requirements import (
    different_tools,
    installed_packages,
    installs_node_packages,
    other_install,
    unknown_programs,
)
from dockls.runtimes.subject import Subject
from dockls.semantics.files import copies_of


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
        found.append(f"{_listed(unknown)} can be called in the new image as before")
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
        if before.family == "node":
            found.append("only Node opens TLS connections, with its own certificates: the new image has none")
        else:
            found.append("no program opens TLS connections: the new image has no CA certificates")
    zone = "TZ" in subject.stage.final_state.environment
    if before.has_tzdata and not after.has_tzdata and not zone and "tzdata" not in installed:
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
        found.append(f"`{install}` compiles nothing and needs no git: the slim image has no compiler and no git")
    found.append("libraries and tools that only the full image brings along are not needed at run time")
    return found


def _listed(names: list[str]) -> str:
    shown = [f"`{name}`" for name in dict.fromkeys(names)]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]
