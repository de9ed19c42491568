"""The open documents: what the editor shows, kept in step edit by edit. Never reads the disk."""

from __future__ import annotations

from dockls.server.errors import INVALID_PARAMS, RequestError
from dockls.syntax import parse
from dockls.text import Edit, LineIndex, Span, apply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from dockls.server.transport import Json
    from dockls.syntax import Dockerfile
    from dockls.text import Encoding


class Document:
    """One open document: an immutable tree for each version, and the encoding its positions are counted in.

    Any URI scheme will do (`untitled:`, `git:`); the text is the editor's and nothing is looked up behind the URI.
    """

    __slots__ = ("encoding", "fragments", "language", "memory", "tree", "uri", "version")

    def __init__(self, uri: str, text: str, version: int | None, language: str, encoding: Encoding) -> None:
        self.uri = uri
        self.version = version
        self.language = language
        self.encoding = encoding
        self.tree: Dockerfile = parse(text)
        #: whatever the analysis keeps from one version to the next; gone with the document
        self.memory: Any = None
        #: what was sent of it, by name (`fragments.py`)
        self.fragments: dict[str, object] = {}

    @property
    def path(self) -> str | None:
        """The file's path where the URI names a local file, else None."""
        return path_of(self.uri)

    @property
    def line_index(self) -> LineIndex:
        """Where the lines of the current version start."""
        return self.tree.line_index

    def offset(self, line: int, column: int) -> int:
        """The offset of a position of the client; past the end of a line or of the text means that end."""
        return self.tree.line_index.offset(line, column, self.encoding)

    def span(self, range_: Any) -> Span:
        """The span of an LSP range given as JSON; raises RequestError if it is none."""
        start = self._offset_of(member(range_, "start"))
        end = self._offset_of(member(range_, "end"))
        return Span(min(start, end), max(start, end))

    def _offset_of(self, position: Any) -> int:
        line, column = member(position, "line"), member(position, "character")
        if not (isinstance(line, int) and isinstance(column, int)):
            raise RequestError(INVALID_PARAMS, "a position needs two integers")
        return self.offset(line, column)

    def change(self, changes: Any, version: int | None) -> None:
        """Applies `contentChanges` one after the other; raises RequestError at the first that is none."""
        if not isinstance(changes, list):
            raise RequestError(INVALID_PARAMS, "contentChanges must be a list")
        for change in changes:
            text = member(change, "text")
            if not isinstance(text, str):
                raise RequestError(INVALID_PARAMS, "a content change needs a text")
            if change.get("range") is None:
                self.tree = parse(text)
            else:
                self.tree = self._edited(Edit(self.span(change["range"]), text))
        self.version = version

    def _edited(self, edit: Edit) -> Dockerfile:
        try:
            return self.tree.edited([edit])
        except Exception:  # the text must stay in step with the editor whatever happens: read it all again
            return parse(apply(self.tree.text, [edit]))


class NeighborFile:
    """A file that is not open but that an edit reaches into; `text` is what the disk holds."""

    __slots__ = ("encoding", "line_index", "uri", "version")

    def __init__(self, path: str, text: str, encoding: Encoding) -> None:
        self.uri = uri_of_path(path)
        self.version = None
        self.encoding = encoding
        self.line_index = LineIndex.of(text)


class Documents:
    """The open documents by URI, exactly as the client spells it."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self._open: dict[str, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(list(self._open.values()))

    def get(self, uri: str) -> Document | None:
        """The document if it is open."""
        return self._open.get(uri)

    def named(self, params: Json) -> Document:
        """The document that `params.textDocument.uri` names; raises RequestError if it is not open."""
        uri = uri_of(params)
        document = self._open.get(uri)
        if document is None:
            raise RequestError(INVALID_PARAMS, f"the document {uri} is not open")
        return document

    def open(self, params: Json) -> Document:
        """The document of a `didOpen`; one that was open already is replaced."""
        item = member(params, "textDocument")
        uri, text = member(item, "uri"), member(item, "text")
        if not (isinstance(uri, str) and isinstance(text, str)):
            raise RequestError(INVALID_PARAMS, "didOpen needs a uri and a text")
        language = item.get("languageId")
        document = Document(uri, text, version_of(item), language if isinstance(language, str) else "", self.encoding)
        self._open[uri] = document
        return document

    def change(self, params: Json) -> Document:
        """The document of a `didChange`, changed."""
        document = self.named(params)
        document.change(params.get("contentChanges"), version_of(params["textDocument"]))
        return document

    def close(self, params: Json) -> Document | None:
        """Forgets the document of a `didClose` and gives it, None if it was not open."""
        return self._open.pop(uri_of(params), None)


def member(value: Any, key: str) -> Any:
    """A required member of a JSON object; raises RequestError if it is missing."""
    if not isinstance(value, dict) or key not in value:
        raise RequestError(INVALID_PARAMS, f"`{key}` is missing")
    return value[key]


def uri_of(params: Json) -> str:
    """`params.textDocument.uri`; raises RequestError if there is none."""
    uri = member(member(params, "textDocument"), "uri")
    if not isinstance(uri, str):
        raise RequestError(INVALID_PARAMS, "`uri` must be a string")
    return uri


def version_of(item: Json) -> int | None:
    """The version of a document identifier; older clients send none."""
    version = item.get("version")
    return version if isinstance(version, int) else None


def path_of(uri: str) -> str | None:
    """The local path of a `file:` URI, None for any other scheme or a remote host.

    Written by hand because `urllib.parse` costs a noticeable part of the start-up time.
    """
    scheme, _, rest = uri.partition(":")
    if scheme.lower() != "file" or not rest.startswith("//"):
        return None
    host, slash, tail = rest[2:].partition("/")
    if host.lower() not in ("", "localhost"):
        return None
    head, *escaped = (slash + tail).split("%")
    data = head.encode("utf-8", "surrogatepass")
    for part in escaped:
        code, text = part[:2], part[2:]
        try:
            data += bytes([int(code, 16)]) if len(code) == 2 else b"%" + code.encode("utf-8", "surrogatepass")
        except ValueError:  # no escape after all
            data += b"%" + code.encode("utf-8", "surrogatepass")
        data += text.encode("utf-8", "surrogatepass")
    path = data.decode("utf-8", "surrogateescape")
    return path[1:] if path[2:3] == ":" and path[1:2].isalpha() else path


def uri_of_path(path: str) -> str:
    """The `file:` URI of an absolute path; the opposite of `path_of`."""
    from urllib.parse import quote

    slashed = path.replace("\\", "/") if path[1:2] == ":" else path
    return "file://" + quote(slashed if slashed.startswith("/") else "/" + slashed, errors="surrogateescape")
