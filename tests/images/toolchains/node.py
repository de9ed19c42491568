"""node: follows `require` and `import` from a file through folders and packages, and prints what `console.log` says.

What `readFileSync` names must be there. A package with code for a C library needs an image with that one.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import MODEL, PROLOGUE

PROGRAMS = frozenset(("node", "nodejs", "bun"))

_ENTRYPOINT = """#!/bin/sh
set -e
case $1 in -*) set -- node "$@";; esac
if ! command -v "$1" > /dev/null || { [ -f "$1" ] && [ ! -x "$1" ]; }; then set -- node "$@"; fi
exec "$@"
"""


def add(layer: Layer, image: ImageFacts) -> None:
    """node where the image's family has it, with the entrypoint script of the official images; what bun calls."""
    script = PROLOGUE + _SCRIPT
    if "bun" in image.tools:
        layer.program(f"{MODEL}/javascript-run", script)
        return
    if image.distribution == "distroless":
        layer.program("/nodejs/bin/node", script)
        return
    layer.program("/usr/local/bin/node", script)
    layer.link("/usr/local/bin/nodejs", "node")
    layer.program("/usr/local/bin/docker-entrypoint.sh", _ENTRYPOINT)


_SCRIPT = rf"""
while case $1 in --version|-v) echo v24.0.0; exit;; -e|-p|--eval) exit;; -*) true;; *) false;; esac; do shift; done
[ $# -gt 0 ] || exit 0

resolve() {{
  for path in "$1" "$1.js" "$1.mjs" "$1.cjs" "$1.json" "$1/index.js"; do
    [ ! -f "$path" ] || {{ echo "$path"; return; }}
  done
  main=$(sed -n 's/.*"main"[^"]*"\(\.\/\)\{{0,1\}}\([^"]*\)".*/\2/p' "$1/package.json" 2> /dev/null)
  [ -z "$main" ] || resolve "$1/$main"
}}
package() {{
  above=$1
  while :; do
    [ ! -d "$above/node_modules/$2" ] || {{ echo "$above/node_modules/$2"; return; }}
    [ ! -f "$above/node_modules/$2.js" ] || {{ echo "$above/node_modules/$2.js"; return; }}
    [ "$above" != / ] || return
    above=$(dirname "$above")
  done
}}
run() {{
  local file folder name found
  file=$1; folder=$(cd "$(dirname "$file")" && pwd -P)
  for name in $(sed -n -e "s/.*require(['\"]\([^'\"]*\)['\"]).*/\1/p" \
      -e "s/^import .*from ['\"]\([^'\"]*\)['\"].*/\1/p" -e "s/^import ['\"]\([^'\"]*\)['\"].*/\1/p" "$file"); do
    case $name in
      node:*|fs|http|https|path|os|url|crypto|child_process|process) continue;;
      ./*|../*) found=$(resolve "$folder/$name");;
      /*) found=$(resolve "$name");;
      *) found=$(package "$folder" "$name")
         if [ -f "$found/binding.node" ]; then
           [ "$(cat "$found/binding.node")" = "$(cat {MODEL}/libc)" ] ||
             die "Error: Error loading shared library: $found/binding.node is linked to $(cat "$found/binding.node")"
         fi
         [ -z "$found" ] || found=$(resolve "$found");;
    esac
    [ -n "$found" ] || die "Error: Cannot find module '$name' (required by $file)"
    ( run "$found" ) || exit 1
  done
  for name in $(sed -n "s/.*readFileSync(['\"]\([^'\"]*\)['\"].*/\1/p" "$file"); do
    cat "$name" || die "Error: ENOENT: no such file or directory, open '$name'"
  done
  for name in $(sed -n "s/.*exec\(File\)\{{0,1\}}Sync(['\"]\([^'\" ]*\).*/\2/p" "$file"); do
    PATH=$own_path command -v "$name" > /dev/null || die "Error: spawn $name ENOENT"
  done
  sed -n "s/.*console\.log(['\"]\([^'\"]*\)['\"]).*/\1/p" "$file"
}}

entry=$(resolve "$1")
[ -n "$entry" ] || die "Error: Cannot find module '$PWD/$1'"
run "$entry" || exit 1
echo "node ran $(basename "$entry") $(sha256sum < "$entry" | cut -c1-12) in $PWD as $(id -u)"
"""
