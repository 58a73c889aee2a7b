"""Web server of `newsletter run`, based on waitress: `python -m newsletter.web.site.web_server --port 8000`.

One thread handles all connections; a request gets a worker thread once it has arrived completely. Slow or unfinished
requests therefore never block other users. With more than one web process, gunicorn serves pages behind a proxy that
buffers requests in the same way (docker-compose.yml).
"""

import argparse
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

from newsletter.web.shared.request_size import MAX_BODY_BYTES

THREADS = 4
MAX_HEAD_SECONDS = 10  # from the first byte to the end of the headers
MAX_REQUEST_SECONDS = 120  # from the first byte to the end of the body: 25 MB over a slow connection
MAX_IDLE_SECONDS = 30  # without any traffic on a connection
MAX_CONNECTIONS = 500
GRACE_SECONDS = 4  # for responses in progress when the server is stopped


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no type hints
    """A connection that frees the resources of its unfinished request when it closes."""

    request: Any = None

    def handle_close(self) -> None:
        super().handle_close()
        request, self.request = self.request, None
        if request is not None:
            request.close()


class WebServer(TcpWSGIServer):  # type: ignore[misc]  # waitress has no type hints
    """Closes connections with overdue requests, and the oldest waiting connection when there are too many."""

    channel_class = Channel

    def __init__(self, application: Any, *, host: str, port: int) -> None:
        self._seen: dict[Any, tuple[Any, float]] = {}
        super().__init__(
            application,
            listen=f"{host}:{port}",
            threads=THREADS,
            channel_timeout=MAX_IDLE_SECONDS,
            cleanup_interval=1,
            connection_limit=2 * MAX_CONNECTIONS,
            asyncore_use_poll=True,
            max_request_header_size=64 * 1024,
            # A slightly oversized body still reaches our 413 page; a larger one is cut off.
            max_request_body_size=2 * MAX_BODY_BYTES,
            ident="",
            clear_untrusted_proxy_headers=False,  # Django decides which proxies to trust: TRUSTED_PROXY_COUNT
        )

    def handle_accept(self) -> None:
        if len(self.active_channels) >= MAX_CONNECTIONS:
            waiting = [channel for channel in self.active_channels.values() if not channel.requests]
            if waiting:
                min(waiting, key=lambda channel: channel.creation_time).handle_close()
        super().handle_accept()

    def maintenance(self, now: float) -> None:
        """Close overdue connections; runs every second. waitress itself closes only connections that are idle."""
        super().maintenance(now)
        seen = self._seen
        self._seen = {}
        for channel in list(self.active_channels.values()):
            request = channel.request
            if request is None:
                continue
            before, since = seen.get(channel, (None, now))
            since = since if before is request else now
            self._seen[channel] = (request, since)
            if now - since > (MAX_REQUEST_SECONDS if request.headers_finished else MAX_HEAD_SECONDS):
                channel.will_close = True

    def serve(self, *, is_stopped: Callable[[], bool]) -> None:
        """Serve until `is_stopped`; then accept nothing new and finish responses in progress."""
        while not is_stopped():
            self._turn(seconds=1)
        self.del_channel()
        self.socket.close()
        end = time.monotonic() + GRACE_SECONDS
        while self._is_busy() and time.monotonic() < end:
            self._turn(seconds=0.1)
        self.task_dispatcher.shutdown(timeout=1)
        for channel in list(self.active_channels.values()):
            channel.handle_close()
        self.trigger.close()

    def _turn(self, *, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)

    def _is_busy(self) -> bool:
        return any(channel.requests or channel.total_outbufs_len for channel in self.active_channels.values())


def main() -> None:
    """Serve the web pages until a signal ends the process."""
    parser = argparse.ArgumentParser(description="Serve the web pages on this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    args = parser.parse_args()

    from newsletter.wsgi import application

    server, signals = WebServer(application, host=args.host, port=args.port), list[int]()

    def stop(number: int, _frame: FrameType | None) -> None:
        signals.append(number)
        server.pull_trigger()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    server.serve(is_stopped=lambda: bool(signals))


if __name__ == "__main__":
    main()
