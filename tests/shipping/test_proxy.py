"""The proxy of docker-compose.yml with its own configuration, where nginx is installed."""

import os
import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from newsletter.web.site.web_server import WebServer
from tests.support.kept import Kept
from tests.support.ports import free_port
from tests.support.surroundings import ROOT
from tests.support.system import ask
from tests.support.waiting import wait_until

NGINX = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))
TOKEN = "AAAAAAAAAAEAAAAAAAAAAn8mJ3kq1XoV4y0yq0Yd2Q"
CONFIGURATION = ROOT / "deploy" / "nginx.conf"


class Proxy:
    """nginx before a web server; what reaches the web server is in `reached`."""

    def __init__(self, folder: Path) -> None:
        self.reached: list[dict[str, Any]] = []
        self.server = WebServer(self._application, host="127.0.0.1", port=0)
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.server.serve, kwargs={"is_stopped": self.stopped.is_set})
        self.port, self.log, self.errors = free_port(), folder / "access", folder / "errors"
        text = CONFIGURATION.read_text(encoding="utf-8")
        for there, here in {
            "/tmp/": f"{folder}/",  # noqa: S108 — of the container
            "listen 8080": f"listen 127.0.0.1:{self.port}",
            "web:8000": f"127.0.0.1:{self.server.effective_port}",
            "/dev/stdout": str(self.log),
            "/dev/stderr": str(self.errors),
        }.items():
            assert there in text
            text = text.replace(there, here)
        (folder / "nginx.conf").write_text(f"daemon off;\n{text}", encoding="utf-8")
        self.command = [str(NGINX), "-e", str(self.errors), "-c", str(folder / "nginx.conf")]

    def stop_web_server(self) -> None:
        if not self.stopped.is_set():
            self.stopped.set()
            self.server.pull_trigger()
            self.thread.join(20)

    def _application(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        self.reached.append(environ)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"here"]

    def get(self, path: str, **headers: str) -> str:
        return ask("GET", f"http://127.0.0.1:{self.port}{path}", headers=headers).body

    def is_up(self) -> bool:
        try:
            return self.get("/proxy-health") == "ok\n"
        except OSError:
            return False


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    if not NGINX:
        pytest.skip("nginx is not installed")
    folder = tmp_path / "nginx"
    folder.mkdir(mode=0o777)
    made = Proxy(folder)
    made.thread.start()
    nginx = Kept(made.command, folder=folder, ends_by=signal.SIGTERM, folder_stays=True)
    wait_until(made.is_up, timeout=20, what="nginx")
    yield made
    nginx.end()
    made.stop_web_server()


def test_half_requests_do_not_reach_the_web_server_and_keep_nobody_out(proxy: Proxy) -> None:
    head = b"GET /u/x HTTP/1.1\r\nHost: localhost\r\n"
    body = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf"
    with ExitStack() as stack:
        for half in [head, body] * 20:
            sent = stack.enter_context(socket.create_connection(("127.0.0.1", proxy.port), timeout=30))
            sent.sendall(half)
        assert proxy.get("/page") == "here"
        assert [environ["PATH_INFO"] for environ in proxy.reached] == ["/page"]


def test_it_hands_on_the_name_the_scheme_and_who_asked(proxy: Proxy) -> None:
    proxy.get("/", **{"Host": "news.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"})
    [environ] = proxy.reached
    assert environ["HTTP_HOST"] == "news.example.org"
    assert environ["HTTP_X_FORWARDED_PROTO"] == "https"
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1, 127.0.0.1"


def test_its_logs_hold_no_readers_token_whatever_happens(proxy: Proxy) -> None:
    for path in (
        f"/u/{TOKEN}",
        f"/c/{TOKEN}",
        f"/d/{TOKEN}",
        f"/p/{TOKEN}/?a={TOKEN}",
        f"//V//{TOKEN}",
        f"/%75/{TOKEN}",
        f"/?next=/u/{TOKEN}",
    ):
        proxy.get(path, Referer=f"https://news.example.org/v/{TOKEN}", **{"User-Agent": TOKEN})
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=30) as broken:
        broken.sendall(f"GET /u/{TOKEN} HTTP/9.9\r\n\r\n".encode())
        broken.recv(1000)
    proxy.stop_web_server()
    assert ask("GET", f"http://127.0.0.1:{proxy.port}/u/{TOKEN}").status == 502
    logged = proxy.log.read_text(encoding="utf-8") + proxy.errors.read_text(encoding="utf-8")
    assert '"GET /u/..." 200' in logged
    assert '"GET /u/..." 502' in logged
    assert TOKEN not in logged
