"""The command `dockls`."""

import sys


def main() -> int:
    """Runs the command line; gives the exit status.

    Editors start `dockls serve` and wait for it, so that call alone bypasses the command-line parser.
    """
    if sys.argv[1:] in (["serve"], ["serve", "--stdio"]):
        return _serve(None)
    import gc

    from dockls.cli import main as run

    # Nearly all that a command makes is needed until its end: searching it for garbage again and again finds none.
    gc.set_threshold(100_000, 50, 100)
    return run(_serve)


def _serve(address: tuple[str, int] | None) -> int:
    """Serves an editor over standard input and output (None), or one that connects to a host and port."""
    import os

    from dockls.server.front import serve_stdio, serve_tcp

    try:
        status = serve_stdio() if address is None else serve_tcp(*address)
    except KeyboardInterrupt:
        status = 130
    except OSError as error:
        print(f"dockls: {error}", file=sys.stderr)
        status = 2
    sys.stderr.flush()
    # At once: a thread may still be loading modules, and nothing is left to tidy up.
    os._exit(status)


if __name__ == "__main__":
    sys.exit(main())
