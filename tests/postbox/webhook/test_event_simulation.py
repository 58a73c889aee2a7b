"""The postbox tells what happens to its letters: signed, in posts of bounded size, and badly when that is ordered."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from newsletter.lib.errors import BadInput
from newsletter.mail.sendgrid import event_webhook
from newsletter.postbox.postbox import Postbox
from newsletter.postbox.webhook import webhook_sender
from newsletter.postbox.webhook.event_simulation import EventBehaviour
from newsletter.postbox.webhook.webhook_signature import WebhookSigner
from tests.postbox.asking import ask, person, send
from tests.support.waiting import wait_until

SIGNER = WebhookSigner.generate()


class Listening:
    """A far end that takes posts; `refuse` that many first."""

    def __init__(self) -> None:
        self.posts: list[list[dict[str, Any]]] = []
        self.refuse = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                signed = event_webhook.is_signed(
                    body,
                    signature=self.headers[event_webhook.SIGNATURE],
                    timestamp=self.headers[event_webhook.TIMESTAMP],
                    keys=[event_webhook.read_key(SIGNER.public)],
                )
                refused = outer.refuse > 0
                outer.refuse -= refused
                if signed and not refused:
                    outer.posts.append(json.loads(body))
                self.send_response(503 if refused else 204 if signed else 403)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/webhooks/sendgrid"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def told(self) -> list[dict[str, Any]]:
        return [event for post in list(self.posts) for event in post]

    def words(self) -> list[str]:
        return sorted(event["event"] for event in self.told())


@pytest.fixture
def far() -> Iterator[Listening]:
    listening = Listening()
    yield listening
    listening.server.shutdown()
    listening.server.server_close()


@pytest.fixture
def make_postbox(tmp_path: Path, far: Listening) -> Iterator[Callable[[], Postbox]]:
    """Starts a postbox that tells its events, on the same file each time."""
    made: list[Postbox] = []

    def start() -> Postbox:
        made.append(Postbox(tmp_path / "p.sqlite3", events_to=far.url, signer=SIGNER).start())
        return made[-1]

    yield start
    for postbox in made:
        postbox.stop()


def test_each_copy_is_processed_and_delivered_with_its_arguments_beside(
    make_postbox: Callable[[], Postbox], far: Listening
) -> None:
    postbox = make_postbox()
    call = send(
        postbox,
        personalizations=[person(f"a{n}@example.org", custom_args={"nl_subscriber": str(n)}) for n in range(3)],
        custom_args={"nl_attempt": "7", "email": "not this one"},
    )
    wait_until(lambda: len(far.told()) == 6, what="six events")
    assert far.words() == ["delivered"] * 3 + ["processed"] * 3
    first = next(one for one in far.told() if one["email"] == "a1@example.org")
    assert (first["nl_attempt"], first["nl_subscriber"]) == ("7", "1")
    assert first["sg_message_id"].startswith(f"{call.headers['X-Message-Id']}.")
    assert len({one["sg_event_id"] for one in far.told()}) == 6


def test_events_that_were_not_taken_are_posted_again(make_postbox: Callable[[], Postbox], far: Listening) -> None:
    far.refuse = 2
    send(make_postbox())
    wait_until(lambda: far.words() == ["delivered", "processed"], what="both events")


def test_a_refused_call_tells_nothing(make_postbox: Callable[[], Postbox], far: Listening) -> None:
    postbox = make_postbox()
    send(postbox, "nobody")
    send(postbox, "rita@example.org")
    wait_until(lambda: len(far.told()) == 2)
    assert {one["email"] for one in far.told()} == {"rita@example.org"}


def test_an_accepted_call_whose_answer_was_dropped_tells_its_events(
    make_postbox: Callable[[], Postbox], far: Listening
) -> None:
    postbox = make_postbox()
    postbox.order(do="drop", accept=True)
    with pytest.raises((OSError, EOFError)):
        send(postbox)
    wait_until(lambda: len(far.told()) == 2)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("bounce", ["bounce", "processed"]),
        ("blocked", ["bounce", "processed"]),
        ("dropped", ["dropped"]),
        ("click", ["click", "delivered", "processed"]),
        ("spamreport", ["delivered", "processed", "spamreport"]),
    ],
)
def test_a_fate_can_be_ordered_for_an_address(
    make_postbox: Callable[[], Postbox], far: Listening, outcome: str, words: list[str]
) -> None:
    postbox = make_postbox()
    postbox.post_events(outcomes={"RITA@example.org": outcome})
    send(postbox, "rita@example.org")
    wait_until(lambda: far.words() == words, what=f"{words}")


def test_something_more_can_happen_to_a_letter_later(make_postbox: Callable[[], Postbox], far: Listening) -> None:
    postbox = make_postbox()
    send(postbox, "rita@example.org", custom_args={"nl_attempt": "7"})
    order = {"event": "open", "addresses": ["rita@example.org", "nobody@example.org"], "sg_machine_open": True}
    assert ask(postbox, "POST", "/postbox/events/happen", order).json == {"happened": 1}
    wait_until(lambda: len(far.told()) == 3)
    opened = next(one for one in far.told() if one["event"] == "open")
    assert (opened["sg_machine_open"], opened["nl_attempt"]) == (True, "7")


def test_events_are_lost_and_repeated_as_the_seed_says(make_postbox: Callable[[], Postbox], far: Listening) -> None:
    postbox = make_postbox()
    postbox.post_events(lose=0.5, duplicate=1, shuffle=True, seed=3)
    send(postbox, *(f"a{n}@example.org" for n in range(20)))
    wait_until(lambda: ask(postbox, "GET", "/postbox/events").json["posted"] > 0)
    wait_until(lambda: ask(postbox, "GET", "/postbox/events").json["waiting"] == 0)
    ids = [one["sg_event_id"] for one in far.told()]
    assert all(ids.count(one) == 2 for one in ids)
    assert 0 < len(set(ids)) < 40


def test_held_events_come_when_they_are_let_go_also_after_a_restart(
    make_postbox: Callable[[], Postbox], far: Listening
) -> None:
    postbox = make_postbox()
    postbox.post_events(hold=True)
    send(postbox)
    postbox.stop()
    again = make_postbox()
    assert ask(again, "GET", "/postbox/events").json["hold"] is True
    assert far.told() == []
    again.post_events()
    wait_until(lambda: far.words() == ["delivered", "processed"])


def test_what_was_told_is_not_told_again_after_a_restart(make_postbox: Callable[[], Postbox], far: Listening) -> None:
    postbox = make_postbox()
    send(postbox, "rita@example.org")
    wait_until(lambda: _place(postbox) == 1, what="its place to be kept")
    postbox.stop()
    send(make_postbox(), "amir@example.org")
    wait_until(lambda: len(far.told()) >= 4)
    assert [one["email"] for one in far.told()] == ["rita@example.org"] * 2 + ["amir@example.org"] * 2


def test_a_post_is_bounded(make_postbox: Callable[[], Postbox], far: Listening) -> None:
    send(make_postbox(), *(f"a{n}@example.org" for n in range(800)))
    wait_until(lambda: len(far.told()) == 1600)
    assert max(map(len, far.posts)) <= webhook_sender.MAX_POST_EVENTS


def test_without_an_address_to_tell_them_to_there_are_no_events(postbox: Postbox) -> None:
    answer = ask(postbox, "POST", "/postbox/events", {"hold": True})
    assert (answer.status, "--events-to" in answer.json["error"]) == (400, True)


@pytest.mark.parametrize(
    "given", [[], {"lose": 2}, {"lose": "x"}, {"what": 1}, {"outcomes": {"a@b.example": "explode"}}, {"delay": -1}]
)
def test_a_manner_that_makes_no_sense_is_refused(given: object) -> None:
    with pytest.raises(BadInput):
        EventBehaviour.read(given)


def test_the_key_is_made_once_for_its_owner_only_with_its_other_half_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "events-key.pem"
    first, second = WebhookSigner.load_or_create(file), WebhookSigner.load_or_create(file)
    assert first.public == second.public == file.with_suffix(".pub").read_text().strip()
    assert file.stat().st_mode & 0o077 == 0


def _place(postbox: Postbox) -> int:
    with postbox.context.mailbox.reading() as reader:
        found = reader.execute("SELECT value FROM hook WHERE name = 'place'").fetchone()
    return int(found["value"]) if found else 0
