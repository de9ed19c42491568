"""Whether a stage's image certainly has no CA certificates, against which TLS connections are checked.

Sources: packages.debian.org (`ca-certificates` is recommended by `curl`'s library, `wget` and `git`, needed by none of
them), the Dockerfiles of the images.
"""

import posixpath

from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.files import Copy, copy_of
from dockls.semantics.stage import Stage
from dockls.syntax import Instruction

#: programs that speak TLS and work without the package
CLIENTS = frozenset(("curl", "wget", "git"))
_WITHOUT = frozenset(("scratch", "busybox", "debian", "ubuntu"))
#: words that tell that somebody has thought of it
_TELLING = ("cert", "ssl_", "sslverify", "/etc/ssl", ".crt", ".pem", "curlrc", "wgetrc", "curl_ca", "insteadof", "hsts")
#: commands that bring no certificates
_HARMLESS = frozenset(
    ("apt-get", "apt", "apt-key", "dpkg", "rm", "mkdir", "rmdir", "cd", "echo", "printf", "set", "export", "cp", "mv",
     "ln", "chmod", "chown", "chgrp", "touch", "cat", "tee", "sed", "grep", "awk", "cut", "tr", "ls", "find", "test",
     "[", "true", "false", "exit", "sleep", "uname", "arch", "date", "which", "command", "useradd", "usermod",
     "groupadd", "groupmod", "adduser", "addgroup", "id", "ldconfig", "locale-gen", "update-locale", "localedef",
     "dpkg-reconfigure", "update-alternatives", "tar", "unzip", "gzip", "gunzip", "xz", "bzip2", "sha256sum",
     "sha512sum", "md5sum", "gpg", "gpgconf", "curl", "wget", "git", "nproc", "make", "cmake", "gcc", "g++", "go",
     "cargo", "strip", "install", "head", "tail", "sort", "basename", "dirname", "mktemp", "umask", "chsh", "ldd")
)  # fmt: skip
#: packages of the table that depend on `ca-certificates` (apt-cache rdepends, Debian 12, November 2026)
_NEEDING = ("jdk", "jre", "python3-", "ruby", "node", "npm", "yarn", "software-properties", "composer", "maven",
            "gradle", "awscli", "supervisor", "chromium")  # fmt: skip


def starts_without_certificates(stage: Stage) -> bool:
    """Whether the image at the bottom certainly has no certificates."""
    if stage.base_image == "scratch":
        return True
    known = base_facts(stage)
    if known is None or known.has_ca_certificates:
        return False
    return known.family in _WITHOUT or (known.family == "node" and known.slim)


def may_have_got_certificates(stage: Stage) -> bool:
    """Whether anything in a stage, or below it, may bring certificates."""
    return stage.folded(_also_may, lambda root: False)


def _also_may(stage: Stage, below: bool) -> bool:
    return below or any(_may_bring(stage, one) for one in stage.instructions)


def _may_bring(stage: Stage, instruction: Instruction) -> bool:
    if instruction.keyword != "RUN":
        return may_bring_certificates(stage, instruction)
    # A script that cannot be read may do anything.
    commands = executed_by(stage, instruction)
    return (
        speaks_of_certificates(instruction)
        or not commands
        or any(not brings_no_certificates(command) for command in commands)
    )


def may_bring_certificates(stage: Stage, instruction: Instruction) -> bool:
    """Whether an instruction other than RUN may bring certificates."""
    if instruction.keyword == "ONBUILD" or speaks_of_certificates(instruction):
        return True
    copy = copy_of(stage, instruction) if instruction.keyword in ("COPY", "ADD") else None
    return copy is not None and _may_hold(stage, copy)


def speaks_of_certificates(instruction: Instruction) -> bool:
    """Whether somebody has thought of certificates here."""
    lowered = instruction.text.lower()
    return any(word in lowered for word in _TELLING)


def _may_hold(stage: Stage, copy: Copy) -> bool:
    """Whether a COPY may put certificates where programs look for them."""
    place = copy.destination
    if place is None or place.startswith(("/etc", "/usr")):
        return place is None or not place.startswith(("/usr/src", "/usr/bin", "/usr/local/bin", "/usr/app"))
    if place != "/":
        return False
    return copy.instruction.keyword == "ADD" or any(_is_folder(stage, copy, source) for source in copy.sources)


def _is_folder(stage: Stage, copy: Copy, source: str) -> bool:
    """Whether the content of a folder may be spilled by a COPY to the root."""
    if copy.stage is None and not copy.from_image and stage.context.known:
        return stage.context.kind(source) != "file"
    return copy.from_image or "." not in posixpath.basename(source).strip(".") or "*" in source or "$" in source


def brings_no_certificates(command: Executed) -> bool:
    """Whether a command is known to bring none."""
    from dockls.knowledge import package_install, package_kind

    install = package_install(command.words)
    if install is None:
        return command.command.program in _HARMLESS and not (command.words[:1] == ("dpkg",) and "-i" in command.words)
    if install.manager != "apt" or "--no-install-recommends" not in install.flags:
        return False
    for name in install.packages:
        if any(word in name for word in _NEEDING) or (name not in CLIENTS and package_kind(name, "apt") is None):
            return False
    return True
