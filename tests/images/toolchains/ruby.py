"""ruby, gem, Bundler and rake: gems land where Bundler's settings say, and are required from there.

`bundle install` needs a Gemfile, and its lock file where it is frozen. `pg` and `mysql2` need a C compiler and headers
to be installed, and the library to be required. `bundle exec` looks for every gem of the Gemfile. A file that a program
reads must be there. `rake assets:precompile` makes `public/assets` of `app/assets`, and needs Node where there is a
package.json.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import MODEL, PROLOGUE

PROGRAMS = frozenset(("ruby", "gem", "bundle", "bundler", "irb", "rake"))


def add(layer: Layer, image: ImageFacts) -> None:
    """Ruby where the official images have it; the full one has the headers of buildpack-deps."""
    layer.folder("/usr/local/bundle", 0o1777)
    layer.file(f"{MODEL}/ruby-gems", _SHARED)
    for name, script in (("ruby", _RUBY), ("gem", _GEM), ("bundle", _BUNDLE), ("rake", _RAKE)):
        layer.program(f"/usr/local/bin/{name}", PROLOGUE + f". {MODEL}/ruby-gems\n" + script)
    layer.link("/usr/local/bin/bundler", "bundle")
    if image.distribution == "debian" and not image.slim:
        for path in ("include/libpq-fe.h", "lib/libpq.so", "include/mysql.h", "lib/libmariadb.so"):
            layer.file(f"/usr/{path}", f"part of {path.rpartition('/')[2]}\n")


_SHARED = r"""
home=/usr/local/bundle
setting() { cat "$home/config" "$HOME/.bundle/config" 2> /dev/null | sed -n "s/^$1 //p" | head -n 1; }
folder() {
  path=${BUNDLE_PATH:-$(setting path)}
  [ -n "$path" ] || [ -z "$BUNDLE_DEPLOYMENT$(setting deployment)" ] || path=vendor/bundle
  echo "${path:-$home}"
}
native() { case $1 in pg) echo /usr/include/libpq-fe.h /usr/lib/libpq.so;;
  mysql2) echo /usr/include/mysql.h /usr/lib/libmariadb.so;; esac; }
gems() { sed -n "s/^ *gem [\"']\([a-z0-9_-]*\)[\"'].*/\1/p" "${BUNDLE_GEMFILE:-Gemfile}"; }
put_gem() {
  set -- "$1" "$2" $(native "$1")
  [ -z "$3" ] || [ -f "$3" ] || die "An error occurred while installing $1: $(basename "$3") not found"
  [ -z "$3" ] || PATH=$own_path command -v gcc > /dev/null || die "You have to install development tools first."
  mkdir -p "$2/gems/$1"; echo "# loads $4" > "$2/gems/$1/$1.rb"
  case $1 in puma|rackup|foreman|sinatra|rails)
    mkdir -p "$home/bin"; printf '#!/bin/sh\nexec ruby --program %s "$@"\n' "$1" > "$home/bin/$1"
    chmod 755 "$home/bin/$1";; esac
}
require() {
  case $1 in json|socket|set|time|bundler/setup|./*) return;; esac
  file=$(folder)/gems/$1/$1.rb; [ -f "$file" ] || file=$home/gems/$1/$1.rb
  [ -f "$file" ] || die "cannot load such file -- $1 (LoadError)"
  library=$(sed -n 's/^# loads //p' "$file")
  [ -z "$library" ] || [ -f "$library" ] || die "$(basename "$library"): cannot open shared object file (LoadError)"
}
"""

_RUBY = r"""
case $1 in
  -v|--version) echo "ruby 3"; exit;;
  --program) require "$2"; name=$2; shift 2
    for word; do case $word in *.rb|*.ru) [ -f "$word" ] || die "No such file: $word";; esac; done
    [ "$name" != rackup ] || [ -f config.ru ] || die "configuration config.ru not found"
    echo "$name serves $(cat config.ru app.rb 2> /dev/null | sha256sum | cut -c1-16) as $(id -u) in $PWD"; exit;;
esac
[ -f "$1" ] || die "ruby: No such file or directory -- $1 (LoadError)"
for name in $(sed -n "s/^require [\"']\(.*\)[\"'].*/\1/p" "$1"); do require "$name"; done
for name in $(sed -n "s/.*File.read([\"']\([^\"']*\)[\"']).*/\1/p" "$1"); do
  [ -e "$name" ] || die "No such file or directory @ rb_sysopen - $name"; done
sed -n "s/^puts [\"']\(.*\)[\"'].*/\1/p" "$1"
echo "ruby ran $1 as $(id -u)"
"""

_GEM = r"""
case $1 in
  install) shift; for name; do case $name in -*) ;; *) put_gem "${name%%:*}" "$home";; esac; done;;
esac
"""

_BUNDLE = r"""
command=${1:-install}; [ $# -eq 0 ] || shift
case $command in
  config)
    file=$home/config; while :; do case $1 in set) shift;; --local) shift;;
      --global) file=$HOME/.bundle/config; shift;; *) break;; esac; done
    mkdir -p "$(dirname "$file")"; key=$1; shift; echo "$key $*" >> "$file";;
  exec) for name in $(gems); do require "$name"; done; PATH=$home/bin:$own_path exec "$@";;
  install|-*)
    [ -f "${BUNDLE_GEMFILE:-Gemfile}" ] || die "Could not locate Gemfile"
    frozen=$BUNDLE_FROZEN$BUNDLE_DEPLOYMENT$(setting frozen)$(setting deployment)
    [ -z "$frozen" ] || [ -f Gemfile.lock ] || die "The deployment setting requires a lockfile."
    mkdir -p "$HOME/.bundle/cache"; echo index > "$HOME/.bundle/cache/index"
    for name in $(gems); do put_gem "$name" "$(folder)"; done;;
esac
"""

_RAKE = r"""
[ -f Rakefile ] || die "rake aborted! No Rakefile found"
[ ! -f package.json ] || PATH=$own_path command -v node > /dev/null || die "Could not find a JavaScript runtime"
for task; do case $task in assets:precompile)
  mkdir -p public/assets
  find app/assets -type f | digest > public/assets/manifest;; esac; done
"""
