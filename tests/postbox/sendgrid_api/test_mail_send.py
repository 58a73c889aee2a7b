"""POST /v3/mail/send over real HTTP: what is answered, and what is kept."""

import json
import socket
from http import HTTPStatus
from pathlib import Path

import pytest

from newsletter.postbox.postbox import Postbox
from newsletter.postbox.store.account import Account
from tests.postbox.asking import KEY, SEND, ask, connect, letter, person, send


def test_a_letter_is_accepted_with_an_empty_answer_and_a_message_id(postbox: Postbox) -> None:
    answer = send(postbox)
    assert (answer.status, answer.body) == (202, b"")
    assert len(answer.headers["X-Message-Id"]) == 22


def test_what_was_accepted_can_be_read(postbox: Postbox) -> None:
    answer = send(
        postbox,
        personalizations=[
            person("rita@example.org", substitutions={"-n-": "Rita"}, custom_args={"who": "1"}, headers={"X-A": "a"})
        ],
        subject="Hello -n-",
        custom_args={"dispatch": "7"},
    )
    (found,) = postbox.letters()
    assert (found["subject"], found["address"], found["status"]) == ("Hello Rita", "rita@example.org", "sent")
    assert found["custom_args"] == {"dispatch": "7", "who": "1"}
    assert found["message_id"] == answer.headers["X-Message-Id"]
    assert found["headers"]["X-A"] == "a"
    assert (found["text"], found["html"]) == ("Good morning", "<p>Good morning")


def test_a_connection_is_used_again(postbox: Postbox) -> None:
    connection = connect(postbox)
    answers = []
    for number in range(5):
        answers.append(send(connection, f"r{number}@example.org").status)
        answers.append(ask(connection, "GET", "/nothing").status)
        own_port = connection.sock.getsockname()[1]
        answers.append(own_port)
    connection.close()
    assert answers == [202, 404, own_port] * 5


def test_a_refused_letter_is_not_kept_but_the_call_is_noted(postbox: Postbox) -> None:
    answer = send(postbox, "rita@example.org", "nobody")
    assert (answer.status, answer.fields) == (400, ["personalizations.1.to.0.email"])
    assert set(answer.json["errors"][0]) == {"message", "field", "help"}
    assert postbox.letters() == []
    (call,) = postbox.calls()
    assert (call["answer"], call["accepted"]) == ("400", 0)
    assert "personalizations.1.to.0.email" in call["notes"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"NaN", b'"x"', b'{"a": "\\ud800"}'])
def test_what_is_not_a_json_object_is_a_bad_request(postbox: Postbox, body: bytes) -> None:
    answer = ask(postbox, "POST", SEND, body)
    assert (answer.status, answer.json["errors"][0]["message"]) == (400, "Bad Request")


def test_a_body_that_is_not_utf_8_is_415(postbox: Postbox) -> None:
    assert (
        ask(postbox, "POST", SEND, json.dumps(letter(subject="Grüße"), ensure_ascii=False).encode("latin-1")).status
        == 415
    )


def test_sandbox_mode_checks_and_keeps_nothing(postbox: Postbox) -> None:
    sandbox = {"sandbox_mode": {"enable": True}}
    assert send(postbox, mail_settings=sandbox).status == 200
    assert send(postbox, "nobody", mail_settings=sandbox).status == 400
    assert postbox.counts()["accepted"] == 0


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, {"Authorization": "Basic a2V5"}])
def test_without_a_key_nothing_is_answered_but_401(postbox: Postbox, headers: dict[str, str]) -> None:
    answer = ask(postbox, "POST", SEND, letter(), headers)
    assert (answer.status, answer.fields) == (401, [None])
    assert postbox.counts()["accepted"] == 0


def test_an_account_may_have_one_right_key_and_senders_without_proof(tmp_path: Path) -> None:
    account = Account(key="right", unverified=frozenset({"example.org"}))
    with Postbox(tmp_path / "p.sqlite3", account=account) as postbox:
        assert send(postbox).status == 401
        answer = ask(postbox, "POST", SEND, letter(), {"Authorization": "bearer right"})
        assert (answer.status, answer.fields) == (403, ["from"])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v3/mail/sent", 404),
        ("GET", SEND, 405),
        ("PUT", "/v3/mail/batch", 405),
        ("POST", "/v3/mail/batch/x", 405),
    ],
)
def test_other_paths_and_methods_are_refused(postbox: Postbox, method: str, path: str, status: int) -> None:
    answer = ask(postbox, method, path)
    assert answer.status == status
    assert status != 405 or answer.headers["Allow"]


