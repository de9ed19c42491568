"""nginx: its default page, an entrypoint script that starts what it is given, and the server.

The server answers one request to itself, prints the answer as other servers' models do, and ends.
"""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer
from images.toolchains import PROLOGUE

IMAGES = ("nginx:1.30", "nginx:1.30-alpine", "nginx:1.30-alpine-slim", "nginxinc/nginx-unprivileged:1.30-alpine")

_SERVER = r"""
page=/usr/share/nginx/html/index.html
[ -f $page ] || die "nginx: 403 Forbidden"
echo "GET / 200 $(cat $page)"
"""


def add(layer: Layer, image: ImageFacts) -> None:
    """The server and its pages."""
    layer.program("docker-entrypoint.sh", '#!/bin/sh\nexec "$@"\n')
    layer.program("usr/sbin/nginx", PROLOGUE + _SERVER)
    layer.file(f"{image.document_root}/index.html", "Welcome to nginx!\n")
    layer.file(f"{image.document_root}/50x.html", "An error occurred.\n")
    layer.file("etc/nginx/nginx.conf", "events {}\n")
    layer.folder("var/cache/nginx", 0o755, 101)
