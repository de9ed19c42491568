"""poetry, pipenv and uv: what the lock file names is installed into the environment that the real tool would choose.

All take an active environment (VIRTUAL_ENV) but `uv sync`, which has its own in the project's folder. Poetry makes one
in the user's cache unless it is told otherwise; `pipenv --system` and `uv pip --system` go by PATH, and uv does not
take a virtual environment for the system. The project itself is installed from where it lies.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import MODEL, PROLOGUE

PROGRAMS = frozenset(("python", "uv"))


def add(layer: Layer, image: ImageFacts) -> None:
    """The tools for pip to install, and uv in the image that has nothing else."""
    if image.family == "ghcr.io/astral-sh/uv":
        layer.program("/uv", PROLOGUE + _SHARED + _UV)
        return
    for name, script in (("poetry", _POETRY), ("pipenv", _PIPENV), ("uv", _UV)):
        layer.program(f"{MODEL}/tools/{name}", PROLOGUE + _SHARED + script)


_SHARED = r"""
command=$1; [ $# = 0 ] || shift
first_python() { # the first one on PATH; with "system" not that of a virtual environment
  for folder in $(echo "$own_path" | tr : ' '); do
    [ -x "$folder/python3" ] || continue
    [ "$1" != system ] || [ ! -f "$folder/../pyvenv.cfg" ] || continue
    echo "$folder/python3"; return
  done
}
made() { # the environment $1, made where it is missing
  [ -f "$1/pyvenv.cfg" ] || "$(first_python system)" -m venv "$1"; }
locked() { [ -f "$1" ] || die "$1 not found"
  sed -n 's/^name = "\([^"]*\)".*/\1/p; s/^ *"\([a-z0-9-]*\)": {.*/\1/p' "$1"; }
has() { word=$1; shift; case " $* " in *" $word "*) true;; *) false;; esac; }
install() { # into the environment or prefix $1 the packages behind it
  prefix=$1; shift
  [ $# = 0 ] || PATH=$own_path "$prefix/bin/pip" install --no-cache-dir "$@"; }
"""

_POETRY = r"""
settings=$HOME/.config/pypoetry/config
told() { grep -qsx "$1 true" "$settings"; }
environment() {
  if [ -n "$VIRTUAL_ENV" ]; then echo "$VIRTUAL_ENV"
  elif [ "$POETRY_VIRTUALENVS_IN_PROJECT" = true ] || [ "$POETRY_VIRTUALENVS_IN_PROJECT" = 1 ] \
    || told virtualenvs.in-project; then echo "$PWD/.venv"
  elif grep -qsx "virtualenvs.create false" "$settings"; then dirname "$(dirname "$(first_python system)")"
  else echo "$HOME/.cache/pypoetry/virtualenvs/project-py3"; fi
}
case $command in
  config) mkdir -p "$(dirname "$settings")"; echo "$1 $2" >> "$settings";;
  install) [ -f pyproject.toml ] || die "Poetry could not find a pyproject.toml file in $PWD"
    place=$(environment); names=$(locked poetry.lock) || exit 1
    [ -x "$place/bin/python3" ] || made "$place"
    install "$place" $names
    has --no-root "$@" || install "$place" -e .;;
  run) place=$(environment); PATH=$place/bin:$own_path exec "$@";;
esac
"""

_PIPENV = r"""
case $command in
  install|sync) [ -f Pipfile ] || die "No Pipfile present at project home"
    names=$(locked Pipfile.lock) || exit 1
    if has --system "$@"; then place=$(dirname "$(dirname "$(first_python)")")
    elif [ -n "$VIRTUAL_ENV" ]; then place=$VIRTUAL_ENV
    elif [ "$PIPENV_VENV_IN_PROJECT" = 1 ]; then place=$PWD/.venv; made "$place"
    else place=$HOME/.local/share/virtualenvs/project; made "$place"; fi
    install "$place" $names;;
  run) for place in "$VIRTUAL_ENV" "$PWD/.venv" "$HOME/.local/share/virtualenvs/project"; do
      [ ! -f "$place/pyvenv.cfg" ] || PATH=$place/bin:$own_path exec "$@"; done; die "no virtual environment";;
esac
"""

_UV = r"""
place=${UV_PROJECT_ENVIRONMENT:-$PWD/.venv}
synchronized() {
  [ -f pyproject.toml ] || die "error: No pyproject.toml found"
  names=$(locked uv.lock) || exit 1
  made "$place"; install "$place" $names
  has --no-install-project "$@" || [ ! -d src ] || install "$place" -e .; }
case $command in
  sync) synchronized "$@";;
  run) has --no-sync "$@" || synchronized > /dev/null
    while case $1 in -*) true;; *) false;; esac; do shift; done
    case $1 in *.py) set -- python "$@";; esac
    PATH=$place/bin:$own_path exec "$@";;
  pip) [ "$1" = install ] || exit 0
    shift
    if has --system "$@"; then place=$(dirname "$(dirname "$(first_python system)")")
    elif [ -n "$VIRTUAL_ENV" ]; then place=$VIRTUAL_ENV
    else [ -f "$place/pyvenv.cfg" ] || die "error: No virtual environment found"; fi
    install "$place" "$@";;
esac
"""
