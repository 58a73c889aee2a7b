"""The socket that listens: a thread for each connection, and an end to all of them within two seconds."""

import socket
import socketserver
import threading
from contextlib import suppress
from http.server import HTTPServer
from typing import Any

from newsletter.lib.errors import BadSetting
from newsletter.postbox.http_server.connection_handler import ConnectionHandler
from newsletter.postbox.http_server.request_dispatch import is_loopback
from newsletter.postbox.requests.context import PostboxContext

GRACE = 1.0  # seconds that calls in hand get to finish


class Listener(socketserver.ThreadingMixIn, HTTPServer):
    """Listens from the moment it is made; raises `BadSetting` when it cannot."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, context: PostboxContext, *, host: str, port: int, allow_outside: bool = False) -> None:
        if not allow_outside and not is_loopback(host):
            raise BadSetting(
                "The postbox",
                f"was told to listen at {host}, where other machines reach it.",
                "Letters of readers lie in it: use 127.0.0.1, or say --allow-outside to python -m newsletter.postbox.",
            )
        self.context = context
        self._talking: set[socket.socket] = set()
        self._ended = threading.Condition()
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            super().__init__((host, port), ConnectionHandler)
        except (OSError, OverflowError) as error:
            raise BadSetting(
                "The postbox",
                f"cannot listen at {host}, port {port} ({getattr(error, 'strerror', None) or error}).",
                "Stop the program that uses this port, or give another one in POSTBOX_PORT.",
            ) from None

    @property
    def port(self) -> int:
        """The port, also when any free one was asked for."""
        return int(self.server_address[1])

    def server_bind(self) -> None:
        """Bind without asking the name service who we are."""
        socketserver.TCPServer.server_bind(self)

    def run(self) -> None:
        """Answer until `stop` is called from another thread."""
        self.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Take no more, let calls in hand finish, then close every connection."""
        self.context.stopping.set()
        self.shutdown()
        self.server_close()
        with self._ended:
            for connection in self._talking:
                _end(connection, socket.SHUT_RD)  # who waits for the next request reads an end
            self._ended.wait_for(lambda: not self._talking, timeout=GRACE)
            for connection in self._talking:
                _end(connection, socket.SHUT_RDWR)
            self._ended.wait_for(lambda: not self._talking, timeout=GRACE / 2)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Count the connection before its thread begins, so that none is overlooked when we stop."""
        with self._ended:
            self._talking.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One connection from its beginning to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._ended:
                self._talking.discard(request)
                self._ended.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """An error while we stop is the stopping itself; any other is printed."""
        if not self.context.stopping.is_set():
            super().handle_error(request, client_address)


def _end(connection: socket.socket, how: int) -> None:
    with suppress(OSError):
        connection.shutdown(how)
