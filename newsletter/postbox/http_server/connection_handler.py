"""HTTP/1.1 on one connection: reads whole requests, writes whole replies, or carries out a fault."""

import select
import socket
import struct
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Protocol, cast
from urllib.parse import parse_qsl

from newsletter.postbox.chunked import BadChunk, TooLarge, read_chunked
from newsletter.postbox.http_server.request_dispatch import refuse_host, reply_to
from newsletter.postbox.http_server.routes import find_route
from newsletter.postbox.requests.context import PostboxContext
from newsletter.postbox.requests.fault_injection import FaultKind
from newsletter.postbox.requests.http_messages import Reply, Request, error_reply

MAX_BODY_BYTES = 30 * 1024 * 1024  # SendGrid says "under 30 MB"
LINGER_SECONDS = 2.0  # reading on after a refusal without reading the body


class HasContext(Protocol):
    """The part of the server that this module uses."""

    context: PostboxContext


class ConnectionHandler(BaseHTTPRequestHandler):
    """Handles one connection, which stays open between requests, in its own thread."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 75  # seconds of silence after which an idle connection is closed

    def do_any(self) -> None:
        """Answer one request."""
        context = self._context
        path, _, query = self.path.partition("?")
        if refusal := refuse_host(context, self.headers.get("Host")):
            self._refuse_unread(refusal)
            return
        route = find_route(path)
        if route and route[0].call and context.faults.take(route[0].call, unread=True):
            self._reset()
            return
        body = self._read_body()
        if body is None:
            return
        request = Request(
            method=self.command,
            path=path,
            query=dict(parse_qsl(query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            now=context.clock(),
        )
        reply = reply_to(context, request)
        if reply.fault is None or reply.fault.do in (FaultKind.STATUS, FaultKind.LATE):
            if reply.fault and reply.fault.accept and reply.fault.do is FaultKind.LATE:
                self._wait(reply.fault.seconds or 0)
            self._write(reply)
        else:
            self._send_with_fault(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_any  # noqa: N815 - names of the base class

    @property
    def _context(self) -> PostboxContext:
        return cast("HasContext", self.server).context

    def _read_body(self) -> bytes | None:
        """Return the whole body; None when the request was refused or cut off."""
        if "Transfer-Encoding" in self.headers:
            return self._read_chunked()
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit() or len(length) > 15:
            self._refuse_unread(error_reply(400, "Bad Request"))
            return None
        if int(length) >= MAX_BODY_BYTES:
            self._refuse_unread(error_reply(413, "The body must be smaller than 30 MB."))
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):  # the client closed: an incomplete request is ignored
            self.close_connection = True
            return None
        return body

    def _read_chunked(self) -> bytes | None:
        """Return the whole chunked body; None when the request was refused."""
        if self.headers["Transfer-Encoding"].strip().lower() != "chunked" or "Content-Length" in self.headers:
            self._refuse_unread(error_reply(400, "Bad Request"))  # two lengths allow request smuggling
            return None
        try:
            return read_chunked(self.rfile, limit=MAX_BODY_BYTES)
        except BadChunk:
            self._refuse_unread(error_reply(400, "Bad Request"))
        except TooLarge:
            self._refuse_unread(error_reply(413, "The body must be smaller than 30 MB."))
        return None

    def _write(self, reply: Reply) -> None:
        if self._context.stopping.is_set():
            self.close_connection = True
        whole = reply.bytes(close=self.close_connection)
        if self.command == "HEAD":
            whole = whole[: len(whole) - len(reply.body)]
        self.wfile.write(whole)

    def _refuse_unread(self, reply: Reply) -> None:
        """Answer without reading the body, then read on briefly: a reset would discard the answer."""
        self.close_connection = True
        self._write(reply)
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(LINGER_SECONDS)
            while self.connection.recv(65536):
                pass

    def _send_with_fault(self, reply: Reply) -> None:
        self.close_connection = True
        fault = reply.fault
        if fault is None or fault.do is FaultKind.DROP:
            return
        if fault.do is FaultKind.HANG:
            self._wait(fault.seconds)
            return
        if fault.do is FaultKind.CUT:
            whole = reply.bytes(close=True)
            self.wfile.write(whole[: len(whole) // 2])
            self._wait(0.05)  # some systems discard unread data at a reset
        self._reset()

    def _wait(self, seconds: float | None) -> None:
        """Wait until the time is over, the client closes, or the server stops."""
        stopping, left = self._context.stopping, seconds
        while left is None or left > 0:
            pause = 0.1 if left is None else min(0.1, left)
            if stopping.wait(pause) or self._is_closed_by_client():
                return
            left = None if left is None else left - pause

    def _is_closed_by_client(self) -> bool:
        try:
            readable, _, _ = select.select([self.connection], [], [], 0)
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):
            return True

    def _reset(self) -> None:
        """Close with a reset: SO_LINGER with zero seconds for unsent data."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()  # shares the socket, which closes with its last user
            self.connection.close()

    def handle(self) -> None:
        """Handle requests until one side closes; a lost connection is no error."""
        with suppress(OSError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - name of the base class
        """Log nothing: the list of calls is the log, and it has no addresses of readers."""
