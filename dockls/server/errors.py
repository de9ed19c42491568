"""How a request is refused: JSON-RPC and LSP error codes, and the exception that carries one."""

METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
NOT_INITIALIZED = -32002
REQUEST_CANCELLED = -32800
CONTENT_MODIFIED = -32801
REQUEST_FAILED = -32803

_LONGEST = 300


class RequestError(Exception):
    """Ends the work on a request; `code` and the message are sent to the client."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class CancelledError(RequestError):
    """The client no longer wants the answer."""

    def __init__(self) -> None:
        super().__init__(REQUEST_CANCELLED, "the request was cancelled")


def brief(error: BaseException) -> str:
    """One line about an exception, without a traceback, fit for a client."""
    text = " ".join(str(error).split())
    if not isinstance(error, RequestError):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
