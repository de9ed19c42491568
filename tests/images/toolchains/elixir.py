"""mix and rebar3: `deps.get`, `compile`, `release`.

A release holds a start script and the virtual machine, which is linked to the C library and opens ncurses, OpenSSL and
the library of C++. `mix` needs `mix.exs`, its packages, and Hex; the folder of the release is called by MIX_ENV.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import MODEL, PROLOGUE

PROGRAMS = frozenset(("elixir", "mix", "iex", "erl", "rebar3"))
#: what the virtual machine opens
_LIBRARIES = ("libncurses.so.6", "libcrypto.so.3", "libstdc++.so.6")


def add(layer: Layer, image: ImageFacts) -> None:
    """The tools, and the libraries that the virtual machine is linked with."""
    for name in _LIBRARIES:
        layer.file(f"/usr/lib/{name}", f"part of {name}\n")
    layer.file(f"{MODEL}/release.sh", _RELEASE)
    for name, script in (("mix", _MIX), ("rebar3", _REBAR)):
        layer.program(f"/usr/local/bin/{name}", PROLOGUE + f". {MODEL}/release.sh\n" + script)
    for name in ("elixir", "iex", "erl"):
        layer.program(f"/usr/local/bin/{name}", PROLOGUE + "exit 0\n")


_RELEASE = rf"""
# Makes the release $1 in the folder $2 of the sources named on standard input.
make_release() {{
  made=$(digest)
  mkdir -p "$2/bin" "$2/erts/bin" "$2/lib"
  for name in {" ".join(_LIBRARIES)}; do echo "/usr/lib/$name"; done |
    link_program "$(cat {MODEL}/libc)" "the virtual machine starts $1 of $made
" > "$2/erts/bin/beam"
  echo "modules of $made" > "$2/lib/$1.beam"
  printf '#!/bin/sh\nroot=$(cd "$(dirname "$0")/.." && pwd)\n[ -f "$root/lib/%s.beam" ] || exit 1\n' "$1" > "$2/bin/$1"
  printf 'echo "$1 $(locale=${{LANG:-none}}; echo $locale)"\nexec "$root/erts/bin/beam"\n' >> "$2/bin/$1"
  chmod 755 "$2/bin/$1" "$2/erts/bin/beam"
}}
"""

_MIX = r"""
run() {
  case $1 in
    local.hex|local.rebar) mkdir -p "$HOME/.mix"; echo hex > "$HOME/.mix/hex"; return;;
    phx.digest) mkdir -p priv/static; find assets -type f | digest > priv/static/manifest; return;;
  esac
  [ -f mix.exs ] || die "** (Mix) Could not find a Mix.Project"
  case $1 in
    deps.get) [ -f "$HOME/.mix/hex" ] || die "** (Mix) Could not find Hex"
      mkdir -p deps; sed -n 's/.*"\([a-z_]*\)": .*/\1/p' mix.lock > deps/index;;
    compile|deps.compile) [ -f deps/index ] || die "** (Mix) Unchecked dependencies"
      mkdir -p "_build/${MIX_ENV:-dev}/lib"; echo compiled > "_build/${MIX_ENV:-dev}/lib/index";;
    release) name=$(sed -n 's/.*app: :\([a-z_]*\).*/\1/p' mix.exs); shift
      path="_build/${MIX_ENV:-dev}/rel/$name"
      while [ $# -gt 0 ]; do case $1 in --path) path=$2; shift;; esac; shift; done
      [ -f deps/index ] || [ ! -s mix.lock ] || die "** (Mix) Unchecked dependencies for environment"
      { find lib priv -type f 2> /dev/null; ls mix.exs; } | make_release "$name" "$path";;
  esac
}
if [ "$1" = do ]; then
  shift; for word in $(echo "$*" | tr ',+' '  '); do case $word in -*) ;; *) run "$word";; esac; done
else run "$@"; fi
"""

_REBAR = r"""
[ -f rebar.config ] || die "===> Could not find rebar.config"
name=$(sed -n 's/.*{release, {\([a-z_]*\),.*/\1/p' rebar.config)
{ find src -type f; ls rebar.config; } | make_release "$name" "_build/prod/rel/$name"
"""
