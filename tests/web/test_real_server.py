"""Bodies as mailbox providers and proxies send them, through the web server that we start: real bytes, real answers."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.kept import Kept
from tests.support.ports import free_port
from tests.support.surroundings import ROOT
from tests.support.waiting import wait_until

GUNICORN = [sys.executable, "-m", "gunicorn", "newsletter.wsgi:application", "--workers=2", "--threads=4"]
# the web servers of `newsletter run` and of docker-compose.yml
VARIANTS = {
    "run": [sys.executable, "-m", "newsletter.web.site.web_server", "--port={}"],
    "compose": [*GUNICORN, "--bind=127.0.0.1:{}"],
}
PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.support import factories as make
from newsletter.delivery.recipients import reader_links
publication = make.publication(slug="morning")
edition = make.edition(publication)
for _ in range(20):
    print(reader_links.token_signer(edition.pk)(make.reader(publication).pk))
"""


class Server(NamedTuple):
    variant: str
    port: int
    tokens: list[str]
    database: Path

    def say(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to these bytes, all of which are sent before anything is read."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as near:
            near.sendall(request)
            said = b""
            while more := near.recv(65536):
                said += more
        head, _, body = said.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    def left(self) -> int:
        with closing(sqlite3.connect(self.database)) as reader:
            found = reader.execute("SELECT count(*) FROM audience_subscription WHERE status = 'left'")
            return int(found.fetchone()[0])


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], list[str], Path]:
    """Environment, tokens of readers, and the data folder."""
    data = tmp_path_factory.mktemp("served")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NEWSLETTER_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "newsletter.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", PREPARE], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    return environment, done.stdout.splitlines(), data


@pytest.fixture(scope="module", params=VARIANTS)
def server(request: pytest.FixtureRequest, prepared: tuple[dict[str, str], list[str], Path]) -> Iterator[Server]:
    environment, tokens, data = prepared
    port = free_port()
    place = data / request.param
    place.mkdir()
    running = Kept([word.format(port) for word in VARIANTS[request.param]], folder=place, env=environment)
    mine = tokens[:10] if request.param == "run" else tokens[10:]
    try:
        wait_until(lambda: answers(port))
        yield Server(request.param, port, list(mine), data / "newsletter.sqlite3")
    finally:
        running.end()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def request(path: str, *headers: str, body: bytes = b"", version: str = "1.1") -> bytes:
    lines = [f"POST {path} HTTP/{version}", "Host: 127.0.0.1", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


FORM = "Content-Type: application/x-www-form-urlencoded"
ONE_CLICK = b"List-Unsubscribe=One-Click"
CHUNKED = b"1a\r\n" + ONE_CLICK + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ([FORM, "Transfer-Encoding: chunked"], CHUNKED),
        ([FORM, "Transfer-Encoding: chunked"], b"0\r\n\r\n"),
        ([FORM, "Content-Length: 26"], ONE_CLICK),
        ([], b""),
        (["Content-Length: 0"], b""),
        (["Content-Type: text/plain", "Content-Length: 26000000"], b"x" * 26_000_000),
    ],
    ids=["chunked", "chunked and empty", "a form", "no body", "an empty body", "far too large"],
)
def test_one_click_unsubscribes_whatever_body_comes_with_it(server: Server, headers: list[str], body: bytes) -> None:
    before = server.left()
    status, page = server.say(request(f"/u/{server.tokens.pop()}", *headers, body=body))
    assert status == 200
    assert b"You are unsubscribed" in page
    assert server.left() == before + 1


def test_a_chunked_body_that_breaks_off_unsubscribes_as_well(server: Server) -> None:
    if server.variant == "run":
        pytest.skip("waitress refuses a body that is no chunks before Django sees the request")
    before = server.left()
    status, _ = server.say(request(f"/u/{server.tokens.pop()}", "Transfer-Encoding: chunked", body=b"zz\r\nno\r\n"))
    assert status == 200
    assert server.left() == before + 1


def test_a_proxy_that_sends_a_body_from_its_first_to_its_last_byte_gets_the_page_that_says_it_is_too_large(
    server: Server,
) -> None:
    size = 26_000_000
    status, page = server.say(request("/sign-in/", f"Content-Length: {size}", body=b"x" * size, version="1.0"))
    assert status == 413
    assert b"You can upload up to 25 MB at once." in page


def test_elsewhere_a_body_must_say_how_long_it_is(server: Server) -> None:
    if server.variant == "run":
        pytest.skip("waitress collects the chunks, so that Django is told how long the body is")
    status, said = server.say(request("/sign-in/", FORM, "Transfer-Encoding: chunked", body=CHUNKED))
    assert status == 411
    assert b"Content-Length is required\n" in said
