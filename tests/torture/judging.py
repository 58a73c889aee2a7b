"""What the ledger says of each reader, held against what the postbox counted. Knows neither Django nor the system."""

import json
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from sys import byteorder
from typing import Any
from urllib.parse import urlsplit

import psycopg

UNFINISHED = frozenset({"pending", "claimed", "calling"})


@dataclass(frozen=True, slots=True)
class Row:
    """A batch: its readers' addresses, those of them that left since, and what was said at its last attempt."""

    number: int
    state: str
    readers: tuple[str, ...]
    left: frozenset[str]
    said: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """One dispatch as its rows tell it."""

    state: str
    reason: str
    candidates: int
    planned: int
    left_out: int
    batches: tuple[Row, ...]

    @property
    def is_quiet(self) -> bool:
        """True when no batch waits or is being sent, and the dispatch has been closed or wants a person."""
        return self.state != "open" and not any(batch.state in UNFINISHED for batch in self.batches)

    def readers_in(self, *states: str) -> int:
        return sum(len(batch.readers) - len(batch.left) for batch in self.batches if batch.state in states)


@dataclass
class Verdict:
    """Numbers of readers, and every breach of the promise as a sentence."""

    readers: int = 0
    accepted: int = 0
    doubles: int = 0
    misses: int = 0  # neither accepted by the postbox, nor named as uncertain or refused
    uncertain: int = 0
    refused: int = 0
    breaches: list[str] = field(default_factory=list)


def judge(ledger: Ledger, copies: Mapping[str, int]) -> Verdict:
    """`copies` says how often the postbox accepted each address, in lower case."""
    found = Verdict(readers=ledger.planned)
    seen: Counter[str] = Counter()
    for batch in ledger.batches:
        # those of a batch that was split stand in smaller ones, but for those who had left by then
        readers = batch.left if batch.state == "split" else batch.readers
        seen.update(readers)
        for reader in readers:
            _judge_reader(batch, reader, copies.get(reader, 0), found)
        if batch.state in ("uncertain", "refused") and not batch.said:
            found.breaches.append(f"batch {batch.number} is {batch.state} without a reason")
    strangers = set(copies) - set(seen)
    for wrong, sentence in (
        (found.doubles, "readers got two"),
        (found.misses, "readers got none and are not named"),
        (sum(count > 1 for count in seen.values()), "readers stand in two batches"),
        (len(strangers), "people got a letter who were not planned"),
        (ledger.candidates - ledger.planned - ledger.left_out, "candidates are neither planned nor left out"),
        (ledger.planned - len(seen), "planned readers are in no batch"),
    ):
        if wrong:
            found.breaches.append(f"{wrong} {sentence}")
    return found


def _judge_reader(batch: Row, reader: str, copies: int, found: Verdict) -> None:
    found.doubles += copies > 1
    if reader in batch.left:
        if copies:
            found.breaches.append(f"batch {batch.number}: one who had left got a letter")
    elif batch.state == "accepted":
        found.accepted += 1
        found.misses += not copies
    elif batch.state == "uncertain":
        found.uncertain += 1
    elif batch.state == "refused":
        found.refused += 1
        if copies:
            found.breaches.append(f"batch {batch.number}: called refused, and the postbox has it")
    else:
        found.misses += not copies
        if copies:
            found.breaches.append(f"batch {batch.number}: still {batch.state}, and the postbox has it")


# --- reading -------------------------------------------------------------------------------


def read_ledger(database_url: str) -> Ledger | None:
    """The only dispatch in this database; None while there is none."""
    dispatches = ask(database_url, "SELECT id, state, reason, candidates, planned, left_out FROM delivery_dispatch")
    if not dispatches:
        return None
    [(_, state, reason, candidates, planned, left_out)] = dispatches
    address = {key: email.lower() for key, email in ask(database_url, "SELECT id, email FROM audience_subscriber")}
    said = dict(ask(database_url, "SELECT batch_id, detail FROM delivery_attempt ORDER BY batch_id, ordinal"))
    rows = ask(database_url, "SELECT id, number, state, subscribers, left_out FROM delivery_batch ORDER BY number")
    batches = tuple(
        Row(
            number=number,
            state=now,
            readers=tuple(address[one] for one in _unpack(packed)),
            left=frozenset(address[one] for ids in _json(left).values() for one in ids),
            said=said.get(key, ""),
        )
        for key, number, now, packed, left in rows
    )
    return Ledger(state, reason, candidates, planned, sum(_json(left_out).values()), batches)


def ledger_of(dispatch: Any) -> Ledger | None:
    """The same, of one dispatch among several, through the models of this process; None for none."""
    if dispatch is None:
        return None
    from newsletter.audience.models import Subscriber
    from newsletter.delivery.models import Attempt

    address = dict(
        Subscriber.objects.filter(subscriptions__publication=dispatch.edition.publication).values_list("pk", "email")
    )
    said = dict(
        Attempt.objects.filter(batch__dispatch=dispatch).order_by("batch", "ordinal").values_list("batch", "detail")
    )
    batches = tuple(
        Row(
            number=batch.number,
            state=batch.state,
            readers=tuple(address[one].lower() for one in _unpack(batch.subscribers)),
            left=frozenset(address[one].lower() for ids in batch.left_out.values() for one in ids),
            said=said.get(batch.pk, ""),
        )
        for batch in dispatch.batches.order_by("number")
    )
    return Ledger(
        dispatch.state,
        dispatch.reason,
        dispatch.candidates,
        dispatch.planned,
        sum(dispatch.left_out.values()),
        batches,
    )


def dispatch_state(database_url: str) -> tuple[str, int]:
    """The state of the only dispatch and how many of its batches are not done; cheap enough to ask again and again."""
    found = ask(database_url, "SELECT state FROM delivery_dispatch")
    states = ask(database_url, "SELECT state, COUNT(*) FROM delivery_batch GROUP BY state")
    return (found[0][0] if found else "", sum(count for state, count in states if state in UNFINISHED))


def count_copies(letters: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """By address, from what the postbox holds."""
    return Counter(letter["address"].lower() for letter in letters)


def ask(database_url: str, question: str) -> list[tuple[Any, ...]]:
    """All rows that answer `question`, read by a connection of its own."""
    if database_url.startswith("sqlite"):
        lite = sqlite3.connect(f"file:{urlsplit(database_url).path[1:]}?mode=ro", uri=True, timeout=20)
        try:
            return lite.execute(question).fetchall()
        finally:
            lite.close()
    with psycopg.connect(database_url, connect_timeout=5, options="-c statement_timeout=30s") as connection:
        return list(connection.execute(question.encode()).fetchall())


def _unpack(packed: bytes) -> "array[int]":
    ids = array("q", bytes(packed))
    if byteorder == "little":
        ids.byteswap()
    return ids


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value or {}
