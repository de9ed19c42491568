"""cargo: `build`, `install`, `fetch`, `test`; rustup, cargo-chef.

A binary is static for musl, else linked to the C library; `openssl-sys` in Cargo.lock links a library that has to be
there when it runs. It opens what the sources read (`read_to_string("…")`) and the certificates for `https://`, and
prints the texts of `println!`, and a digest of all sources.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import MODEL, PROLOGUE

PROGRAMS = frozenset(("cargo", "rustc", "rustup"))


def add(layer: Layer, image: ImageFacts) -> None:
    """Cargo where the official images have it; the full ones have the headers of OpenSSL."""
    layer.program("/usr/local/cargo/bin/cargo", PROLOGUE + _SCRIPT)
    for name in ("rustc", "rustup"):
        layer.program(f"/usr/local/cargo/bin/{name}", PROLOGUE + "exit 0\n")
    if "git" in image.tools:
        layer.file("/usr/include/openssl.h", "part of openssl.h\n")
        layer.file("/usr/lib/libssl.so", "part of libssl.so\n")


_SCRIPT = rf"""
: "${{CARGO_HOME:=/usr/local/cargo}}"
command=$1; shift
if [ "$command" = chef ]; then
  [ -f "$HOME/.cargo-chef" ] || die "error: no such command: \`chef\`"
  case $1 in
    prepare) [ -f Cargo.toml ] || die "error: could not find \`Cargo.toml\`"
      {{ ls Cargo.toml Cargo.lock 2> /dev/null; }} | digest > recipe.json;;
    cook) [ -f recipe.json ] || die "error: could not find recipe.json"; mkdir -p target; cp recipe.json target/cooked;;
  esac
  exit
fi
if [ "$command" = install ] && [ "$2" = cargo-chef ]; then touch "$HOME/.cargo-chef"; exit; fi
profile=debug triple=$CARGO_BUILD_TARGET target=$CARGO_TARGET_DIR wanted= root=$CARGO_HOME
while [ $# -gt 0 ]; do case $1 in
  --release|-r) profile=release;; --bin|-p|--package) wanted=$2; shift;; --target) triple=$2; shift;;
  --target=*) triple=${{1#*=}};; --target-dir) target=$2; shift;; --root) root=$2; shift;;
  --manifest-path) cd "$(dirname "$2")" || exit 1; shift;; --path) cd "$2" || exit 1; shift;; esac; shift; done
[ -f Cargo.toml ] || die "error: could not find \`Cargo.toml\` in \`$PWD\` or any parent directory"
mkdir -p "$CARGO_HOME/registry"; echo crates > "$CARGO_HOME/registry/index"
case $command in build|b) ;; install) profile=release;; *) exit 0;; esac
: "${{target:=target}}"

linked=$(cat {MODEL}/libc)
case $triple in *-musl) linked=static;; esac
[ "$linked" != musl ] || case $RUSTFLAGS in *-crt-static*) ;; *) linked=static;; esac
if grep -qs '"openssl-sys"' Cargo.lock; then
  [ -f /usr/include/openssl.h ] || die "Could not find directory of OpenSSL installation"
fi
needs() {{
  find "$1/src" -name '*.rs' | xargs sed -n 's/.*read_to_string("\([^"]*\)").*/\1/p'
  find "$1/src" -name '*.rs' | xargs grep -qs '"https://' && echo /etc/ssl/certs/ca-certificates.crt
  [ $linked = static ] || ! grep -qs '"openssl-sys"' Cargo.lock || echo /usr/lib/libssl.so
}}
found=
for manifest in $(find . -name Cargo.toml -not -path './target/*' | sort); do
  crate=$(dirname "$manifest")
  [ -f "$crate/src/main.rs" ] || continue
  name=$(sed -n 's/^name *= *"\(.*\)"/\1/p' "$manifest" | head -n 1)
  [ -z "$wanted" ] || [ "$wanted" = "$name" ] || continue
  found=1 out=$target${{triple:+/$triple}}/$profile
  [ "$command" != install ] || out=$root/bin
  mkdir -p "$out"
  digest=$(cd "$crate" && {{ find src -type f; ls Cargo.toml; }} | digest)
  text=$(find "$crate/src" -name '*.rs' | xargs sed -n 's/.*println!("\([^"{{]*\)").*/\1/p' | sort)
  needs "$crate" | link_program "$linked" "$text
built of $digest as $name
" > "$out/$name"
  chmod 755 "$out/$name"
done
[ -n "$found" ] || die "error: no bin target named \`$wanted\`"
"""
