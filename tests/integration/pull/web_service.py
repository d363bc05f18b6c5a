"""An HTTP service of exports in pages, for the tests: it answers as it is told, or does what is wrong."""

import hashlib
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

DAY = "2026-04-02T23:30:00+02:00"


class Service:
    """A service that a test makes answer as it likes.

    Attributes:
        files: bytes by path.
        pages: files a page, each as the list says it.
        asked: the paths that were asked for.
        wrong: by path, what to do instead of answering; each is done once.
        cursors: whether the pages are found by a cursor, else by the address of the next.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.pages: list[list[dict[str, Any]]] = [[]]
        self.asked: list[str] = []
        self.wrong: dict[str, list[Callable[[BaseHTTPRequestHandler], None]]] = {}
        self.cursors = True
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                service.answer(self)

            def do_DELETE(self) -> None:
                service.files.pop(self.path, None)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def offer(self, name: str, content: bytes, page: int = 0, **said: Any) -> str:
        """Offer a file on a page."""
        path = f"/files/{name}"
        self.files[path] = content
        while len(self.pages) <= page:
            self.pages.append([])
        facts = {"url": path, "name": name, "received_at": DAY, "sha256": hashlib.sha256(content).hexdigest()}
        self.pages[page].append({key: value for key, value in (facts | said).items() if value is not None})
        return path

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a request, or do what is wrong with it."""
        path = urlsplit(request.path)
        self.asked.append(request.path)
        if self.wrong.get(path.path):
            self.wrong[path.path].pop(0)(request)
        elif path.path == "/exports":
            self._page(request, int(parse_qs(path.query).get("after", ["0"])[0]))
        elif path.path in self.files:
            send(request, self.files[path.path])
        else:
            send(request, b"", 404)

    def _page(self, request: BaseHTTPRequestHandler, place: int) -> None:
        page: dict[str, Any] = {"files": self.pages[place]}
        if place + 1 < len(self.pages):
            page["next"] = place + 1 if self.cursors else f"/exports?after={place + 1}"
        send(request, json.dumps(page).encode())


def send(request: BaseHTTPRequestHandler, content: bytes, status: int = 200, length: int | None = None) -> None:
    """Answer with these bytes; `length` is what is said of them."""
    request.send_response(status)
    request.send_header("Content-Length", str(len(content) if length is None else length))
    request.end_headers()
    request.wfile.write(content)


def cut(content: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Send a half, then close."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        send(request, content[: len(content) // 2], length=len(content))
        request.close_connection = True

    return answer
