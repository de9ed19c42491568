"""dotnet: `restore`, `build`, `publish`, and running an assembly.

A published folder holds the assembly with a digest of the sources, its start program, and the settings of the project.
An assembly of the web SDK runs only where ASP.NET is.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import PROLOGUE

PROGRAMS = frozenset(("dotnet",))


def add(layer: Layer, image: ImageFacts) -> None:
    """The host, with ASP.NET but in the plain runtime's image."""
    layer.program("/usr/bin/dotnet", PROLOGUE + _SCRIPT)
    if "/runtime" not in image.family:
        layer.file("/usr/share/dotnet/shared/Microsoft.AspNetCore.App", "ASP.NET\n")
    if "/sdk" in image.family or image.family.endswith("sdk"):
        layer.file("/usr/share/dotnet/sdk/dotnet.dll", "SDK\n")


_SCRIPT = r"""
shared=/usr/share/dotnet
command=$1; shift
case $command in
  *.dll) [ -f "$command" ] || die "The application '$command' does not exist."
    ! grep -q '^web' "$command" || [ -f $shared/shared/Microsoft.AspNetCore.App ] ||
      die "Framework: 'Microsoft.AspNetCore.App' No frameworks were found."
    settings=$(dirname "$command")/appsettings.json
    ! grep -q settings "$command" || [ -f "$settings" ] || die "The configuration file 'appsettings.json' was not found"
    echo "dotnet ran $(basename "$command"), $(cat "$command"), as $(id -u)"; exit;;
esac
[ -f $shared/sdk/dotnet.dll ] || die "The command could not be loaded: no .NET SDKs were found."
out= project=
while [ $# -gt 0 ]; do case $1 in
  -o|--output) out=$2; shift;; -c|-r|-f|-a|--arch|--configuration) shift;; -*) ;; *) project=$1;; esac; shift; done
: "${project:=$(ls *.csproj 2> /dev/null | head -n 1)}"
[ -f "$project" ] || die "MSBUILD : error MSB1003: Specify a project or solution file."
mkdir -p "$HOME/.nuget/packages"; echo packages > "$HOME/.nuget/packages/index"
[ "$command" = publish ] || [ "$command" = build ] || exit 0
folder=$(dirname "$project"); name=$(basename "$project" .csproj)
kind=console; ! grep -q 'Sdk.Web' "$project" || kind=web
: "${out:=$folder/bin/Release/net/publish}"
mkdir -p "$out"
digest=$(cd "$folder" && find . -name '*.cs' -o -name '*.csproj' | digest)
settings=
[ ! -f "$folder/appsettings.json" ] || { settings=" with settings"; cp "$folder/appsettings.json" "$out/"; }
echo "$kind assembly of $digest$settings" > "$out/$name.dll"
printf '#!/bin/sh\nexec dotnet "$(dirname "$0")/%s.dll" "$@"\n' "$name" > "$out/$name"
chmod 755 "$out/$name"
"""
