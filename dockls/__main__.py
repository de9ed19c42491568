"""The command `dockls`."""

import sys


def main() -> int:
    """Runs the command line; gives the exit code.

    Editors start `dockls serve` and wait for it, so that call alone bypasses the command-line parser.
    """
    if sys.argv[1:] in (["serve"], ["serve", "--stdio"]):
        import os

        from dockls.server.front import serve_stdio

        code = serve_stdio()
        # At once: a thread may still be loading modules, and nothing is left to tidy up.
        os._exit(code)
    from dockls.cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
