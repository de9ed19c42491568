"""python and pip: packages land where pip's options say, and are imported from there.

`psycopg2`, `uwsgi` and `mysqlclient` need a C compiler and their library's headers to be installed, and the library to
be imported. A program's imports are looked for in its virtual environment, the user's packages, PYTHONPATH and the
system's; a file that it opens must be there, one that it opens for writing is made. A virtual environment names the
interpreter that made it by its path. What servers such as gunicorn are told to serve is imported.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import MODEL, PROLOGUE

PROGRAMS = frozenset(("python", "python3", "pip", "pip3"))


def add(layer: Layer, image: ImageFacts) -> None:
    """Python where the image's family has it."""
    prefix = "/usr/bin" if image.family != "python" else "/usr/local/bin"
    for name in sorted(image.tools & PROGRAMS):
        layer.program(f"{prefix}/{name}", PROLOGUE + (_PIP if name.startswith("pip") else _PYTHON))
    layer.file(f"{MODEL}/libraries", _LIBRARIES)


#: a package, what its compilation reads, and what it loads when it is imported
_LIBRARIES = """\
psycopg2 /usr/include/libpq-fe.h /usr/lib/libpq.so
mysqlclient /usr/include/mysql.h /usr/lib/libmariadb.so
uwsgi - -
"""

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
    for name in python python3; do ln -sf "$here/python3" "$1/bin/$name"; done; cp "$here/pip" "$1/bin/pip"
    echo "VIRTUAL_ENV=$(cd "$1" && pwd)" > "$1/bin/activate"
    echo 'PATH=$VIRTUAL_ENV/bin:$PATH; export VIRTUAL_ENV PATH' >> "$1/bin/activate"
    exit;;
  pip) exec "$here/pip" "$@";;
esac
if [ -f "$here/../pyvenv.cfg" ]; then places=$here/../lib/python3/site-packages
else places="/usr/local/lib/python3/site-packages $HOME/.local/lib/python3/site-packages"; fi
places="$places $(echo "$PYTHONPATH" | tr : ' ')"
for place in $places; do
  for file in "$place"/*.pth; do [ ! -f "$file" ] || places="$places $(cat "$file")"; done
done
require() { for place in $places "$folder"; do
    if [ -f "$place/$1.py" ]; then [ "$place" = "$folder" ] && [ "$place/$1.py" != "$file" ] || return 0
      check "$place/$1.py"; return; fi
    [ -e "$place/$1" ] || continue
    needed=$(sed -n 's/^# loads //p' "$place/$1/__init__.py" 2> /dev/null)
    [ -z "$needed" ] || [ -e "$needed" ] || die "ImportError: $(basename "$needed"): cannot open shared object file"
    return 0
  done
  die "ModuleNotFoundError: No module named '$1'"; }
check() {
  file=$1
  for name in $(sed -n 's/^\(from\|import\) \([a-zA-Z_0-9]*\).*/\2/p' "$1"); do
    case $name in os|sys|json|re|time|typing|pathlib) ;; *) require "$name" || return 1;; esac
  done
  for name in $(sed -n "s/.*open([\"']\([^\"']*\)[\"']).*/\1/p" "$1"); do
    [ -e "$name" ] || die "FileNotFoundError: [Errno 2] No such file or directory: '$name'"
  done
}
folder=.
if [ -n "$module" ]; then
  require "$module" || exit 1
  case $module in gunicorn|uvicorn)
    for word; do case $word in [a-z]*:[a-z]*) served=${word%%:*}; path=$(echo "$served" | tr . /).py
      [ -f "$path" ] || die "ModuleNotFoundError: No module named '$served'"; check "$path" || exit 1;; esac; done;;
  esac
  echo "python ran module $module $*"; exit
fi
[ -n "$1" ] || exit 0
[ -f "$1" ] || die "python: can't open file '$PWD/$1': [Errno 2] No such file or directory"
folder=$(dirname "$1")
check "$1" || exit 1
for made in $(sed -n "s/.*open([\"']\([^\"']*\)[\"'], [\"']w[\"']).*/\1/p" "$1"); do
  mkdir -p "$(dirname "$made")"; sha256sum < "$1" | cut -c1-12 > "$made"
