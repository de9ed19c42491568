"""tsc, vite, webpack, next, esbuild, react-scripts, and the little servers of built sites (`serve`, `http-server`).

They come with `npm install`. What is built holds a digest of the sources and what bundlers compile in (`VITE_*`,
`REACT_APP_*`). A server answers one request to itself, prints the answer, and ends.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import MODEL, PROLOGUE

PROGRAMS = frozenset(("npm", "bun"))


def add(layer: Layer, image: ImageFacts) -> None:
    """The script that the programs in `node_modules/.bin` call."""
    layer.program(f"{MODEL}/javascript-builds", PROLOGUE + _SCRIPT)


_SCRIPT = r"""
tool=$1; shift
bundle() {
  [ -d src ] || die "$tool: cannot resolve entry module ./src"
  digest=$({ find src public -type f 2> /dev/null; ls index.html package.json *.config.js 2> /dev/null; } | digest)
  variables=$(env | grep -E '^(VITE_|REACT_APP_)' | sort | tr '\n' ' ')
  mkdir -p "$1/assets"
  cp -r public/. "$1" 2> /dev/null
  echo "<html>site $digest $variables</html>" > "$1/index.html"
  echo "// $digest" > "$1/assets/index.js"
}
answer() {
  [ -f "$1/index.html" ] || die "$tool: 404 Not Found: $1/index.html"
  echo "GET / 200 $(cat "$1/index.html")"
}
trace() {
  mkdir -p .next/static .next/standalone/.next .next/standalone/node_modules/next
  mv .next/assets .next/static/; cp .next/index.html .next/standalone/.next/
  echo "console.log('listens')" > .next/standalone/node_modules/next/index.js
  { echo "require('next')"; echo "fs.readFileSync('.next/index.html')"
    echo "fs.readFileSync('.next/static/assets/index.js')"
    [ ! -d public ] || find public -type f | sed "s/.*/fs.readFileSync('&')/"; } > .next/standalone/server.js
}
folder() {
  for word; do case $word in -*|[0-9]*) ;; *) [ ! -d "$word" ] || { echo "$word"; return; };; esac; done; echo .
}
case $tool in
  tsc)
    [ -f tsconfig.json ] || die "error TS5057: Cannot find a tsconfig.json file"
    out=$(sed -n 's/.*"outDir"[^"]*"\(\.\/\)\{0,1\}\([^"]*\)".*/\2/p' tsconfig.json); : "${out:=dist}"
    [ -d src ] || die "error TS18003: No inputs were found in config file 'tsconfig.json'"
    find src -name '*.ts' | while read -r path; do
      target=$out/${path#src/}; mkdir -p "$(dirname "$target")"; cp "$path" "${target%.ts}.js"
    done;;
  vite) case $1 in preview) answer dist;; *) [ -f index.html ] || die "Could not resolve entry module \"index.html\"."
    bundle dist;; esac;;
  prisma) case $1 in generate) [ -f prisma/schema.prisma ] || die "Could not find Prisma Schema"
    mkdir -p node_modules/.prisma/client; find prisma -type f | digest > node_modules/.prisma/client/index.js;; esac;;
  webpack) bundle dist;;
  react-scripts) bundle build;;
  next) case $1 in start) answer .next;; *) bundle .next
    ! grep -q standalone next.config.* 2> /dev/null || trace;; esac;;
  esbuild) for word; do case $word in --outfile=*) out=${word#*=};; -*) ;; *) entry=$word;; esac; done
    [ -f "$entry" ] || die "Could not resolve \"$entry\""; mkdir -p "$(dirname "$out")"; cp "$entry" "$out";;
  serve|http-server) answer "$(folder "$@")";;
  *) ;;
esac
"""
