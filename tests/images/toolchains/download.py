"""curl and wget: the answer depends on the address; the machine itself never answers, so health checks fail."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import PROLOGUE

PROGRAMS = frozenset(("curl", "wget"))


def add(layer: Layer, image: ImageFacts) -> None:
    """Those that the image has; `https` needs certificates."""
    for name in sorted(image.tools & PROGRAMS):
        layer.program(f"/usr/bin/{name}", PROLOGUE + _SCRIPT)


_SCRIPT = r"""
target= address= remote=0
while [ $# -gt 0 ]; do
  case $1 in
    -o|-O|--output|-qO|-qO-|-sSLo|-fsSLo|-sLo|-Lo|-fsSL|-O-|-LO|-sSLO)
      case $(basename "$0")$1 in
        curl-O|curl-LO|curl-sSLO) remote=1;; *O-|*-fsSL) target=-;; *) target=$2; shift;;
      esac;;
    -*) ;;
    *) address=$1;;
  esac
  shift
done
case $address in
  *localhost*|*127.0.0.1*) die "connection refused";;
  https:*)
    [ -f /etc/ssl/certs/ca-certificates.crt ] || die "SSL certificate problem: unable to get local issuer certificate";;
esac
[ $remote = 0 ] || target=$(basename "$address")
[ -n "$target" ] || { case $(basename "$0") in wget) target=$(basename "$address");; *) target=-;; esac; }
if [ "$target" = - ]; then echo "content of $address"; else echo "content of $address" > "$target"; fi
"""
