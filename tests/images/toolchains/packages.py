"""apt-get and apk: a package is a file in the database and the programs, libraries and headers that come with it.

`apt-get install` needs the lists of `apt-get update`. Names are checked: what only the other distribution has fails.
"""

from dockls.knowledge.images import ImageFacts
from dockls.knowledge.tables import table
from images.archive import Layer
from images.toolchains import MODEL, PROLOGUE
from images.toolchains.c import add_models

PROGRAMS = frozenset(("apt-get", "apk"))

#: what a package brings; for all others one program of the package's name
_BRINGS = {
    "build-essential": ("/usr/bin/gcc", "/usr/bin/g++", "/usr/bin/make"),
    "build-base": ("/usr/bin/gcc", "/usr/bin/g++", "/usr/bin/make"),
    "g++": ("/usr/bin/g++", "/usr/bin/gcc", "/usr/lib/libstdc++.so.6"),
    "libstdc++": ("/usr/lib/libstdc++.so.6",),
    "ca-certificates": ("/etc/ssl/certs/ca-certificates.crt", "/usr/sbin/update-ca-certificates"),
    "tzdata": ("/usr/share/zoneinfo/UTC", "/usr/share/zoneinfo/Europe/Berlin"),
    "tini": ("/usr/bin/tini", "/sbin/tini"),
    "libsqlite3-dev": ("/usr/include/sqlite3.h", "/usr/lib/libsqlite3.so"),
    "libsqlite3-0": ("/usr/lib/libsqlite3.so",),
    "libssl-dev": ("/usr/include/openssl.h", "/usr/lib/libssl.so"),
    "libssl3": ("/usr/lib/libssl.so",),
    "libssl3t64": ("/usr/lib/libssl.so",),
    "openssl-dev": ("/usr/include/openssl.h", "/usr/lib/libssl.so"),
    "sqlite-dev": ("/usr/include/sqlite3.h", "/usr/lib/libsqlite3.so"),
    "sqlite-libs": ("/usr/lib/libsqlite3.so",),
    "libpq-dev": ("/usr/include/libpq-fe.h", "/usr/lib/libpq.so"),
    "postgresql-dev": ("/usr/include/libpq-fe.h", "/usr/lib/libpq.so"),
    "libpq5": ("/usr/lib/libpq.so",),
    "libpq": ("/usr/lib/libpq.so",),
    "default-libmysqlclient-dev": ("/usr/include/mysql.h", "/usr/lib/libmariadb.so"),
    "libmariadb3": ("/usr/lib/libmariadb.so",),
    "nodejs": ("/usr/bin/node", "/usr/bin/nodejs"),
    "libstdc++6": ("/usr/lib/libstdc++.so.6",),
    "libncurses6": ("/usr/lib/libncurses.so.6",),
    "ncurses-libs": ("/usr/lib/libncurses.so.6",),
    "openssl": ("/usr/bin/openssl", "/usr/lib/libcrypto.so.3"),
    "libgmp10": ("/usr/lib/libgmp.so.10",),
    "libpng-dev": ("/usr/include/libpng.h", "/usr/lib/libpng.so"),
    "libpng16-16t64": ("/usr/lib/libpng.so",),
    "libzip-dev": ("/usr/include/libzip.h", "/usr/lib/libzip.so"),
    "libzip5": ("/usr/lib/libzip.so",),
    "icu-dev": ("/usr/include/libicu.h", "/usr/lib/libicu.so"),
    "icu-libs": ("/usr/lib/libicu.so",),
}
#: programs that start another one
_STARTERS = ("tini", "dumb-init", "su-exec", "gosu")


def add(layer: Layer, image: ImageFacts) -> None:
    """The package manager, with what it knows of packages."""
    lines = [f"{name} {' '.join(paths)}\n" for name, paths in _BRINGS.items()]
    layer.file(f"{MODEL}/packages", "".join(lines))
    layer.file(f"{MODEL}/foreign-packages", "".join(f"{name}\n" for name in sorted(_foreign(image.package_manager))))
    layer.file(f"{MODEL}/install.sh", _INSTALL)
    add_models(layer)
    if image.package_manager == "apt":
        layer.program("/usr/bin/apt-get", PROLOGUE + _APT)
        layer.link("/usr/bin/apt", "apt-get")
    else:
        layer.program("/sbin/apk", PROLOGUE + _APK)


def _foreign(manager: str | None) -> set[str]:
    """The names that packages have in the other distribution only."""
    known = table("packages")["packages"]
    apt = {entry["apt"] for entry in known if entry.get("apt")}
    apk = {name for entry in known for name in (*(entry.get("apk") or ()), *(entry.get("also_apk") or ()))}
    return apk - apt if manager == "apt" else apt - apk


_INSTALL = rf"""
install_package() {{
  ! grep -qsx "$1" {MODEL}/foreign-packages || die "E: Unable to locate package $1"
  paths=$(sed -n "s|^$1 ||p" {MODEL}/packages)
  case $1 in *-dev|lib*) ;; *) : "${{paths:=/usr/bin/$1}}";; esac
  for path in $paths; do
    [ ! -e "$path" ] || continue
    mkdir -p "$(dirname "$path")"
    case $path in
      */bin/*|*/sbin/*) printf '#!/bin/sh\nexit 0\n' > "$path"; chmod 755 "$path";;
      */ca-certificates.crt) echo certificates > "$path";;
      */zoneinfo/*) echo "time zone ${{path#/usr/share/zoneinfo/}}" > "$path";;
      *) echo "part of $(basename "$path")" > "$path";;
    esac
    # What nothing models must not seem to have worked.
    case $path in */cmake|*/meson) printf '#!/bin/sh\nexit 1\n' > "$path";; esac
    case $path in */gcc|*/g++|*/cc|*/make) ln -sf "{MODEL}/$(basename "$path")" "$path";; esac
    case $path in {"|".join("*/" + name for name in _STARTERS)})
      printf '#!/bin/sh\nwhile case $1 in -*) true;; *) false;; esac; do shift; done\nexec "$@"\n' > "$path";; esac
  done
}}
"""

_APT = rf"""
. {MODEL}/install.sh
lists=/var/lib/apt/lists/deb_Packages
case " $* " in *" update "*) mkdir -p /var/lib/apt/lists; echo lists > $lists; exit;; esac
command= extra=1
for word; do
  case $word in --no-install-recommends) extra=0; continue;; -*) continue;; esac
  [ -n "$command" ] || {{ command=$word; continue; }}
  name=${{word%%=*}}
  case $command in
    install)
      [ -f $lists ] || die "E: Unable to locate package $name"
      install_package "$name"; mkdir -p /var/lib/dpkg/info; echo "$name" > "/var/lib/dpkg/info/$name.list"
      [ $extra = 0 ] || echo recommended > "/var/lib/dpkg/info/$name-recommended.list";;
    purge|remove) rm -f "/usr/bin/$name" "/var/lib/dpkg/info/$name.list";;
  esac
done
"""

_APK = rf"""
. {MODEL}/install.sh
command=
while [ $# -gt 0 ]; do
  case $1 in
    -t|--virtual|-X|--repository) shift;;
    -*) ;;
    *) if [ -z "$command" ]; then command=$1
       elif [ "$command" = add ]; then
         name=${{1%%[=~@]*}}; install_package "$name"; mkdir -p /lib/apk/db; echo "$name" >> /lib/apk/db/installed
         case $name in gcompat|libc6-compat) mkdir -p /lib64; cp {MODEL}/linker /lib64/ld-linux-x86-64.so.2;; esac
       fi;;
  esac
  shift
done
"""
