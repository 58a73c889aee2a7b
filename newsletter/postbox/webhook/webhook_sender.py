"""The event webhook: a thread that follows the accepted calls and posts what happens to their copies, signed.

At least once: what was not answered with 2xx is posted again, and after a restart everything that
is not known to have been taken.
"""

import heapq
import http.client
import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from newsletter.lib.errors import BadInput
from newsletter.postbox.store import mailbox_queries
from newsletter.postbox.store.mailbox import Mailbox
from newsletter.postbox.store.recipient_copies import RecipientCopy, received
from newsletter.postbox.store.scheduling_rules import Fate
from newsletter.postbox.webhook.event_simulation import Due, Manner, course, event, told, word_of
from newsletter.postbox.webhook.webhook_signature import Signer

A_POST = 500  # events at most; SendGrid posts at 768 KB, which is some more
LOOK = 0.1  # seconds between two looks
PLENTY = 20_000  # events waiting, beyond which no further call is looked at
LONGEST = 5.0  # seconds between two tries, and for an answer


class Hook:
    """Posts to `url`, signed by `signer`. How far it got and its manner are kept in the mailbox's file."""

    def __init__(self, mailbox: Mailbox, *, url: str, signer: Signer, clock: Callable[[], datetime]) -> None:
        self._mailbox, self._url, self._signer, self._clock = mailbox, urlsplit(url), signer, clock
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._waiting: list[tuple[float, int, int, dict[str, Any]]] = []  # when, tie-breaker, call, event
        self._open: dict[int, int] = {}  # by call: how many of its events nobody has taken yet
        self._kept = self._seen = int(self._note("place") or 0)
        self._manner = Manner.read(orjson.loads(self._note("manner") or "{}"))
        self._pause, self._not_before = 0.5, 0.0
        self.posted = 0

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set."""
        while not stopping.wait(LOOK):
            try:
                self._follow()
                while self._post() and not stopping.is_set():
                    pass
            except sqlite3.Error:  # a full disk, or a file taken away: the next look may see it again
                continue

    @property
    def manner(self) -> Manner:
        return self._manner

    @manner.setter
    def manner(self, manner: Manner) -> None:
        """For what is looked at from now on, except `hold`, which holds at once."""
        self._keep("manner", orjson.dumps(manner.told()).decode())
        self._manner = manner

    @property
    def waiting(self) -> int:
        """Events that were not taken yet, of the calls looked at so far."""
        with self._lock:
            return len(self._waiting)

    def happen(self, word: object, addresses: Iterable[str], **more: Any) -> int:
        """Let this happen now to the newest copy of each address; to how many it did. Raises `BadInput`."""
        name, now, done = word_of(word), self._clock(), 0
        for address in addresses:
            with self._mailbox.reading() as reader:
                where = {"address": address}
                found = list(received(reader, now=now, where=where, newest=True, most=1, bodies=False))
            for one in found:
                happened = {**event(_copy(one), name, at=now.timestamp()), **more}
                self._await(one.row["call"], told(happened, now.timestamp(), self._manner))
                done += 1
        return done

    def _follow(self) -> None:
        """Look at the calls that came in since, as long as there is not plenty to tell."""
        while not self._manner.hold and self.waiting < PLENTY:
            with self._mailbox.reading() as reader:
                calls = mailbox_queries.calls(reader, after=self._seen, most=1)
                if not calls:
                    return
                number, copies = calls[0]["id"], []
                if calls[0]["accepted"]:
                    where = {"call": number}
                    copies = list(received(reader, now=self._clock(), where=where, most=1000, bodies=False))
            for one in copies:
                self._await(number, course(_copy(one), self._manner))
            self._seen = number

    def _await(self, call: int, events: Iterable[Due]) -> None:
        with self._lock:
            for due in events:
                heapq.heappush(self._waiting, (due.at, next(self._numbers), call, due.event))
                self._open[call] = self._open.get(call, 0) + 1

    def _post(self) -> bool:
        """Post what is due, as much as goes into one post; true when it was taken and there may be more."""
        now = self._clock().timestamp()
        if self._manner.hold or now < self._not_before:
            return False
        with self._lock:
            batch: list[tuple[float, int, int, dict[str, Any]]] = []
            while self._waiting and self._waiting[0][0] <= now and len(batch) < A_POST:
                batch.append(heapq.heappop(self._waiting))
        if not batch:
            self._keep_place()
            return False
        if not self._is_taken(orjson.dumps([one[3] for one in batch]) + b"\r\n", now):
            with self._lock:
                for one in batch:
                    heapq.heappush(self._waiting, one)
            self._not_before = now + self._pause
            self._pause = min(LONGEST, self._pause * 2)
            return False
        self._pause = 0.5
        self.posted += len(batch)
        with self._lock:
            for _, _, call, _ in batch:
                self._open[call] -= 1
                if not self._open[call]:
                    del self._open[call]
        return True

    def _is_taken(self, body: bytes, now: float) -> bool:
        stamp = str(int(now))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "postbox",
            "X-Twilio-Email-Event-Webhook-Signature": self._signer.sign(body, timestamp=stamp),
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        }
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port, timeout=LONGEST)
        try:
            connection.request("POST", self._url.path or "/", body, headers)
            answer = connection.getresponse()
            answer.read()
            return 200 <= answer.status < 300
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _keep_place(self) -> None:
        """Write down up to which call everything was taken, so that a restart begins there."""
        with self._lock:
            place = min(self._open, default=self._seen + 1) - 1
        if place > self._kept:
            self._keep("place", str(place))
            self._kept = place

    def _note(self, name: str) -> str:
        with self._mailbox.reading() as reader:
            found = reader.execute("SELECT value FROM hook WHERE name = ?", (name,)).fetchone()
        return str(found["value"]) if found else ""

    def _keep(self, name: str, value: str) -> None:
        with self._mailbox.changing() as writer:
            writer.execute("INSERT OR REPLACE INTO hook VALUES (?, ?)", (name, value))


def read_happening(given: object) -> tuple[object, list[str], dict[str, Any]]:
    """Event, addresses and further fields from the JSON of an order; raises `BadInput`."""
    if not isinstance(given, dict) or not isinstance(given.get("addresses"), list):
        raise BadInput("body", "names no addresses.", 'Send such as {"event": "click", "addresses": ["a@b.example"]}.')
    more = {name: value for name, value in given.items() if name not in ("event", "addresses")}
    return given.get("event"), [str(address) for address in given["addresses"]], more


def _copy(one: RecipientCopy) -> Mapping[str, Any]:
    return {
        "address": one.row["address"],
        "args": one.args,
        "message_id": one.row["message_id"],
        "position": one.row["position"],
        "at": one.row["at"],
        "is_sent": one.fate is Fate.SENT,
    }
