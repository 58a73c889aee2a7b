"""HTTP/1.1 on one connection: reads requests whole, writes replies whole, or misbehaves as ordered."""

import select
import socket
import struct
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Protocol, cast
from urllib.parse import parse_qsl

from newsletter.postbox.chunked import BadChunk, TooLarge, read_chunked
from newsletter.postbox.http_server.request_dispatch import refuse_host, reply_to
from newsletter.postbox.http_server.routes import find
from newsletter.postbox.requests.context import PostboxContext
from newsletter.postbox.requests.fault_injection import FaultKind
from newsletter.postbox.requests.http_messages import Reply, Request, error_reply

MOST = 30 * 1024 * 1024  # bytes of a body; SendGrid says "under 30 MB"
LINGER = 2.0  # seconds in which we read on after refusing a body unread


class HasContext(Protocol):
    """The server of a connection, as this module needs it."""

    context: PostboxContext


class ConnectionHandler(BaseHTTPRequestHandler):
    """A thread of its own for each connection, which stays open between requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 75  # seconds of silence after which an idle connection is closed

    def do_any(self) -> None:
        """Answer one request."""
        office = self._context
        path, _, query = self.path.partition("?")
        if refusal := refuse_host(office, self.headers.get("Host")):
            self._refuse_unread(refusal)
            return
        route = find(path)
        if route and route[0].call and office.orders.take(route[0].call, unread=True):
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
            now=office.clock(),
        )
        reply = reply_to(office, request)
        if reply.manner is None or reply.manner.do in (FaultKind.STATUS, FaultKind.LATE):
            if reply.manner and reply.manner.accept and reply.manner.do is FaultKind.LATE:
                self._wait(reply.manner.seconds or 0)
            self._write(reply)
        else:
            self._misbehave(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_any  # noqa: N815 the base class finds them by these names

    @property
    def _context(self) -> PostboxContext:
        return cast("HasContext", self.server).context

    def _read_body(self) -> bytes | None:
        """The whole body; None when there is none to answer."""
        if "Transfer-Encoding" in self.headers:
            return self._read_chunked()
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit() or len(length) > 15:
            self._refuse_unread(error_reply(400, "Bad Request"))
            return None
        if int(length) >= MOST:
            self._refuse_unread(error_reply(413, "The body must be smaller than 30 MB."))
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):  # the far end went away: half a request is no request
            self.close_connection = True
            return None
        return body

    def _read_chunked(self) -> bytes | None:
        """As clients send what they produce while they send. None when there is none to answer."""
        if self.headers["Transfer-Encoding"].strip().lower() != "chunked" or "Content-Length" in self.headers:
            self._refuse_unread(error_reply(400, "Bad Request"))  # two lengths are how requests are smuggled
            return None
        try:
            return read_chunked(self.rfile, limit=MOST)
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
        """Answer without having read the body, then read on a little, or the answer would be lost in a reset."""
        self.close_connection = True
        self._write(reply)
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(LINGER)
            while self.connection.recv(65536):
                pass

    def _misbehave(self, reply: Reply) -> None:
        self.close_connection = True
        order = reply.manner
        if order is None or order.do is FaultKind.DROP:
            return
        if order.do is FaultKind.HANG:
            self._wait(order.seconds)
            return
        if order.do is FaultKind.CUT:
            whole = reply.bytes(close=True)
            self.wfile.write(whole[: len(whole) // 2])
            self._wait(0.05)  # some systems throw away what was not read before a reset
        self._reset()

    def _wait(self, seconds: float | None) -> None:
        """Until the time is over, the far end goes away, or we stop."""
        stopping, left = self._context.stopping, seconds
        while left is None or left > 0:
            pause = 0.1 if left is None else min(0.1, left)
            if stopping.wait(pause) or self._has_left():
                return
            left = None if left is None else left - pause

    def _has_left(self) -> bool:
        try:
            readable, _, _ = select.select([self.connection], [], [], 0)
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):
            return True

    def _reset(self) -> None:
        """Close so that the far end gets a reset: time zero for what is still unsent."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()  # shares the socket, which is closed for real when the last of them is
            self.connection.close()

    def handle(self) -> None:
        """Talk until one side closes; a far end that vanishes is no news."""
        with suppress(OSError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
        """Nothing: the list of calls is the log, and it names no reader."""
