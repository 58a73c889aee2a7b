"""What every test may rely on: a closed network, a folder of its own, servers that come and go."""

import errno
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from tests.support.kept import Kept
from tests.support.postgres import Postgres
from tests.support.pseudo_terminal import open_terminal
from tests.support.redis import RedisServer
from tests.support.surroundings import ROOT, OutsideNetwork, is_here
from tests.support.waiting import wait_until


def test_a_test_cannot_connect_to_another_machine() -> None:
    with socket.socket() as caller, pytest.raises(OutsideNetwork):
        caller.connect(("192.0.2.1", 80))


def test_a_test_cannot_look_up_another_machine() -> None:
    with pytest.raises(OutsideNetwork):
        socket.getaddrinfo("example.org", 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", b"localhost", None, ""])
def test_this_machine_can_be_reached(host: str | bytes | None) -> None:
    assert is_here(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "2001:db8::1", "localhost.example.org", "127.0.0.1.example.org"])
def test_other_machines_are_told_apart_from_this_one(host: str) -> None:
    assert not is_here(host)


def test_the_browser_cannot_reach_another_machine(page: Page) -> None:
    with pytest.raises(PlaywrightError, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://example.org/")


def test_data_stays_out_of_the_checkout() -> None:
    assert ROOT not in settings.DATA_DIR.parents
    assert settings.DATA_DIR.name == os.environ.get("PYTEST_XDIST_WORKER", "alone")


def test_no_setting_comes_in_from_the_shell() -> None:
    shell = {**os.environ, "SENDGRID_API_KEY": "SG.from-the-shell", "REDIS_URL": "redis://192.0.2.1"}
    asked = "import os, tests.support.surroundings; print(os.environ.keys() & {'SENDGRID_API_KEY', 'REDIS_URL'})"
    told = subprocess.check_output([sys.executable, "-c", asked], cwd=ROOT, env=shell, text=True)
    assert told == "set()\n"


def test_each_postgres_database_is_new(postgres: Postgres) -> None:
    first, second = postgres.new(), postgres.new()
    with psycopg.connect(first) as one:
        one.execute("CREATE TABLE story (id int)")
    with psycopg.connect(second) as two:
        assert two.execute("SELECT to_regclass('story')").fetchone() == (None,)


def test_a_redis_that_is_killed_comes_back_at_the_same_address(redis_server: RedisServer) -> None:
    url = redis_server.url
    redis_server.kill9()
    redis_server.start()
    assert redis_server.url == url
    assert redis_server.answers()


def test_a_redis_that_is_frozen_does_not_answer_until_it_is_let_go(redis_server: RedisServer) -> None:
    redis_server.pause()
    assert not redis_server.answers()
    redis_server.resume()
    assert redis_server.answers()


def test_a_server_ends_with_the_tests_even_when_they_are_killed(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    lines = (
        "from pathlib import Path",
        "from tests.support.kept import Kept",
        f"kept = Kept(['sleep', '60'], folder=Path({str(folder)!r}))",
        "print(kept.pid, flush=True)",
        "import os, signal",
        "os.kill(os.getpid(), signal.SIGKILL)",
    )
    died = subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=ROOT, stdout=subprocess.PIPE, check=False)
    assert died.returncode == -signal.SIGKILL
    wait_until(lambda: not is_alive(int(died.stdout)) and not folder.exists())


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_program_that_ends_by_itself_gives_its_exit_status(tmp_path: Path) -> None:
    assert Kept(["sh", "-c", "exit 3"], folder=tmp_path).wait() == 3
    assert Kept(["sh", "-c", "kill -9 $$"], folder=tmp_path).wait() == -signal.SIGKILL


def test_what_a_program_says_can_be_read(tmp_path: Path) -> None:
    kept = Kept(["echo", "hello"], folder=tmp_path)
    kept.wait()
    assert kept.log.read_text() == "hello\n"


def test_waiting_in_vain_says_for_what() -> None:
    with pytest.raises(AssertionError, match="an edition"):
        wait_until(lambda: [], timeout=0.01, what="an edition")


def test_where_there_are_no_terminals_a_test_that_needs_one_is_skipped_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> tuple[int, int]:
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))

    monkeypatch.setattr(os, "openpty", refuse)
    with pytest.raises(
        pytest.skip.Exception, match=r"gives no terminals \(No such file or directory\); mount /dev/pts"
    ):
        open_terminal()
