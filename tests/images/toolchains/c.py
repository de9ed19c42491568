"""gcc, g++, cc and make: a program is linked to the C library, or to nothing with `-static`.

Sources must be there, and headers of the libraries that `-lNAME` names. The program opens those libraries, the files
that `fopen("…")` names, and for C++ its library, and prints the texts of `puts("…")` and a digest of its sources.
`make` runs the lines of a target of `Makefile`, of the first one by default.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import MODEL, PROLOGUE

PROGRAMS = frozenset(("gcc", "g++", "cc", "make"))


def add(layer: Layer, image: ImageFacts) -> None:
    """The compilers that the image has."""
    add_models(layer)
    for name in sorted(image.tools & PROGRAMS):
        layer.link(f"/usr/bin/{name}", f"{MODEL}/{name}")


def add_models(layer: Layer) -> None:
    """What a package manager makes available where it installs a compiler."""
    for name in ("gcc", "g++", "cc"):
        layer.program(f"{MODEL}/{name}", PROLOGUE + _COMPILER)
    layer.program(f"{MODEL}/make", PROLOGUE + _MAKE)


_COMPILER = rf"""
name=$(basename "$0") out=a.out linked=$(cat {MODEL}/libc) sources= libraries= only=
while [ $# -gt 0 ]; do case $1 in
  -o) out=$2; shift;; -static) linked=static;; -c) only=1;; -l*) libraries="$libraries ${{1#-l}}";;
  --version) echo "gcc"; exit;; -*) ;; *) sources="$sources $1";; esac; shift; done
[ -n "$sources" ] || die "gcc: fatal error: no input files"
for source in $sources; do [ -f "$source" ] || die "gcc: error: $source: No such file or directory"; done
for library in $libraries; do
  [ -f "/usr/include/$library.h" ] || die "fatal error: $library.h: No such file or directory"
done
digest=$(for source in $sources; do echo "$source"; done | digest)
if [ -n "$only" ]; then echo "object of $digest" > "$out"; exit; fi
needs() {{
  cat $sources | sed -n 's/.*fopen("\([^"]*\)".*/\1/p'
  [ $linked = static ] && return
  for library in $libraries; do echo "/usr/lib/lib$library.so"; done
  [ "$name" != g++ ] || [ $linked != musl ] || echo /usr/lib/libstdc++.so.6
}}
mkdir -p "$(dirname "$out")"
text=$(cat $sources | sed -n 's/.*puts("\([^"]*\)").*/\1/p')
needs | link_program "$linked" "$text
compiled of $digest
" > "$out"
chmod 755 "$out"
"""

_MAKE = r"""
folder=. target=
while [ $# -gt 0 ]; do case $1 in -C) folder=$2; shift;; -*) ;; *=*) ;; *) target=$1;; esac; shift; done
cd "$folder" || exit 1
[ -f Makefile ] || die "make: *** No targets specified and no makefile found.  Stop."
: "${target:=$(sed -n 's/^\([a-zA-Z0-9_-]*\):.*/\1/p' Makefile | head -n 1)}"
lines=$(sed -n "/^$target:/,/^[^	]/{s/^	//p}" Makefile)
[ -n "$lines" ] || die "make: *** No rule to make target '$target'.  Stop."
PATH=$own_path /bin/sh -ec "$lines"
"""
