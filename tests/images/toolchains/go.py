"""Go: `go build`, `install`, `mod download`, `test`, `vet`, `generate`.

A binary is linked to the C library if cgo is on and the sources import `C`, `net` or `os/user`; `import "C"` needs a
compiler, and the libraries that `#cgo LDFLAGS: -lNAME` names. It opens what the sources read (`os.ReadFile`,
`ParseFiles`, `ParseGlob`, `http.Dir`), the certificates for `https://` and time zones for `LoadLocation`, and prints
the texts of `fmt.Println`, the flags of the linker and a digest of all sources.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import MODEL, PROLOGUE

PROGRAMS = frozenset(("go", "gofmt"))


def add(layer: Layer, image: ImageFacts) -> None:
    """Go where the official images have it."""
    layer.folder("/go/bin", 0o777)
    layer.folder("/go/src", 0o777)
    layer.program("/usr/local/go/bin/go", PROLOGUE + _SCRIPT)
    layer.program("/usr/local/go/bin/gofmt", PROLOGUE + "exit 0\n")


_SCRIPT = rf"""
: "${{GOPATH:=/go}}" "${{GOCACHE:=$HOME/.cache/go-build}}"
command=$1; shift
case $command in
  version) echo "go version go1 linux/amd64"; exit;;
  env) for name; do eval "echo \$$name"; done; exit;;
  fmt|clean) exit;;
esac

root=$PWD
while [ ! -f "$root/go.mod" ] && [ ! -f "$root/go.work" ]; do
  [ "$root" != / ] || die "go: go.mod file not found in current directory or any parent directory"
  root=$(dirname "$root")
done
modules=$root
if [ -f "$root/go.work" ]; then
  modules=$(sed -n 's|^[[:space:]]*\(use\)\{{0,1\}}[[:space:]]*\(\./[^ )]*\)$|'"$root"'/\2|p' "$root/go.work")
  for module in $modules; do
    [ -f "$module/go.mod" ] || die "go: cannot load module $module listed in go.work file"
  done
fi

