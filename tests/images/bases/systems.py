"""The file systems of distributions: folders, accounts, the C library, BusyBox's commands, certificates, time zones."""

import subprocess
from pathlib import Path

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.elf import GLIBC, MUSL, linker, program_head
from images.toolchains import LIBRARY, MODEL

_FOLDERS = ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "etc", "var/lib", "home", "opt", "run", "srv")
#: commands of BusyBox that are packages of their own elsewhere, or that a model stands for
_GUARDED = frozenset(
    ("ar", "bunzip2", "bzip2", "crond", "ftpget", "httpd", "ip", "less", "nc", "nslookup", "patch", "ping", "ps", "rpm")
) | {"ssl_client", "telnet", "tftp", "traceroute", "udhcpc", "unzip", "vi", "wget", "xxd", "xz"}
_CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
_ZONES = ("UTC", "Europe/Berlin")


def applets(busybox: Path) -> tuple[str, ...]:
    """The commands that a busybox knows."""
    listed = subprocess.run([busybox, "--list"], capture_output=True, check=True, text=True).stdout.split()
    return tuple(name for name in listed if name not in ("busybox", "wget"))


def model_layer(busybox: Path, commands: tuple[str, ...]) -> bytes:
    """What the models of tools run on, out of the way of what an image has itself."""
    layer = Layer()
    layer.program(f"{MODEL}/busybox", busybox.read_bytes())
    for name in commands:
        layer.link(f"{MODEL}/applets/{name}", f"{MODEL}/busybox")
    layer.file(f"{MODEL}/library.sh", LIBRARY)
    layer.program(f"{MODEL}/linker", linker())
    for name, interpreter in (("static", None), ("glibc", GLIBC), ("musl", MUSL)):
        layer.file(f"{MODEL}/program-{name}", program_head(interpreter))
    return layer.done()


def system_layer(image: ImageFacts, commands: tuple[str, ...]) -> bytes:
    """The file system below a family's own files; `commands` are those of BusyBox."""
    layer = Layer()
    for folder in _FOLDERS:
        layer.folder(folder)
    layer.folder("tmp", 0o1777)
    layer.folder("var/tmp", 0o1777)
    layer.folder("root", 0o700)
    layer.file(f"{MODEL}/libc", f"{image.libc}\n")
    if image.libc == "glibc":
        layer.program(GLIBC, linker())
    elif image.libc == "musl":
        layer.program(MUSL, linker())
    layer.file("etc/os-release", f'ID={image.distribution}\nVERSION_ID="{image.likely_release}"\n')
    _accounts(layer, image)
    if image.shell is not None:
        _commands(layer, image, commands)
    if image.has_ca_certificates:
        layer.file(_CERTIFICATES, "certificates\n")
    for zone in _ZONES if image.has_tzdata else ():
        layer.file(f"usr/share/zoneinfo/{zone}", f"time zone {zone}\n")
    return layer.done()


def _accounts(layer: Layer, image: ImageFacts) -> None:
    shell = image.shell or "/sbin/nologin"
    users, groups = "", ""
    for name, number in image.users.items():
        home = "/root" if number == 0 else f"/home/{name}"
        users += f"{name}:x:{number}:{number}:{name}:{home}:{shell}\n"
        groups += f"{name}:x:{number}:\n"
        if number >= 1000 and name != "nobody":
            layer.folder(home, 0o700, number)
    layer.file("etc/passwd", users)
    layer.file("etc/group", groups)


def _commands(layer: Layer, image: ImageFacts, commands: tuple[str, ...]) -> None:
    layer.link("bin/busybox", f"{MODEL}/busybox")
    for name in commands:
        if name not in _GUARDED or name in image.tools:
            layer.link(f"bin/{name}", "busybox")
    layer.link("usr/bin/env", "/bin/busybox")
    if "bash" in image.tools:
        layer.program("bin/bash", '#!/bin/sh\nexec /bin/sh "$@"\n')
