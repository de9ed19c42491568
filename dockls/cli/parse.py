"""``dockls parse``: what BuildKit's parser sees in files and folders."""

import json
import sys
from argparse import Namespace

from dockls.cli.opening import UnreadableError, complain, read
from dockls.project import dockerfiles
from dockls.syntax import parse
from dockls.syntax.dump import dump, tree


def run(options: Namespace) -> int:
    """Print the trees; exit status 1 if a file has errors, 2 if one cannot be read."""
    status = 0
    any_found = False
    for found in dockerfiles(options.paths):
        any_found = True
        try:
            if found.problem is not None:
                raise UnreadableError(found.problem)
            parsed = parse(read(found.path).text)
        except UnreadableError as error:
            complain(str(error))
            status = 2
            continue
        described = dump(parsed, found.path)
        if options.format == "json":
            sys.stdout.write(json.dumps(described, ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(f"{found.path}\n{tree(parsed)}")
        status = max(status, int(bool(described["errors"])))
    if not any_found:
        complain("no Dockerfile found.")
    return status
