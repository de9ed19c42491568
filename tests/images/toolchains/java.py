"""java, javac, Maven, Gradle and Leiningen: what they make holds a digest of sources and manifest.

Maven needs `pom.xml`, Gradle a build file, Leiningen `project.clj`; names of jars come from them. `java` looks for the
jar, for agents, and for the main class in the entries of the class path.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import MODEL, PROLOGUE

PROGRAMS = frozenset(("java", "javac", "jar", "mvn", "gradle", "lein"))


def add(layer: Layer, image: ImageFacts) -> None:
    """What the image has; wrappers find what they would download."""
    for name, script in (("mvn", _MAVEN), ("gradle", _GRADLE), ("lein", _LEININGEN)):
        layer.program(f"{MODEL}/{name}", PROLOGUE + script)
        if name in image.tools or image.family == name:
            layer.link(f"/usr/bin/{name}", f"{MODEL}/{name}")
    layer.program("/usr/bin/java", PROLOGUE + _JAVA)
    if "javac" in image.tools:
        layer.program("/usr/bin/jlink", PROLOGUE + _JLINK)
        layer.program("/usr/bin/javac", PROLOGUE + _JAVAC)
    for path in image.entrypoint or ():
        if path.startswith("/"):
            layer.program(path, '#!/bin/sh\nexec "$@"\n')


_MAVEN = r"""
goals= folder=.
while [ $# -gt 0 ]; do case $1 in
  -f|--file) folder=$(dirname "$2"); shift;; -pl|-P|-T|-s) shift;; -*) ;; *) goals="$goals $1";; esac; shift; done
cd "$folder" || exit 1
[ -f pom.xml ] || die "The goal you specified requires a project to execute but there is no POM in this directory"
mkdir -p "$HOME/.m2/repository"; echo artifacts > "$HOME/.m2/repository/index"
case " $goals " in *" package "*|*" verify "*|*" install "*) ;; *) exit 0;; esac
for pom in $(find . -name pom.xml | sort); do
  module=$(dirname "$pom")
  field() { sed -n "s|.*<$1>\(.*\)</$1>.*|\1|p" "$pom" | head -n 1; }
  [ -d "$module/src" ] || continue
  name=$(field finalName); [ -n "$name" ] || name=$(field artifactId)-$(field version)
  mkdir -p "$module/target/classes"
  digest=$(cd "$module" && { find src -type f; echo pom.xml; } | digest)
  echo "jar of $digest" > "$module/target/$name.jar"
  echo "classes of $digest" > "$module/target/classes/Main.class"
done
"""

_GRADLE = r"""
tasks=
while [ $# -gt 0 ]; do case $1 in -p|--project-dir) cd "$2" || exit 1; shift;; -x) shift;; -*) ;;
  *) tasks="$tasks $1";; esac; shift; done
ls build.gradle build.gradle.kts > /dev/null 2>&1 || [ -f build.gradle ] || [ -f build.gradle.kts ] ||
  die "Directory '$PWD' does not contain a Gradle build."
mkdir -p "$HOME/.gradle/caches"; echo artifacts > "$HOME/.gradle/caches/index"
name=$(sed -n "s/.*rootProject.name *= *['\"]\(.*\)['\"].*/\1/p" settings.gradle settings.gradle.kts 2> /dev/null)
[ -n "$name" ] || name=$(basename "$PWD")
version=$(sed -n "s/^version *= *['\"]\(.*\)['\"].*/\1/p" build.gradle build.gradle.kts 2> /dev/null)
digest=$({ find src -type f; ls build.gradle build.gradle.kts 2> /dev/null; } | digest)
mkdir -p build/libs
for task in $tasks; do case ${task##*:} in
  build|jar|bootJar|assemble) echo "jar of $digest" > "build/libs/$name${version:+-$version}.jar";;
  shadowJar) echo "jar of $digest" > "build/libs/$name${version:+-$version}-all.jar";;
  installDist) mkdir -p "build/install/$name/bin" "build/install/$name/lib"
    echo "jar of $digest" > "build/install/$name/lib/$name.jar"
    printf '#!/bin/sh\nexec java -jar "$(dirname "$0")/../lib/%s.jar" "$@"\n' "$name" > "build/install/$name/bin/$name"
    chmod 755 "build/install/$name/bin/$name";;
esac; done
"""

_LEININGEN = r"""
[ -f project.clj ] || die "Couldn't find project.clj, which is needed for $1"
[ "$1" = uberjar ] || exit 0
name=$(sed -n 's/^(defproject \([^ ]*\) "\([^"]*\)".*/\1-\2/p' project.clj)
mkdir -p target/uberjar
echo "jar of $({ find src -type f; echo project.clj; } | digest)" > "target/uberjar/$name-standalone.jar"
"""

_JAVAC = r"""
out=. sources=
while [ $# -gt 0 ]; do case $1 in -d) out=$2; shift;; -cp|-classpath|--release) shift;; -*) ;;
  *) sources="$sources $1";; esac; shift; done
mkdir -p "$out"
for source in $sources; do
  [ -f "$source" ] || die "error: file not found: $source"
  echo "class of $(sha256sum < "$source" | cut -c1-16)" > "$out/$(basename "$source" .java).class"
done
"""

_JLINK = r"""
while [ $# -gt 0 ]; do case $1 in --output) out=$2; shift;; esac; shift; done
[ ! -e "$out" ] || die "Error: directory already exists: $out"
mkdir -p "$out/bin"; cp /usr/bin/java "$out/bin/java"; echo "modules" > "$out/release"
"""

# What `-Djarmode=tools` makes of a jar of Spring Boot: the jar itself is one of the layers.
_JAVA = r"""
path=. extracts=
case " $* " in *" -Djarmode=tools "*" extract "*) extracts=1;; esac
if [ -n "$extracts" ]; then
  while [ $# -gt 0 ]; do case $1 in -jar) jar=$2; shift;; --destination) out=$2; shift;; esac; shift; done
  [ -f "$jar" ] || die "Error: Unable to access jarfile $jar"
  for name in dependencies spring-boot-loader snapshot-dependencies application; do mkdir -p "$out/$name"; done
  cp "$jar" "$out/application/"; exit
fi
while [ $# -gt 0 ]; do case $1 in
  -version|--version) echo "openjdk version"; exit;;
  -javaagent:*) agent=${1#*:}; [ -f "${agent%%=*}" ] || die "Error opening zip file or JAR manifest missing : $agent";;
  -cp|-classpath|--class-path) path=$2; shift;;
  -jar) [ -f "$2" ] || die "Error: Unable to access jarfile $2"
    echo "java ran $(basename "$2"), $(cat "$2"), as $(id -u) in $PWD"; shift 2
    for word; do case $word in *config*=*|*.yml|*.properties)
      [ -f "${word#*=}" ] || die "java.io.FileNotFoundException: ${word#*=}";; esac; done
    exit;;
  -*) ;;
  *) break;;
esac; shift; done
[ -n "$1" ] || exit 0
for entry in $(echo "$path" | tr : ' '); do
  if [ -f "$entry/$1.class" ]; then echo "java ran $1, $(cat "$entry/$1.class")"; found=1; continue; fi
  case $entry in */\*) [ -d "${entry%/*}" ] || die "java.lang.NoClassDefFoundError: in ${entry%/*}";; esac
done
[ -n "$found" ] || die "Error: Could not find or load main class $1"
"""
