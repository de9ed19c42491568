"""php, Composer, and the scripts of the official images that compile extensions.

Composer needs `composer.json`, git or unzip, and the extensions that are required (`ext-gd`); it writes `vendor` and
runs `post-autoload-dump`. An extension needs a compiler and its library's headers, lies where PHP looks for it, and
loads the library whenever PHP starts. `a2enmod` enables modules of Apache, which must be there when it starts.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import MODEL, PROLOGUE

PROGRAMS = frozenset((
    "php", "composer", "docker-php-ext-install", "docker-php-ext-configure", "docker-php-ext-enable", "pecl", "pear",
    "php-fpm", "apache2", "a2enmod",
))  # fmt: skip


def add(layer: Layer, image: ImageFacts) -> None:
    """What the image has of PHP; that of Composer has both."""
    layer.file(f"{MODEL}/php-extensions", _SHARED)
    prologue = PROLOGUE + f". {MODEL}/php-extensions\n"
    if "composer" in image.tools:
        layer.program("/usr/bin/composer", prologue + _COMPOSER)
        layer.program("/docker-entrypoint.sh", '#!/bin/sh\nexec "$@"\n')
    layer.folder("/usr/local/etc/php/conf.d")
    layer.file("/usr/local/etc/php/php.ini-production", "display_errors = Off\n")
    layer.program("/usr/local/bin/php", prologue + _PHP)
    layer.program("/usr/local/bin/docker-php-entrypoint", '#!/bin/sh\nexec "$@"\n')
    for name in ("install", "configure", "enable"):
        layer.program(f"/usr/local/bin/docker-php-ext-{name}", prologue + f"action={name}\n" + _EXTENSIONS)
    layer.program("/usr/local/bin/pecl", prologue + "action=pecl\n" + _EXTENSIONS)
    for name in ("php-fpm", "apache2-foreground"):
        layer.program(f"/usr/local/bin/{name}", prologue + _SERVER)
    layer.program("/usr/sbin/a2enmod", prologue + _MODULES)


_SHARED = r"""
extensions=/usr/local/lib/php/extensions/no-debug
settings=/usr/local/etc/php/conf.d
library() { case $1 in gd) echo png;; zip) echo zip;; intl) echo icu;; pdo_pgsql|pgsql) echo pq;; esac; }
start() {
  for file in "$settings"/*.ini; do
    name=$(sed -n 's/^extension=//p' "$file" 2> /dev/null); [ -n "$name" ] || continue
    [ -f "$extensions/$name.so" ] || die "PHP Warning: Unable to load dynamic library '$name'"
    needs=$(sed -n 's/^loads //p' "$extensions/$name.so")
    [ -z "$needs" ] || [ -f "/usr/lib/lib$needs.so" ] || die "lib$needs.so: cannot open shared object file"
  done
}
"""

_EXTENSIONS = r"""
[ "$action" != pecl ] || { [ "$1" = install ] || exit 0; shift; }
for name; do
  case $name in -*) continue;; [0-9]*) continue;; esac
  case $action in
    enable) echo "extension=$name" > "$settings/docker-php-ext-$name.ini";;
    install|pecl)
      PATH=$own_path command -v gcc > /dev/null || die "configure: error: no acceptable C compiler found in \$PATH"
      needs=$(library "$name")
      [ -z "$needs" ] || ls /usr/include | grep -q "^lib$needs" || die "configure: error: $needs not found"
      mkdir -p "$extensions"
      { echo "extension $name"; [ -z "$needs" ] || echo "loads $needs"; } > "$extensions/$name.so"
      [ "$action" = pecl ] || echo "extension=$name" > "$settings/docker-php-ext-$name.ini";;
  esac
  [ "$action" != configure ] || break
done
"""

_PHP = r"""
start
case $1 in -v|-m|-i|-r|"") echo "PHP 8"; exit;; esac
[ -f "$1" ] || die "Could not open input file: $1"
for name in $(sed -n "s/.*require [^'\"]*[\"']\([^\"']*\)[\"'].*/\1/p" "$1"); do
  name=${name#/}; [ -f "$name" ] || die "PHP Fatal error: Failed opening required '$name'"; done
case $1 in artisan) [ "$2" != package:discover ] || { mkdir -p bootstrap/cache
  cat vendor/index > bootstrap/cache/packages.php; }; exit;; esac
echo "php ran $1 with $(cat vendor/index 2> /dev/null | tr '\n' ' ')as $(id -u)"
"""

_SERVER = r"""
start
settings=$(ls /etc/apache2/mods-enabled 2> /dev/null | tr '\n' ' ')
site=$(cat /etc/apache2/sites-available/000-default.conf 2> /dev/null)
[ ! -f vendor/index ] || packages=$(cat vendor/index | tr '\n' ' ')
for file in index.php public/index.php; do [ ! -f $file ] || found=$(sha256sum < $file | cut -c1-16); done
for folder in public/build; do [ ! -d $folder ] || assets=$(ls $folder | tr '\n' ' '); done
echo "$(basename "$0") serves $PWD: $found, $packages, $assets, $settings$site as $(id -u)"
"""

_MODULES = r"""
mkdir -p /etc/apache2/mods-enabled
for name; do echo "LoadModule $name" > "/etc/apache2/mods-enabled/$name.load"; done
"""

_COMPOSER = r"""
command=$1; shift
scripts=1 development=1 autoload=1
while [ $# -gt 0 ]; do case $1 in --no-scripts) scripts=;; --no-dev) development=;; --no-autoloader) autoload=;;
  -d|--working-dir) cd "$2" || exit 1; shift;; esac; shift; done
[ -f composer.json ] || die "Composer could not find a composer.json file in $PWD"
packages() { sed -n "/\"$1\"[[:space:]]*:[[:space:]]*{/,/}/p" composer.json | tr ',{' '\n\n' |
  sed -n 's/.*"\([a-z0-9-]*\/[a-z0-9-]*\)"[[:space:]]*:.*/\1/p'; }
for name in $(tr ',{' '\n\n' < composer.json | sed -n 's/.*"ext-\([a-z_]*\)"[[:space:]]*:.*/\1/p'); do
  [ -f "$settings/docker-php-ext-$name.ini" ] || die "Root composer.json requires PHP extension ext-$name"; done
if [ "$command" = install ]; then
  PATH=$own_path command -v git > /dev/null || PATH=$own_path command -v unzip > /dev/null ||
    die "The zip extension and unzip/7z commands are both missing"
  mkdir -p "$HOME/.composer/cache" vendor; echo files > "$HOME/.composer/cache/files"
  { packages require; [ -z "$development" ] || packages require-dev; } | sort > vendor/index
  while read -r name; do mkdir -p "vendor/$name"; echo "$name" > "vendor/$name/source.php"; done < vendor/index
fi
[ -z "$autoload" ] || { find . -name '*.php' -not -path './vendor/*' | digest > vendor/autoload.php
  [ -z "$scripts" ] || ! grep -q package:discover composer.json || php artisan package:discover; }
"""