def test_a_body_of_thirty_megabytes_is_refused_before_it_is_read(postbox: Postbox) -> None:
    with socket.create_connection(("127.0.0.1", postbox.port), timeout=10) as line:
        line.sendall(f"POST {SEND} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {30 * 1024 * 1024}\r\n\r\n".encode())
        line.sendall(b"{" * 100_000)
        assert line.makefile("rb").readline() == f"HTTP/1.1 413 {HTTPStatus(413).phrase}\r\n".encode()


@pytest.mark.parametrize(
    "first", ["GET //[ HTTP/1.1", f"POST {SEND} HTTP/1.1\r\nContent-Length: {'9' * 5000}", "NONSENSE"]
)
def test_a_strange_request_is_answered_and_does_no_harm(postbox: Postbox, first: str) -> None:
    with socket.create_connection(("127.0.0.1", postbox.port), timeout=10) as line:
        line.sendall(f"{first}\r\nHost: localhost\r\nAuthorization: Bearer x\r\n\r\n".encode())
        line.shutdown(socket.SHUT_WR)
        assert b" 40" in line.makefile("rb").read(200)
    assert send(postbox).status == 202


def test_a_body_in_chunks_is_taken_and_the_connection_goes_on(postbox: Postbox) -> None:
    connection = connect(postbox)
    for _ in range(2):
        whole = json.dumps(letter()).encode()
        connection.request("POST", SEND, iter([whole[:7], whole[7:]]), KEY, encode_chunked=True)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (202, b"")
    connection.close()
    assert len(postbox.letters()) == 2


@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        ("Transfer-Encoding: chunked", b"x\r\n", b" 400 "),
        ("Transfer-Encoding: chunked", b"-1\r\n", b" 400 "),
        ("Transfer-Encoding: chunked", b"2\r\n{}xx", b" 400 "),
        ("Transfer-Encoding: chunked", b"2\r\n{", b" 400 "),
        ("Transfer-Encoding: chunked", b"1" * 5000, b" 400 "),
        ("Transfer-Encoding: chunked", b"2000000\r\n", b" 413 "),
        ("Transfer-Encoding: gzip, chunked", b"0\r\n\r\n", b" 400 "),
        ("Transfer-Encoding: chunked\r\nContent-Length: 2", b"0\r\n\r\n", b" 400 "),
    ],
)
def test_chunks_that_are_none_are_refused(postbox: Postbox, head: str, body: bytes, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", postbox.port), timeout=10) as line:
        line.sendall(f"POST {SEND} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n{head}\r\n\r\n".encode())
        line.sendall(body)
        line.shutdown(socket.SHUT_WR)
        assert status in line.makefile("rb").readline()
    assert postbox.calls() == []


def test_half_a_request_is_no_request(postbox: Postbox) -> None:
    whole = json.dumps(letter()).encode()
    head = f"POST {SEND} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nContent-Length: {len(whole)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", postbox.port), timeout=10) as line:
        line.sendall(head.encode() + whole[:-1])
        line.shutdown(socket.SHUT_WR)
        assert line.recv(100) == b""
    assert postbox.calls() == []


def test_a_thousand_readers_are_taken_in_by_one_call(postbox: Postbox) -> None:
    people = [
        person(
            f"reader{n}@example.org",
            substitutions={"-name-": "Name", "-html-": "Name", "-token-": "A" * 50},
            headers={"List-Unsubscribe": f"<https://example.org/u/{'A' * 50}>", "List-Unsubscribe-Post": "x"},
            custom_args={"nl_subscriber": str(n)},
        )
        for n in range(1000)
    ]
    body = json.dumps(letter(personalizations=people, content=[{"type": "text/html", "value": "x" * 60_000}])).encode()
    assert ask(postbox, "POST", SEND, body).status == 202
    assert postbox.counts()["addresses"] == 1000
