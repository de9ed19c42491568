"""A build that adds packages to the project.

`npm install --save-dev webpack` takes whatever version is the newest on the day, changes package.json and the lock file
in the image only, and is run again with every change above it. Name the package in package.json: the install of all
packages brings it then, in the version that is locked. Without names, `npm install --save-dev` installs everything once
more.

Nothing is said of global packages (`-g`), of packages with an exact version or `--no-save`, and where the stage has no
package.json.

```dockerfile
FROM node:24
WORKDIR /app
COPY package*.json ./
RUN npm ci
RUN npm install --save-dev webpack
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint: `webpack` belongs into package.json: here its version is that of the day
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed

_ADDING = {"npm": ("install", "i", "add"), "yarn": ("add",), "pnpm": ("add", "install", "i"), "bun": ("add",)}
_SAVING = frozenset(("--save-dev", "-D", "--dev", "--save", "-S"))
_ELSEWHERE = frozenset(("-g", "--global", "--no-save", "--location=global", "--prefix", "-C", "--cwd", "--dir"))


@stage_rule(severity=Severity.HINT, theme="cache", group="strict")
def packages_added_in_build(stage: Stage) -> Iterator[Finding]:
    """Look at installs of packages by name, below an install of the project's own."""
    from dockls.knowledge import install_command

    installed = False
    for each in reversed(stage.chain):
        for command in executed(each):
            names = _names(command)
            if names is None:
                install = install_command(command.words)
                installed = installed or (install is not None and install.ecosystem in _ADDING)
            elif each is stage and installed and not command.conditional:
                message = f"{names} into package.json: here its version is that of the day"
                if not names:
                    message = "this installs all packages once more; the install above has done so"
                yield Finding(command.place, message)


def _names(command: Executed) -> str | None:
    """What is added, as a message begins with it; empty for an option alone, None for another command."""
    words = command.words
    adding = _ADDING.get(command.command.program)
    if adding is None or len(words) < 2 or words[1] not in adding or _ELSEWHERE & {*words}:
        return None
    packages = [word for word in words[2:] if not word.startswith("-")]
    if not packages:
        return "" if _SAVING & {*words} else None
    if any("$" in word or "/" in word.lstrip("@").partition("/")[2] or word.startswith(".") for word in packages):
        return None
    floating = [word for word in packages if not _is_exact(word)]
    if not floating:
        return None
    listed = ", ".join(f"`{word}`" for word in floating[:3])
    return f"{listed} {'belongs' if len(floating) == 1 else 'belong'}"


def _is_exact(package: str) -> bool:
    """Whether a package has a version that begins with a number: `webpack@5.101.0`."""
    return package.rpartition("@")[2][:1].isdecimal() and "@" in package.lstrip("@")