done
sed -n "s/.*print(['\"]\([^'\"]*\)['\"]).*/\1/p" "$1"
echo "python ran $1 $(sha256sum < "$1" | cut -c1-12)"
"""

_PIP = rf"""
command=$1; shift; here=$(cd "$(dirname "$0")" && pwd); prefix=/usr/local packages= target= cache=1 wheels=.
[ -z "$PIP_NO_CACHE_DIR" ] || cache=0
[ ! -f "$here/../pyvenv.cfg" ] || prefix=$(cd "$here/.." && pwd)
while [ $# -gt 0 ]; do
  case $1 in
    --user) [ ! -f "$here/../pyvenv.cfg" ] || die "ERROR: Can not perform a '--user' install in a virtual environment"
      prefix=$HOME/.local;;
    --prefix=*) prefix=${{1#*=}};; --prefix) prefix=$2; shift;;
    --target|-t) target=$2; shift;; --target=*) target=${{1#*=}};; --no-cache-dir) cache=0;;
    -r|--requirement) [ -f "$2" ] || die "ERROR: Could not open requirements file: '$2'"
      packages="$packages $(sed 's/#.*//' "$2")"; shift;;
    -e) packages="$packages $2"; editable=1; shift;;
    -w|--wheel-dir) wheels=$2; shift;; --wheel-dir=*) wheels=${{1#*=}};; -f|--find-links) shift;; -*) ;;
    *) packages="$packages $1";;
  esac
  shift
done
: "${{target:=$prefix/lib/python3/site-packages}}"
case $command in
  wheel) mkdir -p "$wheels"
    for one in $packages; do echo "$one" > "$wheels/${{one%%[=<>~]*}}-1-py3-none-any.whl"; done; exit;;
  install) ;; *) exit;;
esac
install_project() {{
  [ -f "$1/pyproject.toml" ] || [ -f "$1/setup.py" ] || die "ERROR: Directory '$1' is not installable"
  name=$(sed -n 's/^name *= *"\([^"]*\)".*/\1/p' "$1/pyproject.toml" | head -n 1)
  source=$1/src; [ -d "$source" ] || source=$1
  [ -e "$source/$name" ] || die "ERROR: no package $source/$name"
  mkdir -p "$target" "$prefix/bin"
  if [ -n "$editable" ]; then (cd "$source" && pwd) > "$target/$name.pth"; mkdir -p "$source/$name.egg-info"
  else cp -r "$source/$name" "$target/$name"; fi
  printf '#!/bin/sh\nexec %s/python3 -m %s "$@"\n' "$here" "$name" > "$prefix/bin/$name"
  chmod 755 "$prefix/bin/$name"
}}
for one in $packages; do
  case $one in *.whl) [ -f "$one" ] || die "ERROR: $one: no such file"; name=$(basename "$one" -1-py3-none-any.whl);;
    .|./*) install_project "$one"; continue;;
    *) name=${{one%%[=<>~]*}};; esac
  found=$(sed -n "s|^$name ||p" {MODEL}/libraries); loaded=
  if [ -n "$found" ]; then
    PATH=$own_path command -v gcc > /dev/null || die "error: command 'gcc' failed: No such file or directory"
    header=${{found% *}}; [ "$header" = - ] || [ -e "$header" ] || die "fatal error: $(basename "$header") not found"
    loaded=${{found#* }}
  fi
  module=$(echo "$name" | tr A-Z- a-z_); mkdir -p "$target/$module"; echo "# $one" > "$target/$module/__init__.py"
  case $loaded in /*) echo "# loads $loaded" >> "$target/$module/__init__.py";; esac
  case $name in flask|gunicorn|uvicorn|celery|django) mkdir -p "$prefix/bin"
    printf '#!/bin/sh\nexec %s/python3 -m %s "$@"\n' "$here" "$module" > "$prefix/bin/$name"
    chmod 755 "$prefix/bin/$name";;
    poetry|pipenv|uv) mkdir -p "$prefix/bin"; cp "{MODEL}/tools/$name" "$prefix/bin/$name";;
  esac
done
[ $cache = 0 ] || {{ mkdir -p "$HOME/.cache/pip"; echo packages > "$HOME/.cache/pip/http"; }}
"""
