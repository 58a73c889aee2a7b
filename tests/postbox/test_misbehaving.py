"""Bad behaviour on order: what the caller sees, and whether the call was taken in."""

import http.client
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from newsletter.postbox.postbox import Postbox
from tests.postbox.asking import KEY, SEND, Answer, ask, connect, person, send
from tests.support.waiting import wait_until

LOST = (ConnectionError, http.client.RemoteDisconnected, http.client.BadStatusLine)


def accepted(postbox: Postbox) -> int:
    return int(postbox.counts()["accepted"])


@pytest.mark.parametrize("accept", [True, False])
@pytest.mark.parametrize("do", ["drop", "reset", "cut"])
def test_an_answer_can_be_lost_with_the_call_taken_in_or_not(postbox: Postbox, do: str, accept: bool) -> None:
    postbox.order(do=do, accept=accept)
    with pytest.raises(LOST):
        send(postbox)
    assert accepted(postbox) == accept
    assert send(postbox, "amir@example.org").status == 202
    (first, second) = postbox.calls()
    assert (first["answer"], second["answer"]) == (do, "202")
    assert first["ordered"] == (f"accept, then {do}" if accept else do)


def test_a_cut_answer_has_begun(postbox: Postbox) -> None:
    postbox.order(do="cut", accept=True)
    with socket.create_connection(("127.0.0.1", postbox.port), timeout=10) as line:
        head = f"POST {SEND} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nContent-Length: 2\r\n\r\n"
        line.sendall(head.encode() + b"{}")
        assert line.recv(12) == b"HTTP/1.1 400"
        with pytest.raises(ConnectionResetError):
            hear_the_end(line)


def hear_the_end(line: socket.socket) -> None:
    while line.recv(4096):
        pass


def test_a_connection_can_be_reset_with_the_body_unread(postbox: Postbox) -> None:
    postbox.order(do="unread")
    with pytest.raises(OSError):  # noqa: PT011 a broken pipe or a reset, whichever is noticed first
        send(postbox, subject="x" * 5_000_000)
    assert postbox.calls() == []
    assert send(postbox).status == 202


@pytest.mark.parametrize("status", [400, 401, 403, 413, 429, 500, 502, 503, 504])
def test_any_refusal_can_be_ordered(postbox: Postbox, status: int) -> None:
    postbox.order(do="status", status=status)
    answer = send(postbox)
    assert (answer.status, answer.fields, accepted(postbox)) == (status, [None], 0)


def test_a_server_error_may_hide_that_the_call_was_taken_in(postbox: Postbox) -> None:
    postbox.order(do="status", status=500, accept=True)
    assert (send(postbox).status, accepted(postbox)) == (500, 1)


