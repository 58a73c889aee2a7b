"""The event webhook: a thread that reads the accepted calls and posts signed events of their copies.

Delivery is at least once: a post without a 2xx answer is repeated, and after a restart so is every event that is not
known to have been accepted.
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
from newsletter.postbox.store.scheduling_rules import CopyStatus
from newsletter.postbox.webhook.event_simulation import (
    DueEvent,
    EventBehaviour,
    distort,
    event,
    event_type,
    simulate_events,
)
from newsletter.postbox.webhook.webhook_signature import WebhookSigner

MAX_POST_EVENTS = 500  # SendGrid posts at most 768 KB, which is slightly more
POLL_SECONDS = 0.1
MAX_WAITING_EVENTS = 20_000  # no further call is read beyond this
MAX_PAUSE_SECONDS = 5.0  # between two attempts
ANSWER_TIMEOUT_SECONDS = 5.0


class WebhookSender:
    """Posts events to `url`, signed by `signer`. Its position and behaviour are stored in the mailbox database."""

    def __init__(self, mailbox: Mailbox, *, url: str, signer: WebhookSigner, clock: Callable[[], datetime]) -> None:
        self._mailbox, self._url, self._signer, self._clock = mailbox, urlsplit(url), signer, clock
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._waiting: list[tuple[float, int, int, dict[str, Any]]] = []  # when, tie-breaker, call, event
        self._open: dict[int, int] = {}  # by call: how many of its events were not accepted yet
        self._kept = self._seen = int(self._note("place") or 0)
        self._manner = EventBehaviour.read(orjson.loads(self._note("behaviour") or "{}"))
        self._pause, self._not_before = 0.5, 0.0
        self.posted = 0

    def run(self, stopping: threading.Event) -> None:
        """Post events until `stopping` is set."""
        while not stopping.wait(POLL_SECONDS):
            try:
                self._read_calls()
                while self._post() and not stopping.is_set():
                    pass
            except sqlite3.Error:  # a full disk or a missing file: the next poll tries again
                continue

    @property
    def behaviour(self) -> EventBehaviour:
        return self._manner

    @behaviour.setter
    def behaviour(self, behaviour: EventBehaviour) -> None:
        """Store the behaviour. It applies to calls read from now on; `hold` applies at once."""
        self._keep("behaviour", orjson.dumps(behaviour.to_json()).decode())
        self._manner = behaviour

    @property
    def waiting(self) -> int:
        """How many events of the calls read so far were not accepted yet."""
        with self._lock:
            return len(self._waiting)

    def simulate(self, type_: object, addresses: Iterable[str], **more: Any) -> int:
        """Add this event for the newest copy of each address. Return how many there were. Raises `BadInput`."""
        name, now, done = event_type(type_), self._clock(), 0
        for address in addresses:
            with self._mailbox.reading() as reader:
                where = {"address": address}
                found = list(received(reader, now=now, where=where, newest=True, limit=1, bodies=False))
            for one in found:
                simulated = {**event(_copy(one), name, at=now.timestamp()), **more}
                self._enqueue(one.row["call"], distort(simulated, now.timestamp(), self._manner))
                done += 1
        return done

    def _read_calls(self) -> None:
        """Read the calls that arrived since, unless too many events are waiting."""
        while not self._manner.hold and self.waiting < MAX_WAITING_EVENTS:
            with self._mailbox.reading() as reader:
                calls = mailbox_queries.calls(reader, after=self._seen, limit=1)
                if not calls:
                    return
                number, copies = calls[0]["id"], []
                if calls[0]["accepted"]:
                    where = {"call": number}
                    copies = list(received(reader, now=self._clock(), where=where, limit=1000, bodies=False))
            for one in copies:
                self._enqueue(number, simulate_events(_copy(one), self._manner))
            self._seen = number

    def _enqueue(self, call: int, events: Iterable[DueEvent]) -> None:
        with self._lock:
            for due in events:
                heapq.heappush(self._waiting, (due.at, next(self._numbers), call, due.event))
                self._open[call] = self._open.get(call, 0) + 1

    def _post(self) -> bool:
        """Post due events, up to the limit. Return True if they were accepted and there may be more."""
        now = self._clock().timestamp()
        if self._manner.hold or now < self._not_before:
            return False
        with self._lock:
            batch: list[tuple[float, int, int, dict[str, Any]]] = []
            while self._waiting and self._waiting[0][0] <= now and len(batch) < MAX_POST_EVENTS:
                batch.append(heapq.heappop(self._waiting))
        if not batch:
            self._keep_place()
            return False
        if not self._is_accepted(orjson.dumps([one[3] for one in batch]) + b"\r\n", now):
            with self._lock:
                for one in batch:
                    heapq.heappush(self._waiting, one)
            self._not_before = now + self._pause
            self._pause = min(MAX_PAUSE_SECONDS, self._pause * 2)
            return False
        self._pause = 0.5
        self.posted += len(batch)
        with self._lock:
            for _, _, call, _ in batch:
                self._open[call] -= 1
                if not self._open[call]:
                    del self._open[call]
        return True

    def _is_accepted(self, body: bytes, now: float) -> bool:
        stamp = str(int(now))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "postbox",
            "X-Twilio-Email-Event-Webhook-Signature": self._signer.sign(body, timestamp=stamp),
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        }
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port, timeout=ANSWER_TIMEOUT_SECONDS)
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
        """Store the last call whose events were all accepted, so that a restart begins there."""
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


def read_simulation(given: object) -> tuple[object, list[str], dict[str, Any]]:
    """Read event, addresses and further fields from JSON. Raises `BadInput`."""
    if not isinstance(given, dict) or not isinstance(given.get("addresses"), list):
        raise BadInput("body", "has no addresses.", 'Example: {"event": "click", "addresses": ["a@b.example"]}.')
    more = {name: value for name, value in given.items() if name not in ("event", "addresses")}
    return given.get("event"), [str(address) for address in given["addresses"]], more


def _copy(one: RecipientCopy) -> Mapping[str, Any]:
    return {
        "address": one.row["address"],
        "args": one.args,
        "message_id": one.row["message_id"],
        "position": one.row["position"],
        "at": one.row["at"],
        "is_sent": one.status is CopyStatus.SENT,
    }
