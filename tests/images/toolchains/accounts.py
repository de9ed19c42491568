"""useradd and groupadd of Debian, adduser and addgroup of BusyBox; what one calls the other does not understand."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import MODEL, PROLOGUE

PROGRAMS = frozenset(("useradd", "groupadd", "adduser", "addgroup"))


def add(layer: Layer, image: ImageFacts) -> None:
    """The two that the distribution has."""
    layer.file(f"{MODEL}/accounts.sh", _SHARED)
    scripts = {"useradd": _USERADD, "groupadd": _GROUPADD, "adduser": _ADDUSER, "addgroup": _ADDGROUP}
    for name in sorted(image.tools & PROGRAMS):
        layer.program(f"/usr/sbin/{name}", f"{PROLOGUE}. {MODEL}/accounts.sh\n{scripts[name]}")


_SHARED = r"""
free() { number=$2; while cut -d: -f3 "$1" | grep -qx "$number"; do number=$((number + 1)); done; echo "$number"; }
group_number() { awk -F: -v name="$1" '$1 == name || $3 == name { print $3; exit }' /etc/group; }
make_group() {
  [ -n "$1" ] || die "a group needs a name"
  ! grep -q "^$1:" /etc/group || die "group '$1' already exists"
  echo "$1:x:$2:" >> /etc/group
}
make_user() { # name user group home shell with-home
  [ -n "$1" ] || die "a user needs a name"
  ! grep -q "^$1:" /etc/passwd || die "user '$1' already exists"
  echo "$1:x:$2:$3::$4:$5" >> /etc/passwd
  [ "$6" = 0 ] || [ -d "$4" ] || { mkdir -p "$4"; chown "$2:$3" "$4"; }
}
"""

_GROUPADD = r"""
start=1000 number=
while [ $# -gt 0 ]; do case $1 in
  -g|--gid) number=$2; shift;; --gid=*) number=${1#*=};; -r|--system) start=999;; -f) ;;
  -rg) start=999 number=$2; shift;; -*) die "groupadd: unrecognized option '$1'";; *) name=$1;; esac; shift; done
make_group "$name" "${number:-$(free /etc/group $start)}"
"""

_USERADD = r"""
start=1000 number= group= home= shell=/bin/sh with_home=0
while [ $# -gt 0 ]; do case $1 in
  -u|--uid) number=$2; shift;; --uid=*) number=${1#*=};; -g|--gid) group=$2; shift;; --gid=*) group=${1#*=};;
  -d|--home-dir|--home) home=$2; shift;; -s|--shell) shell=$2; shift;; --shell=*) shell=${1#*=};;
  -c|--comment|-G|--groups) shift;; -m|--create-home) with_home=1;; -M|--no-create-home) with_home=0;;
  -r|--system) start=999;; -l|--no-log-init|-U|-o) ;; -rm|-mr) start=999 with_home=1;;
  -ms) with_home=1 shell=$2; shift;; -mu) with_home=1 number=$2; shift;;
  -*) die "useradd: unrecognized option '$1'";; *) name=$1;; esac; shift; done
number=${number:-$(free /etc/passwd $start)}
if [ -z "$group" ]; then make_group "$name" "$number"; group=$number; fi
wanted=$group; group=$(group_number "$group"); [ -n "$group" ] || die "useradd: group '$wanted' does not exist"
make_user "$name" "$number" "$group" "${home:-/home/$name}" "$shell" $with_home
"""

_ADDGROUP = r"""
start=1000 number= name= member=
while [ $# -gt 0 ]; do case $1 in
  -g|--gid) number=$2; shift;; -S|--system) start=101;; -*) die "addgroup: unrecognized option: $1";;
  *) if [ -z "$name" ]; then name=$1; else member=$name name=$1; fi;; esac; shift; done
[ -z "$member" ] || { sed -i "s/^\($name:.*:\)\(.\)/\1\2,/; s/^\($name:x:.*\)/\1$member/" /etc/group; exit; }
make_group "$name" "${number:-$(free /etc/group $start)}"
"""

_ADDUSER = r"""
start=1000 number= group= home= shell=/bin/sh with_home=1 name= extra=
while [ $# -gt 0 ]; do case $1 in
  -u|--uid) number=$2; shift;; -G|--ingroup) group=$2; shift;; -h|--home) home=$2; shift;; -s|--shell) shell=$2; shift;;
  -g|--gecos) shift;; -D|--disabled-password) ;; -H|--no-create-home) with_home=0;;
  -S|--system) start=100 shell=/bin/false;; -SD|-DS) start=100 shell=/bin/false;; -DH|-HD) with_home=0;;
  -*) die "adduser: unrecognized option: $1";;
  *) if [ -z "$name" ]; then name=$1; else extra=$1; fi;; esac; shift; done
[ -z "$extra" ] || { sed -i "s/^\($extra:x:[0-9]*:\)/\1$name/" /etc/group; exit; }
number=${number:-$(free /etc/passwd $start)}
if [ -z "$group" ] && [ $start = 1000 ]; then make_group "$name" "$number"; group=$number; fi
if [ -z "$group" ]; then group=65533; else wanted=$group; group=$(group_number "$group"); fi
[ -n "$group" ] || die "adduser: unknown group $wanted"
make_user "$name" "$number" "$group" "${home:-/home/$name}" "$shell" $with_home
"""
