"""npm, yarn, pnpm and bun: install, prune, run.

An install needs `package.json`, the frozen kinds the lock file with every dependency in it, packages of `@private` a
token in `.npmrc`. Development dependencies stay away with `--omit=dev`, `--production`, `--prod` or NODE_ENV. Hooks
(`postinstall`, `prepare`) run, workspaces are linked, `bcrypt` brings code for the C library it was installed on.
Scripts run in `/bin/sh` with `node_modules/.bin` in front.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import MODEL, PROLOGUE

PROGRAMS = frozenset(("npm", "npx", "yarn", "yarnpkg", "pnpm", "corepack", "bun", "bunx"))


def add(layer: Layer, image: ImageFacts) -> None:
    """The package managers that the image has; pnpm waits for corepack."""
    layer.program(f"{MODEL}/javascript-packages", PROLOGUE + _SCRIPT)
    for name in sorted(image.tools & PROGRAMS):
        layer.program(f"/usr/local/bin/{name}", f'#!{MODEL}/busybox sh\nexec {MODEL}/javascript-packages {name} "$@"\n')


_SCRIPT = rf"""
manager=$1; shift
command=$1; [ $# -eq 0 ] || shift

field() {{ sed -n "s/^  \"$1\"[[:space:]]*:[[:space:]]*\"\([^\"]*\)\".*/\1/p" "${{2:-package.json}}" | head -n 1; }}
script() {{
  sed -n '/"scripts"[[:space:]]*:/,/}}/p' package.json |
    sed -n "s/.*\"$1\"[[:space:]]*:[[:space:]]*\"\([^\"]*\)\".*/\1/p" | head -n 1
}}
listed() {{
  sed -n "/\"$1\"[[:space:]]*:[[:space:]]*{{/,/}}/p" "${{2:-package.json}}" |
    sed -n '2,$s/.*"\([@a-z][^"]*\)"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1 \2/p'
}}
run_line() {{ PATH="$PWD/node_modules/.bin:$own_path" /bin/sh -c "$1"; }}
hook() {{ line=$(script "$1"); [ -z "$line" ] || run_line "$line" || die "$manager: hook $1 failed"; }}

put_package() {{
  mkdir -p "node_modules/$1"
  printf '{{"name": "%s", "version": "%s"}}\n' "$1" "$2" > "node_modules/$1/package.json"
  echo "module.exports = '$1';" > "node_modules/$1/index.js"
  case $1 in bcrypt|sharp|better-sqlite3) cp {MODEL}/libc "node_modules/$1/binding.node";; esac
  client=node_modules/.prisma/client
  [ "$1" != @prisma/client ] || {{ mkdir -p $client; echo stub > $client/index.js; }}
  case $1 in
    typescript) name=tsc;;
    prisma|react-scripts|vite|webpack|next|esbuild|serve|http-server|nodemon|husky) name=$1;;
    *) return;;
  esac
  mkdir -p node_modules/.bin
  printf '#!/bin/sh\nexec {MODEL}/javascript-builds %s "$@"\n' $name > node_modules/.bin/$name
  chmod 755 node_modules/.bin/$name
}}

