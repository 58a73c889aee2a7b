"""The web server of `newsletter run`, on waitress: `python -m newsletter.web.site.web_server --port 8000`.

One thread reads and writes all connections; a request gets a thread once it is here whole. So half a request, sent
slowly or never ended, keeps nobody from their page, however many of them there are. Where more than one process
serves pages, gunicorn does, behind a proxy that collects requests in the same way (docker-compose.yml).
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

from newsletter.web.shared.request_size import LARGEST

THREADS = 4
MAX_HEAD_SECONDS = 10  # from its first byte to the end of its headers
MAX_REQUEST_SECONDS = 120  # and to the end of its body: 25 MB over a slow line
MAX_IDLE_SECONDS = 30  # of a connection on which nothing moves
MAX_CONNECTIONS = 500
GRACE_SECONDS = 4  # for answers under way when it is told to stop


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress carries no types
    """A connection that gives back what the unfinished request on it has taken."""

    request: Any = None

    def handle_close(self) -> None:
        super().handle_close()
        request, self.request = self.request, None
        if request is not None:
            request.close()


class Server(TcpWSGIServer):  # type: ignore[misc]  # waitress carries no types
    """Closes connections whose request does not come to its end, and the oldest that waits when there are too many."""

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
            # a body somewhat too large is let through to our page that says so; a larger one is cut off
            max_request_body_size=2 * LARGEST,
            ident="",
            clear_untrusted_proxy_headers=False,  # whom to believe is for Django's settings: TRUSTED_PROXY_COUNT
        )

    def handle_accept(self) -> None:
        if len(self.active_channels) >= MAX_CONNECTIONS:
            waiting = [channel for channel in self.active_channels.values() if not channel.requests]
            if waiting:
                min(waiting, key=lambda channel: channel.creation_time).handle_close()
        super().handle_accept()

    def maintenance(self, now: float) -> None:
        """Once a second. waitress itself closes what is idle; a byte now and then would keep a connection for ever."""
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
        """Serve until `is_stopped`; then take nothing new and finish the answers under way."""
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
    parser = argparse.ArgumentParser(description="Serve the pages on this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    asked = parser.parse_args()

    from newsletter.wsgi import application

    server, signals = Server(application, host=asked.host, port=asked.port), list[int]()

    def stop(number: int, _frame: FrameType | None) -> None:
        signals.append(number)
        server.pull_trigger()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    server.serve(is_stopped=lambda: bool(signals))


if __name__ == "__main__":
    main()
