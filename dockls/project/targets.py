"""Who builds a Dockerfile, and which of its stages they name.

The readers of Compose, Bake, workflow and script files (one module a kind) turn each place that builds an image into a
`Build`; which of them mean the Dockerfile at hand is decided afterwards, in `surroundings`.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from dockls.text import Edit, Span

# Plain scalars that YAML 1.1 or 1.2 readers take for something else than text.
_YAML_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))


_PLATFORM = re.compile(r"[a-z0-9]+/\w+(?:/\w+)?")


class Literal(NamedTuple):
    """A piece of text in a file: its value, and the span (code points) inside any quotes.

    `quote` is ``"``, ``'``, empty for a bare word, or ``|`` where the text is written in another way than it reads
    (then nothing should be replaced).
    """

    value: str
    span: Span
    quote: str = ""
    path: str = ""  #: the file, where it is another than that of the build


class TargetUse(NamedTuple):
    """A place outside the Dockerfile that names one of its stages.

    `span` covers exactly the name, inside its quotes if it has any, in code points of the file at `path` (absolute).
    """

    path: str
    span: Span
    name: str
    kind: str
    quote: str = ""

    def renamed(self, name: str) -> Edit | None:
        """The edit of that file which names the stage `name`; None where the text cannot be replaced as it stands."""
        if self.quote == "|":
            return None
        bare = self.quote == "" and self.path.endswith((".yml", ".yaml"))
        return Edit(self.span, f'"{name}"' if bare and name.lower() in _YAML_WORDS else name)


class Build(NamedTuple):
    """One place that builds an image.

    `dockerfiles` are the absolute paths the file may mean (a script's folder is only guessed); `context` is the
    absolute path of a local context, None for a remote or unknown one. `targets` are the stages named, `platforms`
    what is built for, as far as it is written out.
    """

    path: str
    kind: str
    name: str
    dockerfiles: tuple[str, ...]
    context: str | None = None
    targets: tuple[Literal, ...] = ()
    named_contexts: tuple[str, ...] = ()
    arguments: Mapping[str, str] = {}
    platforms: tuple[str, ...] = ()

    def uses(self) -> Iterator[TargetUse]:
        """The stages named here."""
        for literal in self.targets:
            yield TargetUse(literal.path or self.path, literal.span, literal.value, self.kind, literal.quote)


def platforms_in(texts: Iterable[str | None]) -> tuple[str, ...]:
    """The platforms that texts list by commas or lines, without those that a variable decides."""
    listed = [part.strip() for text in texts for line in (text or "").splitlines() for part in line.split(",")]
    return tuple([one for one in listed if _PLATFORM.fullmatch(one)])


def is_remote(context: str) -> bool:
    """Whether a context is no local folder: a URL, git address, image, standard input."""
    return "://" in context or context.startswith(("git@", "github.com/")) or context == "-"


def resolved(base: str, path: str) -> str:
    """`path` made absolute from the folder `base`, cleaned without looking at the disk."""
    return posixpath.normpath(posixpath.join(base, path.replace("\\", "/")))


def local(base: str, context: str | None) -> str | None:
    """The absolute folder of a context, None for a remote one or one with an unknown variable in it."""
    if context is None or is_remote(context) or "$" in context:
        return None
    return resolved(base, context)


def dockerfile_in(context: str | None, dockerfile: str | None) -> tuple[str, ...]:
    """The Dockerfile that a tool means which looks for it from the context, as Compose and Bake do."""
    name = dockerfile or "Dockerfile"
    if "$" in name or (context is None and not name.startswith("/")):
        return ()
    return (resolved(context or "/", name),)


def of_dockerfile(builds: Iterable[Build], dockerfile: str) -> list[Build]:
    """The builds that mean the Dockerfile at this absolute path."""
    return [build for build in builds if dockerfile in build.dockerfiles]


def unique_uses(builds: Iterable[Build]) -> tuple[TargetUse, ...]:
    """The stages the builds name, each place once, in the order of files and places."""
    seen = {use[:2]: use for build in builds for use in build.uses()}
    return tuple(sorted(seen.values(), key=lambda use: (use.path, use.span)))
