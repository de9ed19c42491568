"""python and pip: packages land where pip's options say, and are imported from there.

`psycopg2`, `uwsgi` and `mysqlclient` need a C compiler to be installed. A program's imports are looked for in its
virtual environment, the user's packages, PYTHONPATH and the system's.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import PROLOGUE

PROGRAMS = frozenset(("python", "python3", "pip", "pip3"))


def add(layer: Layer, image: ImageFacts) -> None:
    """Python where the image's family has it."""
    prefix = "/usr/bin" if image.family != "python" else "/usr/local/bin"
    for name in sorted(image.tools & PROGRAMS):
        layer.program(f"{prefix}/{name}", PROLOGUE + (_PIP if name.startswith("pip") else _PYTHON))


_PYTHON = r"""
here=$(dirname "$0"); module=
while :; do
  case $1 in
    --version|-V) echo Python 3; exit;; -m) module=$2; shift 2; break;; -c) exit;; -*) shift;; *) break;;
  esac
done
case $module in
  venv) while case $1 in -*) true;; *) false;; esac; do shift; done
    mkdir -p "$1/bin" "$1/lib/python3/site-packages"; echo "home = $here" > "$1/pyvenv.cfg"
    for name in python python3; do ln -sf "$here/python3" "$1/bin/$name"; done; cp "$here/pip" "$1/bin/pip"; exit;;
  pip) exec "$here/pip" "$@";;
esac
if [ -f "$here/../pyvenv.cfg" ]; then places=$here/../lib/python3/site-packages
else places="/usr/local/lib/python3/site-packages $HOME/.local/lib/python3/site-packages"; fi
places="$places $(echo "$PYTHONPATH" | tr : ' ')"
require() { for place in $places "$folder"; do [ ! -e "$place/$1" ] && [ ! -e "$place/$1.py" ] || return 0; done
  die "ModuleNotFoundError: No module named '$1'"; }
folder=.
if [ -n "$module" ]; then require "$module"; echo "python ran module $module $*"; exit; fi
[ -n "$1" ] || exit 0
[ -f "$1" ] || die "python: can't open file '$PWD/$1': [Errno 2] No such file or directory"
folder=$(dirname "$1")
for name in $(sed -n 's/^\(from\|import\) \([a-zA-Z_0-9]*\).*/\2/p' "$1"); do
  case $name in os|sys|json|re|time|typing|pathlib) ;; *) require "$name";; esac
done || exit 1
sed -n "s/.*print(['\"]\([^'\"]*\)['\"]).*/\1/p" "$1"
echo "python ran $1 $(sha256sum < "$1" | cut -c1-12)"
"""

_PIP = r"""
command=$1; shift; here=$(cd "$(dirname "$0")" && pwd); prefix=/usr/local packages= target= cache=1 wheels=.
[ ! -f "$here/../pyvenv.cfg" ] || prefix=$(cd "$here/.." && pwd)
while [ $# -gt 0 ]; do
  case $1 in
    --user) prefix=$HOME/.local;; --prefix=*) prefix=${1#*=};; --prefix) prefix=$2; shift;;
    --target|-t) target=$2; shift;; --target=*) target=${1#*=};; --no-cache-dir) cache=0;;
    -r|--requirement) [ -f "$2" ] || die "ERROR: Could not open requirements file: '$2'"
      packages="$packages $(sed 's/#.*//' "$2")"; shift;;
    -w|--wheel-dir) wheels=$2; shift;; --wheel-dir=*) wheels=${1#*=};; -f|--find-links) shift;; -*) ;;
    *) packages="$packages $1";;
  esac
  shift
done
: "${target:=$prefix/lib/python3/site-packages}"
case $command in
  wheel) mkdir -p "$wheels"
    for one in $packages; do echo "$one" > "$wheels/${one%%[=<>~]*}-1-py3-none-any.whl"; done; exit;;
  install) ;; *) exit;;
esac
for one in $packages; do
  case $one in *.whl) [ -f "$one" ] || die "ERROR: $one: no such file"; name=$(basename "$one" -1-py3-none-any.whl);;
    *) name=${one%%[=<>~]*};; esac
  case $name in psycopg2|uwsgi|mysqlclient)
    PATH=$own_path command -v gcc > /dev/null || die "error: command 'gcc' failed: No such file or directory";; esac
  module=$(echo "$name" | tr A-Z- a-z_); mkdir -p "$target/$module"; echo "# $one" > "$target/$module/__init__.py"
  case $name in flask|gunicorn|uvicorn|celery|django) mkdir -p "$prefix/bin"
    printf '#!/bin/sh\nexec %s/python3 -m %s "$@"\n' "$here" "$module" > "$prefix/bin/$name"
    chmod 755 "$prefix/bin/$name";;
  esac
done
[ $cache = 0 ] || { mkdir -p "$HOME/.cache/pip"; echo packages > "$HOME/.cache/pip/http"; }
"""
