"""What can be typed: the commands, their options and exit statuses.

Exit status: 0 nothing found at or above ``--fail-on``, 1 findings (or a refactoring refused), 2 wrong usage, an
unreadable file or bad settings.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from dockls import __version__

#: starts the language server: on standard input and output for None, else on a host and port; gives the exit status
Serve = Callable[[tuple[str, int] | None], int]


def main(serve: Serve, arguments: Sequence[str] | None = None) -> int:
    """Run the command line (``sys.argv`` by default); gives the exit status.

    `serve` comes from the caller, because this package knows nothing of the server.
    """
    options = _understood(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A name with bytes that are no UTF-8 must still be printable.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")
    try:
        status = _run(options, serve)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough, as `dockls check | head` does. The interpreter flushes once more at
        # its end, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def _understood(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options; ends the program with exit status 2 and a message where they make no sense."""
    options = _parser().parse_args(arguments)
    if options.command == "check":
        if options.unsafe and not (options.fix or options.diff):
            options.parser.error("--unsafe goes with --fix or --diff")
        if options.diff and options.format != "text":
            options.parser.error("--diff prints text; the JSON and SARIF documents have the edits of every fix")
    return options


def _run(options: argparse.Namespace, serve: Serve) -> int:
    if options.command == "serve":
        return serve(options.tcp)
    from importlib import import_module

    module = import_module(f"dockls.cli.{options.command}")
    status: int = module.run(options)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dockls",
        description="Understands Dockerfiles as BuildKit does: diagnostics, refactorings, a language server.",
        epilog="`dockls COMMAND --help` tells more. `dockls explain NAME` is the manual of a rule or refactoring.",
    )
    parser.add_argument("--version", action="version", version=f"dockls {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _serve(commands.add_parser("serve", help="the language server, on standard input and output"))
    _check(commands.add_parser("check", help="report problems, and mend them with --fix"))
    _refactor(commands.add_parser("refactor", help="list the refactorings at a place, or apply one"))
    _graph(commands.add_parser("graph", help="show how the stages depend on each other"))
    _cache(commands.add_parser("cache", help="show which steps a change runs again"))
    _parse(commands.add_parser("parse", help="print what BuildKit's parser sees"))
    _verify(commands.add_parser("verify", help="build before and after a refactoring, and compare the images"))
    explain = commands.add_parser("explain", help="the manual of a rule or refactoring")
    explain.add_argument("name", metavar="ID", nargs="?", help="its name or an alias; without it all are listed")
    return parser


def _serve(parser: argparse.ArgumentParser) -> None:
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--stdio", action="store_true", help="speak on standard input and output (the default)")
    ways.add_argument("--tcp", metavar="[HOST:]PORT", type=_address, help="wait for one editor on a TCP port")


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or len(port) > 5 or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"[HOST:]PORT with a port up to 65535 is expected, not {text!r}")
    return host.strip("[]") or "127.0.0.1", int(port)


def _check(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(parser=parser)
    parser.add_argument("paths", metavar="PATH", nargs="*", default=["."], help="files, folders or - (default: .)")
    parser.add_argument("--format", choices=("text", "json", "sarif", "github", "gitlab"), default="text")
    parser.add_argument("--select", metavar="IDS", help="only these rules, comma-separated")
    parser.add_argument("--ignore", metavar="IDS", help="all but these rules, comma-separated")
    parser.add_argument(
        "--fail-on",
        choices=("error", "warning", "information", "info", "hint", "never"),
        help="exit with 1 from this level on (default: warning)",
    )
    parser.add_argument("--fix", action="store_true", help="write what can be mended without changing meaning")
    parser.add_argument(
        "--unsafe", action="store_true", help="with --fix or --diff: also fixes that may change meaning"
    )
    parser.add_argument("--diff", action="store_true", help="show the fixes as a diff, write nothing")
    parser.add_argument("--config", metavar="FILE", help="these settings instead of the nearest dockls.toml")
    parser.add_argument("--context", metavar="DIR", help="the build context")
    parser.add_argument("--baseline", metavar="FILE", help="do not tell the findings that this file knows")
    parser.add_argument("--write-baseline", metavar="FILE", help="tell nothing, write what is found to this file")
    parser.add_argument(
        "--jobs", metavar="N", type=_positive, help="so many processes (default: one for each 100 files and CPU)"
    )
    parser.add_argument("--no-cache", action="store_true", help="keep no outcomes for the next run, use none")


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"a number from 1 to 1000 is expected, not {text!r}")
    return int(text)


def _refactor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a Dockerfile, or - for standard input")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--list", action="store_true", help="what can be done at the place, and what cannot, and why")
    what.add_argument("--apply", metavar="ID", help="carry out this refactoring")
    parser.add_argument(
        "--at",
        metavar="LINE[:COL][-LINE[:COL]]",
        help="a place or a selection, counted from 1 (default: the last stage)",
    )
    parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="a setting of the refactoring")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--diff", action="store_true", help="print the change as a diff (the default)")
    output.add_argument("--write", action="store_true", help="change the file")
    output.add_argument("--stdout", action="store_true", help="print the whole new text")
    parser.add_argument("--context", metavar="DIR", help="the build context")


def _graph(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a Dockerfile, or - for standard input")
    parser.add_argument("--format", choices=("text", "mermaid", "dot", "json"), default="text")
    parser.add_argument("--context", metavar="DIR", help="the build context")


def _cache(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a Dockerfile, or - for standard input")
    parser.add_argument("--changed", metavar="PATH", nargs="+", default=[], help="files that changed")
    parser.add_argument("--changed-image", metavar="IMAGE", action="append", default=[], help="one with new content")
    parser.add_argument("--build-arg", metavar="NAME[=VALUE]", action="append", default=[], help="one that changed")
    parser.add_argument("--target", metavar="STAGE", help="the stage to build (default: the last)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--context", metavar="DIR", help="the build context")


def _verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a Dockerfile, or - for standard input")
    parser.add_argument("--apply", metavar="ID", required=True, help="the refactoring to prove")
    parser.add_argument("--at", metavar="LINE[:COL][-LINE[:COL]]", help="a place or a selection (default: last stage)")
    parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="a setting of the refactoring")
    parser.add_argument("--context", metavar="DIR", help="the build context")
    parser.add_argument("--build-arg", metavar="NAME[=VALUE]", action="append", default=[], help="for both builds")
    parser.add_argument("--secret", metavar="id=ID[,src=FILE]", action="append", default=[], help="for both builds")
    parser.add_argument("--run", action="store_true", help="also run both images, without a network, and compare")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def _parse(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="+", help="files, folders or -")
    parser.add_argument("--format", choices=("json", "tree"), default="json", help="json: one object a line a file")