fetch() {{
  [ ! -f "$root/vendor/modules.txt" ] || return 0
  for module in $modules; do
    sed -n 's/^\(require\)\{{0,1\}}[[:space:](]*\([a-z0-9.-]*\.[a-z]*\/[^ ]*\) \(v[^ ]*\).*/\2 \3/p' "$module/go.mod" |
    while read -r name version; do
      grep -qs "^$name $version" "$module/go.sum" "$root/go.work.sum" || die "missing go.sum entry for module $name"
      [ -d "$GOPATH/pkg/mod/$name@$version" ] && continue
      case $name in git.example.com/*)
        grep -qs 'machine git.example.com' "$HOME/.netrc" || die "$name: fatal: could not read Username";;
      esac
      echo "go: downloading $name $version" >&2
      mkdir -p "$GOPATH/pkg/mod/$name@$version"; echo "$name" > "$GOPATH/pkg/mod/$name@$version/module.txt"
    done || exit 1
  done
}}

sources() {{ find $modules -name '*.go' ! -name '*_test.go' -type f; }}

case $command in
  mod) case $1 in download|verify|tidy|vendor) fetch; exit;; *) die "go mod $1: not modelled";; esac;;
  test|vet|generate) fetch; exit;;
  # Before 1.18 it installed programs as well.
  get) case $(cat /usr/local/go/VERSION) in go1.?|go1.1[0-7]) command=install; fetch;; *) exit;; esac;;
  build|install) fetch;;
  *) die "go $command: not modelled";;
esac

out= flags= packages=
while [ $# -gt 0 ]; do
  case $1 in
    -o) out=$2; shift;;
    -o=*) out=${{1#*=}};;
    -ldflags|-tags|-mod|-gcflags|-p|-buildmode) flags="$flags $1=$2"; shift;;
    -*) flags="$flags $1";;
    *) packages="$packages $1";;
  esac
  shift
done
: "${{packages:= .}}"
[ "$command" = build ] || out=${{GOBIN:-$GOPATH/bin}}/

# cgo is on where there is a compiler, unless the variable says so.
compiler=$(PATH=$own_path command -v gcc)
[ -n "$CGO_ENABLED" ] || CGO_ENABLED=$([ -n "$compiler" ] && echo 1 || echo 0)
uses_c=$(sources | xargs grep -ls '^import "C"' | head -n 1)
uses_libc=$(sources | xargs grep -lsE '"(net|net/http|os/user)"' | head -n 1)
linked=static
if [ -n "$uses_c" ]; then
  [ "$CGO_ENABLED" = 1 ] || die "package main: build constraints exclude all Go files"
  [ -n "$compiler" ] || die 'cgo: C compiler "gcc" not found: exec: "gcc": executable file not found in $PATH'
fi
if [ "$CGO_ENABLED" = 1 ] && [ -n "$uses_c$uses_libc" ]; then linked=$(cat {MODEL}/libc); fi
case $flags in *-extldflags*-static*) linked=static;; esac

libraries=$(sources | xargs sed -n 's/.*#cgo LDFLAGS:.*-l\([a-z0-9]*\).*/\1/p')
for library in $libraries; do
  [ -f "/usr/include/$library.h" ] || die "fatal error: $library.h: No such file or directory"
done
for pattern in $(sources | xargs sed -n 's/^\/\/go:embed \(.*\)/\1/p'); do
  ls -d $root/$pattern > /dev/null 2>&1 || find "$root" -path "*/$pattern" | grep -q . ||
    die "pattern $pattern: no matching files found"
done
embedded=$(sources | xargs sed -n 's/^\/\/go:embed \(.*\)/\1/p')

needs() {{
  sources | xargs sed -n \
    -e 's/.*os\.\(ReadFile\|Open\)("\([^"]*\)").*/\2/p' \
    -e 's/.*Parse\(Files\|Glob\)("\([^"*]*\).*/\2/p' \
    -e 's/.*http\.Dir("\([^"]*\)").*/\1/p' \
    -e 's/.*LoadLocation("\([^"]*\)").*/\/usr\/share\/zoneinfo\/\1/p'
  sources | xargs grep -qs '"https://' && echo /etc/ssl/certs/ca-certificates.crt
  sources | xargs grep -qs '"os/user"' && echo /etc/passwd
  [ $linked = static ] || for library in $libraries; do echo "/usr/lib/lib$library.so"; done
}}

text=$(sources | xargs sed -n 's/.*fmt\.Println("\([^"]*\)").*/\1/p' | sort)
digest=$(cd "$root" && {{ find . -name '*.go' ! -name '*_test.go' -type f; ls go.mod go.sum go.work 2> /dev/null
  for pattern in $embedded; do find . -path "*$pattern*" -type f; done; }} | digest)
mkdir -p "$GOCACHE"; echo "$digest" > "$GOCACHE/$digest"

build_package() {{
  folder=$1; case $1 in *.go) folder=$(dirname "$1");; esac
  ls "$folder"/*.go > /dev/null 2>&1 || die "no Go files in $folder"
  grep -qs '^package main' "$folder"/*.go || return 0
  name=$(cd "$folder" && basename "$PWD")
  [ "$(cd "$folder" && pwd)" != "$root" ] || name=$(sed -n 's/^module[[:space:]]*\(.*\/\)\{{0,1\}}//p' "$root/go.mod")
  case $1 in *.go) name=$(basename "$1" .go);; esac
  target=${{out:-$name}}
  case $target in */) mkdir -p "$target";; esac
  [ -d "$target" ] && target=${{target%/}}/$name
  mkdir -p "$(dirname "$target")"
  needs | link_program "$linked" "$text
built of $digest as $name for ${{GOOS:-linux}}/${{GOARCH:-amd64}} with$flags
" > "$target"
  chmod 755 "$target"
}}

for package in $packages; do
  case $package in
    */...|...)
      top=${{package%...}}; found=$(find "${{top:-.}}" -name '*.go' ! -name '*_test.go' -exec dirname {{}} \; | sort -u)
      [ -n "$out" ] || continue
      for folder in $found; do build_package "$folder"; done;;
    *@*) die "$package: no network";;
    *) build_package "$package";;
  esac
done
"""
