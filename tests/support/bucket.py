"""A bucket on loopback that speaks as much of S3 as pictures need: put, look, get. It keeps what it was sent.

Its key may put, head and get objects and nothing else, so it answers as Amazon does then: 403 for what is not there.
"""

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Bucket:
    """`objects` maps a path (with the bucket's name) to bytes and headers."""

    port: int
    objects: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bucket: Bucket

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        signed = self.headers["x-amz-content-sha256"]
        if not self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=the-key/"):
            return self._answer(403)
        if signed != "UNSIGNED-PAYLOAD" and signed != hashlib.sha256(data).hexdigest():
            return self._answer(400)
        self.bucket.objects[self.path] = data, dict(self.headers)
        return self._answer(200)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        if self.path not in self.bucket.objects:
            return self._answer(403)
        data, headers = self.bucket.objects[self.path]
        return self._answer(200, data, headers.get("Content-Type", ""))

    def _answer(self, status: int, data: bytes = b"", kind: str = "application/xml") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Type", kind)
        self.send_header("ETag", f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"')
        self.send_header("Last-Modified", "Mon, 23 Nov 2026 12:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def bucket() -> Iterator[Bucket]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Asked,), {}))
    server.daemon_threads = True
    made = Bucket(int(server.server_address[1]))
    server.RequestHandlerClass.bucket = made  # type: ignore[attr-defined]  # the class is this server's own
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
