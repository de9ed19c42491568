"""The command line: argparse commands; the only package that prints. Imports neither pygls nor asyncio."""

from dockls.cli.arguments import main

__all__ = ["main"]
