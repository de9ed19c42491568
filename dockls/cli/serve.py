"""``dockls serve``: the language server."""

import sys
from argparse import Namespace


def run(options: Namespace) -> int:
    """Serve one editor until it leaves; gives the exit status."""
    if options.tcp is None:
        from dockls.server.front import serve_stdio

        return serve_stdio()
    host, _, port = options.tcp.rpartition(":")
    if not port.isdecimal() or not 0 <= int(port) <= 65535:
        print(f"dockls: --tcp takes [HOST:]PORT with a port up to 65535, not {options.tcp!r}", file=sys.stderr)
        return 2
    from dockls.server.front import serve_tcp

    return serve_tcp(host.strip("[]") or "127.0.0.1", int(port))
