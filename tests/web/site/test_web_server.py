"""The embedded web server: slow and half requests keep nobody from their page."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from typing import Any

import pytest

from newsletter.web.site import web_server as serving
from newsletter.web.site.web_server import WebServer

Served = tuple[WebServer, Callable[[], None]]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['PATH_INFO']} {len(body)} {environ.get('HTTP_X_FORWARDED_FOR', '')}".encode()]


@pytest.fixture
def server() -> Iterator[WebServer]:
    made, stopped = WebServer(application, host="127.0.0.1", port=0), threading.Event()
    thread = threading.Thread(target=made.serve, kwargs={"is_stopped": stopped.is_set})
    thread.start()
    yield made
    stopped.set()
    with suppress(OSError):  # it has seen that by itself, and its trigger is closed
        made.pull_trigger()
    thread.join(20)
    assert not thread.is_alive()


def ask(server: WebServer, path: str = "/", **said: Any) -> str:
    connection = HTTPConnection("127.0.0.1", int(server.effective_port), timeout=30)
    try:
        connection.request("POST" if "body" in said else "GET", path, **said)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def opened(server: WebServer, sent: bytes) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", int(server.effective_port)), timeout=30)
    made.sendall(sent)
    return made


HALVES = {
    "nothing": b"",
    "half a line": b"GET /u/x HT",
    "half the headers": b"GET / HTTP/1.1\r\nHost: localhost\r\n",
    "blank lines first": b"\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n",
    "half a body": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf",
    "half a chunk": b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf",
    "a request and half of the next": b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost",
}


@pytest.mark.parametrize("half", HALVES)
def test_half_requests_on_many_connections_keep_nobody_out(server: WebServer, half: str) -> None:
    with ExitStack() as stack:
        for _ in range(5 * serving.THREADS):
            stack.enter_context(opened(server, HALVES[half]))
        assert ask(server, "/page") == "/page 0 "


@pytest.mark.parametrize("half", [name for name in HALVES if name not in ("nothing", "a request and half of the next")])
def test_a_request_that_does_not_come_to_its_end_is_closed_even_when_a_byte_comes_now_and_then(
    server: WebServer, half: str
) -> None:
    with opened(server, HALVES[half]) as slow:
        ask(server)  # by now the half is read
        now = time.time()
        server.maintenance(now)
        slow.sendall(b"x")
        ask(server)
        server.maintenance(now + serving.MAX_REQUEST_SECONDS + 1)
        server.pull_trigger()
        assert slow.recv(1000) == b""


def test_when_there_are_too_many_connections_the_oldest_that_waits_is_closed(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "MAX_CONNECTIONS", 10)
    with ExitStack() as stack:
        waiting = [stack.enter_context(opened(server, b"GET / HT")) for _ in range(12)]
        assert ask(server, "/page") == "/page 0 "
        assert waiting[0].recv(1000) == b""


def test_bodies_arrive_whole_also_in_chunks_and_what_proxies_say_is_handed_on(server: WebServer) -> None:
    assert ask(server, "/", body=b"x" * 700_000) == "/ 700000 "
    assert ask(server, "/", body=iter([b"one", b"two"]), encode_chunked=True) == "/ 6 "
    assert ask(server, "/", headers={"X-Forwarded-For": "192.0.2.1"}) == "/ 0 192.0.2.1"


def test_it_does_not_say_which_program_it_is(server: WebServer) -> None:
    with opened(server, b"GET / HTTP/1.0\r\n\r\n") as asked:
        answer = asked.makefile("rb").read().lower()
    assert b"200 ok" in answer
    assert b"waitress" not in answer
