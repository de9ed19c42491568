"""Edits that reach into files beside the Dockerfile, such as the `target:` of a Compose file."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dockls.project import DirectoryContext, read_text
from dockls.server.documents import NeighborFile
from dockls.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockls.project import TargetUse
    from dockls.rooms import OtherFile
    from dockls.semantics import Model
    from dockls.server.conversion import Source
    from dockls.server.documents import Documents
    from dockls.text import Encoding


def edited_neighbors(documents: Documents, uses: Iterable[TargetUse], name: str) -> list[tuple[Source, list[Edit]]]:
    """The edits that give stages another name in other files, by file.

    A file that is open counts as the editor shows it. A place that no longer holds what was found there is left alone.
    """
    opened = {document.path: document for document in documents if document.path is not None}
    files: dict[str, tuple[Source, str]] = {}
    edits: dict[str, list[Edit]] = {}
    for use in uses:
        if use.path not in files:
            document = opened.get(use.path)
            if document is not None:
                files[use.path] = (document, document.tree.text)
            else:
                text = read_text(use.path).text
                files[use.path] = (NeighborFile(use.path, text, documents.encoding), text)
        edit = use.renamed(name)
        if edit is not None and files[use.path][1][use.span.start : use.span.end] == use.name:
            edits.setdefault(use.path, []).append(edit)
    return [(files[path][0], changes) for path, changes in edits.items()]


def beside_dockerfile(
    model: Model, files: Iterable[OtherFile], encoding: Encoding
) -> list[tuple[NeighborFile, bool, Edit]]:
    """The files of the build context that a plan writes, whether each is new, and what is put at its end.

    Nothing where the context is not on the disk.
    """
    context = model.surroundings.context
    if not isinstance(context, DirectoryContext):
        return []
    found: list[tuple[NeighborFile, bool, Edit]] = []
    for file in files:
        before = file.before or ""
        source = NeighborFile(posixpath.join(context.root, file.path), before, encoding)
        edit = Edit(Span(len(before), len(before)), file.text[len(before) :])
        found.append((source, file.before is None, edit))
    return found
