"""Stand-ins for the programs that builds call: shell scripts whose output depends on their input.

One module per tool. It has `PROGRAMS`, the tools of an image (as `dockls.knowledge` names them) that it stands for, and
`add(layer, image)`, which puts those into a layer. Nothing else names it: a module that is there is used.

What a real tool needs its model asks for, too: a manifest, a lock file, a compiler, a token, a certificate. What a
tool makes holds a digest of what it was made from. Scripts run by a shell of their own under `MODEL`, so that an
image without a shell still has its interpreter, as a real one has.
"""

from collections.abc import Collection, Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from dockls.knowledge.images import ImageFacts
from images.archive import Layer

#: the folder of what the models share; part of every base image but scratch
MODEL = "/usr/lib/model"
#: how a model's script begins: `die` ends it, `digest` makes one of the files named on standard input; the image's own
#: PATH is in `own_path`
PROLOGUE = f"#!{MODEL}/busybox sh\n. {MODEL}/library.sh\n"

LIBRARY = f"""\
own_path=$PATH
PATH={MODEL}/applets:$PATH
die() {{ echo "$*" >&2; exit 1; }}
digest() {{
  sort | while IFS= read -r path; do
    [ -f "$path" ] && printf '%s %s\\n' "$path" "$(sha256sum < "$path" | cut -c1-64)"
  done | sha256sum | cut -c1-16
}}
# Writes a program that opens the files named on standard input, then prints $2; $1 says what it is linked to.
link_program() {{
  needs=$(cat); [ -z "$needs" ] || needs="$needs
"
  cat "{MODEL}/program-$1" || die "cannot link for $1"
  printf '%-4096s' "$needs
$2" | head -c 4096
}}
"""


def toolchains() -> Iterator[ModuleType]:
    """Every module of this package, by name."""
    for module in sorted(iter_modules(__path__), key=lambda found: found.name):
        yield import_module(f"{__name__}.{module.name}")


def equip(layer: Layer, image: ImageFacts, commands: Collection[str]) -> None:
    """Put the tools of an image into a layer but for BusyBox's `commands`; one that nothing models does nothing."""
    modelled = {"bash", "sh", *commands}
    for toolchain in toolchains():
        modelled |= toolchain.PROGRAMS
        if image.tools & toolchain.PROGRAMS:
            toolchain.add(layer, image)
    for name in sorted(image.tools - modelled):
        layer.program(f"/usr/bin/{name}", PROLOGUE + "exit 0\n")
