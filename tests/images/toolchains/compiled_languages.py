"""stack, cabal, ghc, swift, dart, crystal and shards: each makes one program, which holds a digest of its sources.

A program of Haskell opens the library of big numbers, one of Swift Swift's own unless that is linked into it; those of
Dart need the C library, for which its image keeps `/runtime`. What the real tools cannot do without is missed: a
manifest, packages that are fetched first, `--static` where there is no library. `cabal install` makes a link unless it
is told to copy.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.elf import GLIBC, linker
from images.toolchains import MODEL, PROLOGUE

PROGRAMS = frozenset(("ghc", "cabal", "stack", "swift", "swiftc", "dart", "crystal", "shards"))
_SHARED = rf"""
# Writes the program $1 of the sources named on standard input; the other words are what it opens.
build() {{
  target=$1; shift
  [ -n "$linked" ] || linked=$(cat {MODEL}/libc)
  names=$(cat); made=$(echo "$names" | digest)
  text=$(echo "$names" | xargs cat 2> /dev/null | sed -n 's/.*\(putStrLn\|print\|puts\)[ (]*"\([^"]*\)".*/\2/p')
  mkdir -p "$(dirname "$target")"
  for name; do echo "$name"; done | link_program "$linked" "$text
built of $made
" > "$target"
  chmod 755 "$target"
}}
for word; do case $word in -optl-static|--static|-static-executable) linked=static;; esac; done
"""


def add(layer: Layer, image: ImageFacts) -> None:
    """The tools that the image has, and what their programs need of it."""
    scripts = {"stack": _STACK, "cabal": _CABAL, "ghc": _GHC, "swift": _SWIFT, "dart": _DART, "shards": _SHARDS}
    for name in sorted(image.tools & PROGRAMS):
        if name in scripts:
            layer.program(f"/usr/bin/{name}", PROLOGUE + _SHARED + scripts[name])
    if image.language == "haskell":
        layer.file("/usr/lib/libgmp.so.10", "part of libgmp.so.10\n")
    if image.language == "swift":
        layer.file("/usr/lib/swift/libswiftCore.so", "part of libswiftCore.so\n")
    if image.language == "dart":
        layer.link("/usr/lib/dart/bin/dart", "/usr/bin/dart")
        layer.program(f"/runtime{GLIBC}", linker())
        layer.file("/runtime/etc/ssl/certs/ca-certificates.crt", "certificates\n")


_STACK = r"""
command=$1; into=$HOME/.local/bin copies=
while [ $# -gt 0 ]; do case $1 in --local-bin-path) into=$2; shift;; --copy-bins) copies=1;;
  --only-dependencies) only=1;; esac; shift; done
[ -f stack.yaml ] || die "Error: Could not find stack.yaml"
mkdir -p "$HOME/.stack"; echo packages > "$HOME/.stack/index"
[ -z "$only" ] || exit 0
[ "$command" = install ] || [ -n "$copies" ] || exit 0
name=$(sed -n 's/^name: *//p' package.yaml)
{ find app src -name '*.hs' 2> /dev/null; ls package.yaml; } | build "$into/$name" /usr/lib/libgmp.so.10
"""

_CABAL = r"""
[ "$1" = install ] || { mkdir -p "$HOME/.cabal"; echo packages > "$HOME/.cabal/index"; exit; }
[ -f "$HOME/.cabal/index" ] || die "The package list for 'hackage.haskell.org' does not exist. Run 'cabal update'"
into=$HOME/.local/bin method=link name=
while [ $# -gt 0 ]; do case $1 in --installdir=*) into=${1#*=};; --install-method=copy) method=copy;;
  exe:*) name=${1#exe:};; esac; shift; done
ls *.cabal > /dev/null || die "cannot find a cabal file"
[ -n "$name" ] || name=$(sed -n 's/^name: *//p' *.cabal)
store=$HOME/.cabal/store/$name/bin/$name
{ find app src -name '*.hs' 2> /dev/null; ls *.cabal; } | build "$store" /usr/lib/libgmp.so.10
mkdir -p "$into"
if [ $method = copy ]; then cp "$store" "$into/$name"; else ln -sf "$store" "$into/$name"; fi
"""

_GHC = r"""
out=a.out sources=
while [ $# -gt 0 ]; do case $1 in -o) out=$2; shift;; -*) ;; *) sources="$sources $1";; esac; shift; done
for source in $sources; do [ -f "$source" ] || die "target '$source' is not a module name or a source file"; done
library=/usr/lib/libgmp.so.10; [ "$linked" != static ] || library=
for source in $sources; do echo "$source"; done | build "$out" $library
"""

_SWIFT = r"""
[ -f Package.swift ] || die "error: Could not find Package.swift in this directory or any of its parent directories."
kind=debug library=/usr/lib/swift/libswiftCore.so command=$1
while [ $# -gt 0 ]; do case $1 in -c) kind=$2; shift;; --static-swift-stdlib) library=;; esac; shift; done
mkdir -p .build/checkouts; echo packages > .build/checkouts/index
[ "$command" = build ] || exit 0
[ "$linked" != static ] || library=
name=$(sed -n 's/.*executableTarget(name: "\([^"]*\)".*/\1/p' Package.swift)
mkdir -p .build/linux; ln -sfn "linux/$kind" ".build/$kind"
{ find Sources -name '*.swift'; ls Package.swift; } | build ".build/linux/$kind/$name" $library
"""

_DART = r"""
case $1 in pub) [ -f pubspec.yaml ] || die "Found no pubspec.yaml file"
  mkdir -p .dart_tool; cp pubspec.yaml .dart_tool/package_config.json; exit;; esac
[ -f .dart_tool/package_config.json ] || die "Error: Couldn't resolve the package"
source= out=
while [ $# -gt 0 ]; do case $1 in -o) out=$2; shift;; *.dart) source=$1;; esac; shift; done
[ -f "$source" ] || die "\"$source\" file not found."
echo "$source" | build "${out:-${source%.dart}.exe}"
"""

_SHARDS = r"""
[ -f shard.yml ] || die "Missing shard.yml. Please run 'shards init'"
[ "$1" = build ] || { mkdir -p lib; echo shards > lib/.shards.info; exit; }
[ "$linked" = static ] || die "no library of the system is modelled"
name=$(sed -n 's/^name: *//p' shard.yml)
{ find src -name '*.cr'; ls shard.yml; } | build "bin/$name"
"""
