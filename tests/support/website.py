"""Somebody's web site, on loopback: it answers what a test tells it to, and keeps what it was asked."""

import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from newsletter.lib.safe_connection import FetchPolicy

Answer = Callable[["Asked"], None]


@dataclass
class Website:
    """`pages` maps a path to what answers there; `asked` has path and headers of each request."""

    port: int
    scheme: str = "http"
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    posted: list[bytes] = field(default_factory=list)
    answers_head: bool = True

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def reach(self, **said: Any) -> FetchPolicy:
        """This site and nothing else: loopback, and its port."""
        return FetchPolicy(admits=lambda address: address.is_loopback, ports=frozenset({self.port}), **said)


class Asked(BaseHTTPRequestHandler):
    site: Website

    def do_GET(self) -> None:
        self.site.asked.append((self.path, dict(self.headers)))
        self.site.methods.append(self.command)
        with contextlib.suppress(OSError):  # who asked may have gone
            self.site.pages.get(self.path, status(404))(self)

    def do_HEAD(self) -> None:
        if self.site.answers_head:
            self.do_GET()
        else:
            self.site.methods.append(self.command)
            self.send_error(405)

    def do_POST(self) -> None:
        self.site.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


def body(data: bytes, **headers: str) -> Answer:
    def answer(asked: Asked) -> None:
        asked.send_response(200)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in ({"Content-Length": str(len(data))} | named).items():
            asked.send_header(name, value)
        asked.end_headers()
        asked.wfile.write(data)

    return answer


def status(number: int, **headers: str) -> Answer:
    def answer(asked: Asked) -> None:
        asked.send_response(number)
        for name, value in headers.items():
            asked.send_header(name, value)
        asked.end_headers()

    return answer


def dripping(head: bytes, drop: bytes) -> Answer:
    """`head` at once, then a drop every now and then until nobody listens any more."""

    def answer(asked: Asked) -> None:
        asked.wfile.write(head)
        while True:
            asked.wfile.write(drop)
            asked.wfile.flush()
            time.sleep(0.02)

    return answer


@contextlib.contextmanager
def website(context: ssl.SSLContext | None = None) -> Iterator[Website]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Asked,), {}))
    server.daemon_threads = True
    site = Website(int(server.server_address[1]), "https" if context else "http")
    server.RequestHandlerClass.site = site  # type: ignore[attr-defined]  # the class is this server's own
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a caller that hangs up is no fault here
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