put_all() {{
  listed "$1" "$2" | while read -r name version; do
    case $version in workspace:*|\*) continue;; file:*)
      [ -f "${{version#file:}}/package.json" ] || die "could not read ${{version#file:}}/package.json"
      mkdir -p node_modules; ln -sfn "../${{version#file:}}" "node_modules/$name"; continue;; esac
    [ $frozen = 0 ] || grep -qs "$name" $lock || die "$manager: $lock does not hold $name"
    case $name in @private/*)
      grep -qs _authToken .npmrc "$HOME/.npmrc" || [ -n "$NPM_TOKEN" ] || die "$manager: 404 Not Found: $name";; esac
    put_package "$name" "$version"
  done || exit 1
}}

install() {{
  [ -f package.json ] || die "$manager: ENOENT: no such file or directory, open '$PWD/package.json'"
  frozen=0 production=0
  case $manager in
    yarn) lock=yarn.lock;; pnpm) lock=pnpm-lock.yaml;; bun) lock=bun.lock;; *) lock=package-lock.json;;
  esac
  [ "$NODE_ENV" != production ] || production=1
  hooks=1
  for word; do case $word in
    ci|--frozen-lockfile|--immutable) frozen=1;;
    --omit=dev|--only=production|--only=prod|--production|--prod|-P) production=1;;
    --include=dev|--production=false) production=0;;
    --ignore-scripts) hooks=0;;
  esac; done
  [ $frozen = 0 ] || [ -f $lock ] || die "$manager: an install with a frozen lock file needs $lock"
  [ "$command" != ci ] || rm -rf node_modules
  mkdir -p node_modules
  put_all dependencies
  [ $production = 1 ] || put_all devDependencies
  for folder in $(sed -n 's/.*"workspaces"[^[]*\[\([^]]*\)\].*/\1/p' package.json | tr -d '",'); do
    for member in $folder; do
      [ -f "$member/package.json" ] || continue
      name=$(field name "$member/package.json"); mkdir -p "$(dirname "node_modules/$name")"
      case $name in */*) up=../..;; *) up=..;; esac
      ln -sfn "$up/$member" "node_modules/$name"
      put_all dependencies "$member/package.json"
      [ $production = 1 ] || put_all devDependencies "$member/package.json"
    done
  done
  case $manager in
    npm) store=$HOME/.npm/_cacache;; yarn) store=$HOME/.cache/yarn;; *) store=$HOME/.local/share/pnpm;;
  esac
  mkdir -p "$store"; echo packages > "$store/index"
  [ $hooks = 0 ] || {{ hook preinstall; hook install; hook postinstall; [ $production = 1 ] || hook prepare; }}
  echo "added packages"
}}

install_globally() {{
  for word; do
    case $word in -*|global|add|install|i) continue;; esac
    name=${{word%@*}}; [ -n "$name" ] || name=$word
    printf '#!/bin/sh\nexec {MODEL}/javascript-builds %s "$@"\n' "$name" > "/usr/local/bin/$name"
    chmod 755 "/usr/local/bin/$name"
    case $name in pnpm|yarn)
      printf '#!/bin/sh\nexec {MODEL}/javascript-packages %s "$@"\n' "$name" > "/usr/local/bin/$name";; esac
  done
}}

run_script() {{
  [ "$manager" != bun ] || [ ! -f "$1" ] || exec {MODEL}/javascript-run "$@"
  asked=$(script "$1"); [ -n "$asked" ] || die "$manager error Missing script: \"$1\""
  hook "pre$1"; run_line "$asked" || exit $?; hook "post$1"
}}

prune() {{ listed devDependencies | while read -r name _; do rm -rf "node_modules/$name"; done; }}

case $manager in
  corepack)
    for name in yarn pnpm; do
      [ -e /usr/local/bin/$name ] && continue
      printf '#!{MODEL}/busybox sh\nexec {MODEL}/javascript-packages %s "$@"\n' $name > /usr/local/bin/$name
      chmod 755 /usr/local/bin/$name
    done; exit;;
  npx|bunx)
    while case $command in -*) true;; *) false;; esac; do command=$1; shift; done
    for path in node_modules/.bin/$command /usr/local/bin/$command; do
      [ ! -x $path ] || {{ PATH=$own_path; exec $path "$@"; }}
    done
    die "$manager: $command is not installed, and there is no network";;
esac
case " $* " in *" -g "*|*" --global "*) install_globally "$@"; exit;; esac
case $command in
  ''|ci|install|i|--*) install "$command" "$@";;
  global) install_globally "$@";;
  prune) prune;;
  cache) rm -rf "$HOME/.npm/_cacache" "$HOME/.cache/yarn";;
  store|config|set|fetch) ;;
  test|t) run_script test;;
  start) run_script start;;
  run|run-script) while case $1 in -*) true;; *) false;; esac; do shift; done; run_script "$1";;
  *) run_script "$command";;
esac
"""
