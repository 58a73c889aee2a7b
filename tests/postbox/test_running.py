"""Starting, stopping and dying: as a thread of a test, and as a program of its own."""

import http.client
import re
import select
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from newsletter.lib.errors import BadSetting
from newsletter.postbox import __main__ as entry
from newsletter.postbox.postbox import Postbox
from newsletter.postbox.store.account import Account
from tests.postbox.asking import ask, connect, send
from tests.support.waiting import wait_until


class Program:
    """`python -m newsletter.postbox` as somebody would start it."""

    def __init__(self, file: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "newsletter.postbox", "--file", str(file), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.said = self.process.stdout.readline()
        found = re.search(r":(\d+)/", self.said)
        self.port = int(found[1]) if found else 0

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


@contextmanager
def program(file: Path, *words: str) -> Iterator[Program]:
    started = Program(file, "--port", "0", *words)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_even_with_open_and_hanging_connections(tmp_path: Path, number: int) -> None:
    with program(tmp_path / "postbox.sqlite3") as running:
        assert "No email leaves this machine" in running.said
        idle, hanging = running.connect(), running.connect()
        assert send(idle).status == 202
        ask(idle, "POST", "/postbox/faults", {"do": "hang"})
        hanging.request("POST", "/v3/mail/send", b"{}", {"Authorization": "Bearer x"})
        wait_until(lambda: ask(idle, "GET", "/postbox/pulse").json["newest"] == 2, what="the hanging call")
        assert running.end(number) == 0
        with pytest.raises((OSError, http.client.HTTPException)):
            hanging.getresponse()
        idle.close()
        hanging.close()


def test_kill_9_loses_nothing_that_was_accepted(tmp_path: Path) -> None:
    file, heard = tmp_path / "postbox.sqlite3", []
    with program(file) as running:
        connection = running.connect()
        killer = threading.Timer(0.3, running.process.kill)
        killer.start()
        try:
            while True:
                heard.append(send(connection, *(f"r{n}@example.org" for n in range(50))).headers["X-Message-Id"])
        except (OSError, http.client.HTTPException):
            connection.close()
        killer.join()
    assert heard
    with sqlite3.connect(file) as left:
        assert left.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    left.close()
    with Postbox(file) as postbox:
        kept = [call["message_id"] for call in postbox.calls()]
        assert kept[: len(heard)] == heard
        assert len(kept) <= len(heard) + 1  # one may have been accepted without anybody hearing of it
        assert postbox.counts()["accepted"] == 50 * len(kept)


def test_a_port_in_use_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "newsletter.postbox", "--port", str(port), "--file", str(tmp_path / "p.sqlite3")],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        with pytest.raises(BadSetting, match=str(port)):
            Postbox(tmp_path / "q.sqlite3", port).start()
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"port {port}" in done.stderr


EVERYWHERE = "0.0.0.0"  # noqa: S104 what these tests are about


@pytest.mark.parametrize("host", [EVERYWHERE, "192.0.2.1", "::", "news.example.org"])
def test_it_does_not_listen_where_others_reach_it(tmp_path: Path, host: str) -> None:
    with pytest.raises(BadSetting, match="other machines"):
        Postbox(tmp_path / "postbox.sqlite3", host=host).start()


def test_it_does_so_when_told_on_purpose_and_answers_to_the_names_it_was_given(tmp_path: Path) -> None:
    with Postbox(tmp_path / "p.sqlite3", host=EVERYWHERE, allow_outside=True, names=["Postbox"]) as postbox:
        assert ask(postbox, "GET", "/", headers={"Host": "postbox:8025"}).status == 200
        assert ask(postbox, "GET", "/", headers={"Host": "other:8025"}).status == 403


@pytest.mark.parametrize("content", [b"not a database, but long enough to be taken for one" * 100, None])
def test_a_file_that_cannot_be_used_is_one_clear_sentence(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "postbox.sqlite3"
    file.write_bytes(content) if content else file.mkdir()
    with pytest.raises(BadSetting, match="cannot be used"):
        Postbox(file).start()


def test_a_file_of_another_version_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "postbox.sqlite3"
    with sqlite3.connect(file) as other:
        other.execute("PRAGMA user_version=99")
    other.close()
    with pytest.raises(BadSetting, match="another version"):
        Postbox(file).start()


def test_letters_outlive_a_restart_and_the_address_stays(postbox: Postbox) -> None:
    send(postbox)
    before = (postbox.url, postbox.letters())
    postbox.stop()
    postbox.stop()
    postbox.start()
    assert (postbox.url, postbox.letters()) == before


def test_a_call_in_hand_is_answered_while_it_stops(postbox: Postbox) -> None:
    postbox.order(do="late", seconds=30)
    connection = connect(postbox)
    connection.request("POST", "/v3/mail/send", b"{}", {"Authorization": "Bearer x"})
    wait_until(postbox.calls, what="the call")
    postbox.stop()
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Connection"]) == (400, "close")
    connection.close()


def test_stopping_leaves_no_thread_and_closes_idle_connections(postbox: Postbox) -> None:
    connections = [connect(postbox) for _ in range(20)]
    for connection in connections:
        assert ask(connection, "GET", "/postbox/pulse").status == 200
    postbox.stop()
    assert not [thread for thread in threading.enumerate() if "process_request_thread" in thread.name]
    for connection in connections:
        assert select.select([connection.sock], [], [], 5)[0]
        connection.close()


def test_many_callers_at_once_are_all_kept(postbox: Postbox) -> None:
    def work(who: int) -> None:
        connection = connect(postbox)
        for number in range(10):
            send(connection, f"r{who}-{number}@example.org")
        connection.close()

    threads = [threading.Thread(target=work, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (postbox.counts()["addresses"], len(postbox.calls())) == (80, 80)


def test_alone_it_is_told_what_its_account_has(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    served: dict[str, Any] = {}
    monkeypatch.setattr(entry, "serve", lambda **given: served.update(given))
    words = "--group 7 --group 8 --pool morning --template d-7 --unverified Other.example"
    monkeypatch.setattr(sys, "argv", ["postbox", "--file", str(tmp_path / "post.sqlite3"), *words.split()])
    assert entry.main() == 0
    assert served["account"] == Account(
        groups=frozenset({7, 8}),
        pools=frozenset({"morning"}),
        templates=frozenset({"d-7"}),
        unverified=frozenset({"other.example"}),
    )
