"""An image registry on this machine, for tests: like Docker Hub it wants a token and sends one elsewhere for blobs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

AMD64 = {"os": "linux", "architecture": "amd64"}
ARM64 = {"os": "linux", "architecture": "arm64", "variant": "v8"}
ATTESTATION = {"os": "unknown", "architecture": "unknown"}
#: what a path below /v2/ answers; a text is sent as it is
ANSWERS: dict[str, Any] = {
    "many/manifests/1.2": {"manifests": [{"platform": one} for one in (AMD64, ARM64, ATTESTATION)]},
    "one/manifests/latest": {"config": {"digest": "sha256:c0ffee"}},
    "one/blobs/sha256:c0ffee": AMD64 | {"rootfs": {}},
    "library/broken/manifests/latest": "<html>",
    "library/odd/manifests/latest": ["a list"],
}


class _Handler(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.asked.append(url.path)
        path = url.path.removeprefix("/v2/")
        if url.path == "/token":
            scope = parse_qs(url.query)["scope"][0]
            self._send(200, {"token": f"for {scope}"})
        elif url.path.startswith("/elsewhere/"):
            # The signed address of a storage service refuses whoever shows a token, too.
            self._send(400 if self.headers["Authorization"] else 200, ANSWERS[url.path.removeprefix("/elsewhere/")])
        elif (
            self.headers["Authorization"]
            != f"Bearer for repository:{path.split('/manifests')[0].split('/blobs')[0]}:pull"
        ):
            port = self.server.server_address[1]
            scope = f"repository:{path.split('/manifests')[0]}:pull"
            challenge = f'Bearer realm="http://localhost:{port}/token",service="a, b",scope="{scope}"'
            self._send(401, {}, {"WWW-Authenticate": challenge})
        elif "/blobs/" in path:
            self._send(307, {}, {"Location": f"http://127.0.0.1:{self.server.server_address[1]}/elsewhere/{path}"})
        else:
            self._send(200 if path in ANSWERS else 404, ANSWERS.get(path, {}))

    def _send(self, status: int, answer: Any, headers: dict[str, str] | None = None) -> None:
        body = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def local_registry() -> Iterator[tuple[str, list[str]]]:
    """The registry's name in image references, and the paths that it is asked for."""
    asked: list[str] = []
    handler = type("Handler", (_Handler,), {"asked": asked})
    server = ThreadingHTTPServer(("localhost", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"localhost:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
