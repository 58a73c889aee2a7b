"""The listening socket: one thread per connection, and all end within two seconds."""

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

GRACE_SECONDS = 1.0  # for requests in progress to finish


class Listener(socketserver.ThreadingMixIn, HTTPServer):
    """Listens as soon as it is created. Raises `BadSetting` when it cannot."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, context: PostboxContext, *, host: str, port: int, allow_outside: bool = False) -> None:
        if not allow_outside and not is_loopback(host):
            raise BadSetting(
                "The postbox",
                f"cannot listen on {host}, because other machines could read the emails in it.",
                "Use 127.0.0.1, or start it with --allow-outside.",
            )
        self.context = context
        self._open_connections: set[socket.socket] = set()
        self._ended = threading.Condition()
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            super().__init__((host, port), ConnectionHandler)
        except (OSError, OverflowError) as error:
            raise BadSetting(
                "The postbox",
                f"cannot listen on {host}, port {port} ({getattr(error, 'strerror', None) or error}).",
                "Stop the program that uses this port, or set POSTBOX_PORT to another one.",
            ) from None

    @property
    def port(self) -> int:
        """The port, also when port 0 was requested."""
        return int(self.server_address[1])

    def server_bind(self) -> None:
        """Bind without a DNS lookup of our own name."""
        socketserver.TCPServer.server_bind(self)

    def run(self) -> None:
        """Serve until `stop` is called from another thread."""
        self.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Accept no more, let requests in progress finish, then close every connection."""
        self.context.stopping.set()
        self.shutdown()
        self.server_close()
        with self._ended:
            for connection in self._open_connections:
                _end(connection, socket.SHUT_RD)  # idle connections end
            self._ended.wait_for(lambda: not self._open_connections, timeout=GRACE_SECONDS)
            for connection in self._open_connections:
                _end(connection, socket.SHUT_RDWR)
            self._ended.wait_for(lambda: not self._open_connections, timeout=GRACE_SECONDS / 2)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Register the connection before its thread starts, so that `stop` misses none."""
        with self._ended:
            self._open_connections.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Handle one connection and unregister it."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._ended:
                self._open_connections.discard(request)
                self._ended.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print an error, except while the server stops."""
        if not self.context.stopping.is_set():
            super().handle_error(request, client_address)


def _end(connection: socket.socket, how: int) -> None:
    with suppress(OSError):
        connection.shutdown(how)