def test_too_many_requests_tell_when_to_come_again(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    with Postbox(tmp_path / "postbox.sqlite3", clock=lambda: moment) as postbox:
        postbox.order(do="status", status=429, seconds=90)
        answer = send(postbox)
    assert answer.json["errors"][0]["message"] == "too many requests"
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert int(answer.headers["X-RateLimit-Reset"]) == moment.timestamp() + 90


def in_background(postbox: Postbox) -> tuple[threading.Thread, list[Answer | Exception]]:
    """Send a letter without waiting for what comes of it."""
    heard: list[Answer | Exception] = []

    def run() -> None:
        try:
            heard.append(send(postbox))
        except (OSError, http.client.HTTPException) as error:
            heard.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, heard


@pytest.mark.parametrize("accept", [True, False])
def test_a_hanging_call_hears_nothing_until_the_postbox_stops(postbox: Postbox, accept: bool) -> None:
    postbox.order(do="hang", accept=accept)
    thread, heard = in_background(postbox)
    wait_until(postbox.calls, what="the call")
    assert (heard, accepted(postbox)) == ([], accept)
    postbox.stop()
    thread.join(5)
    assert [type(one) for one in heard] == [http.client.RemoteDisconnected]


def test_a_hang_ends_when_the_caller_goes_or_its_time_is_over(postbox: Postbox) -> None:
    postbox.order(do="hang", times=2, seconds=0.1)
    with pytest.raises(LOST):
        send(postbox)
    connection = connect(postbox)
    connection.request("POST", SEND, b"{}", KEY)
    connection.close()
    wait_until(lambda: len(postbox.calls()) == 2 and not talking(), what="the end of both calls")


def talking() -> list[str]:
    """Threads that still speak to somebody."""
    return [thread.name for thread in threading.enumerate() if "process_request_thread" in thread.name]


def test_a_late_answer_is_late_but_right(postbox: Postbox) -> None:
    postbox.order(do="late", seconds=0.3)
    thread, heard = in_background(postbox)
    wait_until(lambda: accepted(postbox) == 1, what="the letter")
    assert heard == []
    thread.join(10)
    assert [one.status for one in heard if isinstance(one, Answer)] == [202]


def test_a_call_can_be_taken_in_late(postbox: Postbox) -> None:
    postbox.order(do="late", seconds=0.05, accept=False)
    assert (send(postbox).status, accepted(postbox)) == (202, 1)


def test_an_order_counts_for_so_many_calls_after_so_many(postbox: Postbox) -> None:
    postbox.order(do="status", times=2, after=1)
    assert [send(postbox).status for _ in range(5)] == [202, 503, 503, 202, 202]


def test_an_order_may_hold_until_it_is_cleared(postbox: Postbox) -> None:
    order = postbox.order(do="status", times=None)
    assert [send(postbox).status for _ in range(3)] == [503, 503, 503]
    assert ask(postbox, "DELETE", f"/postbox/faults/{order.id}").status == 204
    assert send(postbox).status == 202


def test_an_order_may_look_for_custom_arguments_merged(postbox: Postbox) -> None:
    postbox.order(do="status", times=None, where={"batch": "2", "reader": "9"})
    readers = [
        person("a@example.org", custom_args={"reader": "8"}),
        person("b@example.org", custom_args={"reader": "9"}),
    ]
    assert send(postbox, personalizations=readers, custom_args={"batch": "1"}).status == 202
    assert send(postbox, personalizations=readers[:1], custom_args={"batch": "2"}).status == 202
    assert send(postbox, personalizations=readers, custom_args={"batch": "2"}).status == 503


def test_the_calls_about_batches_misbehave_too(postbox: Postbox) -> None:
    postbox.order(do="drop", accept=True, call="batch")
    postbox.order(do="status", status=500, call="scheduled_sends")
    with pytest.raises(LOST):
        ask(postbox, "POST", "/v3/mail/batch")
    assert len(ask(postbox, "GET", "/postbox/batches").json) == 1
    assert ask(postbox, "GET", "/v3/user/scheduled_sends").status == 500
    assert ask(postbox, "GET", "/v3/user/scheduled_sends").status == 200


def test_orders_are_given_and_taken_back_over_http(postbox: Postbox) -> None:
    given = ask(postbox, "POST", "/postbox/faults", {"do": "drop", "accept": True, "times": 3})
    assert (given.status, given.json["id"]) == (201, 1)
    assert ask(postbox, "GET", "/postbox/faults").json == [given.json]
    assert ask(postbox, "DELETE", "/postbox/faults").status == 204
    assert ask(postbox, "GET", "/postbox/faults").json == []


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"do": "explode"},
        {"do": "drop", "time": 3},
        {"do": "drop", "times": 0},
        {"do": "drop", "times": True},
        {"do": "drop", "after": -1},
        {"do": "status", "status": 200},
        {"do": "late", "seconds": "long"},
        {"do": "drop", "where": {"a": 1}},
        {"do": "drop", "call": "other"},
        {"do": "drop", "accept": "yes"},
        {"do": "unread", "where": {"a": "b"}},
        [],
        b"{",
    ],
)
def test_an_order_that_makes_no_sense_is_refused_in_words(postbox: Postbox, order: Any) -> None:
    answer = ask(postbox, "POST", "/postbox/faults", order)
    assert answer.status == 400
    assert answer.json["error"].endswith(".")
    assert ask(postbox, "GET", "/postbox/faults").json == []
