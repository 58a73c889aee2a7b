"""The floor: the fastest honest pipeline with the same ledger, written for this one purpose and nothing else.

It keeps every promise of the product's ledger – one snapshot when it opens, batches of packed ids,
a claim and an attempt committed before each call, the answer committed after it, suppression looked
up when the batch leaves – with tables of its own, no models, no layers and few round trips. Nothing
of `newsletter` is imported; it reads the readers and the frozen letter from the product's tables.

    celery -A benchmarks.floor worker

is its fleet. Nobody ticks there: it is told of an edition at the moment at which that is due.
"""

import binascii
import hashlib
import html
import json
import os
import socket
import sqlite3
import struct
import threading
import time
from array import array
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg
from celery import Celery

SLICE, CONNECTIONS = 20, int(os.environ.get("DISPATCH_CONNECTIONS", "4"))
DATABASE = os.environ.get("DATABASE_URL", "")
IS_POSTGRES = DATABASE.startswith("postgres")
SINK = urlsplit(os.environ.get("SENDGRID_API_BASE", "http://127.0.0.1:1"))
UNSUBSCRIBE = f"{os.environ.get('BASE_URL', '')}/u/"
KEY = hashlib.blake2b(
    digest_size=16, key=hashlib.sha256(os.environ.get("SECRET_KEY", "").encode()).digest(), person=b"reader"
)
URL_SAFE = bytes.maketrans(b"+/", b"-_")
PACK = struct.Struct(">2Q").pack

app = Celery("floor", broker=os.environ.get("REDIS_URL"))
app.conf.update(
    task_default_queue="floor",
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"ack_emulation": False, "global_keyprefix": "floor:"},
)

TABLES = """
CREATE TABLE floor_dispatch (id {serial}, edition BIGINT UNIQUE, state TEXT, planned BIGINT, left_out BIGINT);
CREATE TABLE floor_batch (
    id {serial}, dispatch BIGINT NOT NULL, number INTEGER NOT NULL, letter BIGINT NOT NULL,
    subscribers {bytes} NOT NULL, count INTEGER NOT NULL,
    state TEXT NOT NULL, fence INTEGER NOT NULL DEFAULT 0, lease_until FLOAT, submitted INTEGER,
    UNIQUE (dispatch, number)
);
CREATE TABLE floor_attempt (
    id {serial}, batch BIGINT NOT NULL, ordinal INTEGER NOT NULL, fence INTEGER NOT NULL, began_at FLOAT NOT NULL,
    ended_at FLOAT, status TEXT, http_status INTEGER, provider_id TEXT, UNIQUE (batch, ordinal)
);
"""
REACHED = """
    FROM audience_subscription AS given JOIN audience_subscriber AS reader ON reader.id = given.subscriber_id
    WHERE given.publication_id = {p} AND given.status = 'active'
      AND NOT EXISTS (SELECT 1 FROM audience_suppression AS never WHERE never.email = reader.email)
"""
READ = (
    f"SELECT reader.id, reader.email, reader.first_name {REACHED} "
    "AND given.subscriber_id BETWEEN {p} AND {p} AND reader.id BETWEEN {p} AND {p} ORDER BY reader.id"
)
BEGIN_BATCH = """
    UPDATE floor_batch SET state = 'calling', lease_until = {p}, submitted = {p}
    WHERE id = {p} AND fence = {p} AND state = 'claimed' AND lease_until > {p}
      AND dispatch IN (SELECT id FROM floor_dispatch WHERE state = 'open')
"""
BEGIN_ATTEMPT = """
    INSERT INTO floor_attempt (batch, ordinal, fence, began_at)
    SELECT {p}, COUNT(*) + 1, {p}, {p} FROM floor_attempt WHERE batch = {p}
"""
RECORD_BATCH = """
    UPDATE floor_batch SET state = {p}, lease_until = NULL WHERE id = {p} AND fence = {p} AND state = 'calling'
"""
RECORD_ATTEMPT = """
    UPDATE floor_attempt SET status = {p}, ended_at = {p}, http_status = {p}, provider_id = {p} WHERE id = {p}
"""


def connect() -> Any:
    """A connection that commits each statement, with a disk that is waited for."""
    if IS_POSTGRES:
        return psycopg.connect(DATABASE, autocommit=True, prepare_threshold=1)
    connection = sqlite3.connect(DATABASE.removeprefix("sqlite:///"), timeout=20, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def make_tables(connection: Any) -> None:
    kinds = (
        {"serial": "BIGSERIAL PRIMARY KEY", "bytes": "BYTEA"}
        if IS_POSTGRES
        else {"serial": "INTEGER PRIMARY KEY", "bytes": "BLOB"}
    )
    for statement in TABLES.format(**kinds).split(";"):
        if statement.strip():
            connection.execute(statement.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))


# --- opening -----------------------------------------------------------------------------------


@app.task(name="floor.open")
def open_dispatch(edition: int) -> None:
    """Freeze the audience in one snapshot and ring for its slices."""
    connection = connect()
    make_tables(connection)
    publication, letter = connection.execute(
        _sql(
            "SELECT e.publication_id, l.id FROM editions_edition e JOIN editions_frozenletter l ON l.edition_id = e.id "
            "WHERE e.id = {p}"
        ),
        [edition],
    ).fetchone()
    freeze = _freeze_postgres if IS_POSTGRES else _freeze_sqlite
    batches = freeze(connection, edition, publication, letter)
    connection.close()
    for begin in range(0, len(batches), SLICE):
        send.apply_async((batches[begin : begin + SLICE],))


def _freeze_postgres(connection: Any, edition: int, publication: int, letter: int) -> list[int]:
    """All of it inside the server: ids packed as int8send writes them, eight bytes each, big-endian."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        candidates = connection.execute(
            "SELECT COUNT(*) FROM audience_subscription WHERE publication_id = %s", [publication]
        ).fetchone()[0]
        dispatch = connection.execute(
            "INSERT INTO floor_dispatch (edition, state) VALUES (%s, 'open') RETURNING id", [edition]
        ).fetchone()[0]
        rows = connection.execute(
            f"""
            INSERT INTO floor_batch (dispatch, number, letter, subscribers, count, state)
            SELECT %s, (place - 1) / 1000 + 1, %s, string_agg(int8send(id), ''::bytea ORDER BY id), COUNT(*), 'pending'
            FROM (
                SELECT given.subscriber_id AS id, row_number() OVER (ORDER BY given.subscriber_id) AS place
                {REACHED.format(p="%s")}
            ) AS reached
            GROUP BY (place - 1) / 1000 RETURNING id, count
            """,
            [dispatch, letter, publication],
        ).fetchall()
        _close_books(connection, dispatch, candidates, sum(row[1] for row in rows), publication)
    return sorted(row[0] for row in rows)


def _freeze_sqlite(connection: Any, edition: int, publication: int, letter: int) -> list[int]:
    connection.execute("BEGIN IMMEDIATE")
    candidates = connection.execute(
        "SELECT COUNT(*) FROM audience_subscription WHERE publication_id = ?", [publication]
    ).fetchone()[0]
    dispatch = connection.execute("INSERT INTO floor_dispatch (edition, state) VALUES (?, 'open')", [edition]).lastrowid
    reached = connection.execute(
        f"SELECT given.subscriber_id {REACHED.format(p='?')} ORDER BY given.subscriber_id", [publication]
    )
    batches: list[int] = []
    planned = 0
    while rows := reached.fetchmany(1000):
        ids = array("q", [row[0] for row in rows])
        ids.byteswap()
        planned += len(rows)
        batches.append(
            connection.execute(
                "INSERT INTO floor_batch (dispatch, number, letter, subscribers, count, state) "
                "VALUES (?, ?, ?, ?, ?, 'pending')",
                [dispatch, len(batches) + 1, letter, ids.tobytes(), len(rows)],
            ).lastrowid
        )
    _close_books(connection, dispatch, candidates, planned, publication)
    connection.execute("COMMIT")
    return batches


def _close_books(connection: Any, dispatch: int, candidates: int, planned: int, publication: int) -> None:
    """Those left out are counted by a query of their own, and must add up."""
    left_out = connection.execute(
        _sql(
            "SELECT COUNT(*) FROM audience_subscription given JOIN audience_subscriber reader ON reader.id = "
            "given.subscriber_id WHERE given.publication_id = {p} AND (given.status <> 'active' OR EXISTS "
            "(SELECT 1 FROM audience_suppression never WHERE never.email = reader.email))"
        ),
        [publication],
    ).fetchone()[0]
    if candidates != planned + left_out:
        raise RuntimeError(f"{candidates} candidates, but {planned} planned and {left_out} left out")
    connection.execute(
        _sql("UPDATE floor_dispatch SET planned = {p}, left_out = {p} WHERE id = {p}"), [planned, left_out, dispatch]
    )


# --- sending -----------------------------------------------------------------------------------


class Claimed(NamedTuple):
    id: int
    fence: int
    letter: int
    subscribers: bytes


@app.task(name="floor.send")
def send(batches: Sequence[int]) -> None:
    """Send a slice, several calls at a time."""
    waiting = deque(batches)
    portion = max(1, len(batches) // CONNECTIONS)
    done = wait([_threads().submit(_work, waiting, portion) for _ in range(min(CONNECTIONS, len(batches)))])
    for future in done.done:
        future.result()


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CONNECTIONS)


_mine = threading.local()


def _work(waiting: deque[int], portion: int) -> None:
    if not hasattr(_mine, "connection"):
        _mine.connection, _mine.socket = connect(), _dial()
    while True:
        lot: list[int] = []
        while waiting and len(lot) < portion:
            lot.append(waiting.popleft())
        if not lot:
            return
        for batch in _claim(_mine.connection, lot):
            _send(_mine.connection, _mine.socket, batch)


def _claim(connection: Any, lot: list[int]) -> list[Claimed]:
    lease = time.time() + 30
    if IS_POSTGRES:
        rows = connection.execute(
            "UPDATE floor_batch SET state = 'claimed', fence = fence + 1, lease_until = %s WHERE id = ANY(%s) "
            "AND state = 'pending' RETURNING id, fence, letter, subscribers",
            [lease, lot],
            binary=True,
        ).fetchall()
    else:
        rows = connection.execute(
            "UPDATE floor_batch SET state = 'claimed', fence = fence + 1, lease_until = ? "
            f"WHERE id IN ({','.join('?' * len(lot))}) AND state = 'pending' RETURNING id, fence, letter, subscribers",
            [lease, *lot],
        ).fetchall()
    return sorted(Claimed(*row) for row in rows)


def _send(connection: Any, sock: socket.socket, batch: Claimed) -> None:
    frozen = _letter(batch.letter)
    first, last = struct.unpack(">q", batch.subscribers[:8])[0], struct.unpack(">q", batch.subscribers[-8:])[0]
    readers = _fetch(connection, READ_SQL, [frozen.publication, first, last, first, last])
    ids = array("q", [reader[0] for reader in readers])
    ids.byteswap()
    if ids.tobytes() != batch.subscribers:  # somebody left, or joined, since
        meant = array("q", batch.subscribers)
        meant.byteswap()
        wanted = set(meant)
        readers = [reader for reader in readers if reader[0] in wanted]
    attempt = _begin(connection, batch, len(readers))
    body = frozen.body(readers, attempt)
    status, provider_id = _post(sock, body)
    _record(connection, batch, attempt, status, provider_id)


def _fetch(connection: Any, statement: str, values: list[int]) -> list[tuple[int, str, str]]:
    if IS_POSTGRES:
        return connection.execute(statement, values, binary=True).fetchall()  # type: ignore[no-any-return]
    return connection.execute(statement, values).fetchall()  # type: ignore[no-any-return]


def _begin(connection: Any, batch: Claimed, count: int) -> int:
    now = time.time()
    change = [now + 300, count, batch.id, batch.fence, now]
    if IS_POSTGRES:
        row = connection.execute(BEGIN_POSTGRES, [*change, batch.fence, now]).fetchone()
        if row is None:
            raise RuntimeError("the claim was lost")
        return int(row[0])
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute(_sql(BEGIN_BATCH), change).rowcount != 1:
        raise RuntimeError("the claim was lost")
    attempt = connection.execute(_sql(BEGIN_ATTEMPT), [batch.id, batch.fence, now, batch.id]).lastrowid
    connection.execute("COMMIT")
    return int(attempt)


def _record(connection: Any, batch: Claimed, attempt: int, status: int, provider_id: str) -> None:
    outcome = "accepted" if status == 202 else "uncertain"
    book, line = [outcome, batch.id, batch.fence], [outcome, time.time(), status, provider_id, attempt]
    if IS_POSTGRES:
        connection.execute(RECORD_POSTGRES, [*book, *line])
        return
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(_sql(RECORD_BATCH), book)
    connection.execute(_sql(RECORD_ATTEMPT), line)
    connection.execute("COMMIT")


def _sql(statement: str) -> str:
    return statement.format(p="%s" if IS_POSTGRES else "?")


READ_SQL = _sql(READ)
BEGIN_POSTGRES = f"""
    WITH ours AS ({_sql(BEGIN_BATCH)} RETURNING id)
    INSERT INTO floor_attempt (batch, ordinal, fence, began_at)
    SELECT id, (SELECT COUNT(*) + 1 FROM floor_attempt WHERE batch = ours.id), %s, %s FROM ours RETURNING id
"""
RECORD_POSTGRES = f"""
    WITH ours AS ({_sql(RECORD_BATCH)} RETURNING id) {_sql(RECORD_ATTEMPT)} AND EXISTS (SELECT 1 FROM ours)
"""


# --- a call ------------------------------------------------------------------------------------


class Frozen:
    """A letter as JSON, made once a process."""

    def __init__(self, letter: int) -> None:
        connection = connect()
        subject, text, page, name, email, reply_to, self._fallback, self._edition, self.publication, title, slug = (
            connection.execute(
                _sql(
                    "SELECT l.subject, l.text, l.html, l.sender_name, l.sender_email, l.reply_to, l.fallback_name, "
                    "e.id, p.id, p.name, p.slug FROM editions_frozenletter l JOIN editions_edition e "
                    "ON e.id = l.edition_id JOIN publications_publication p ON p.id = e.publication_id WHERE l.id = {p}"
                ),
                [letter],
            ).fetchone()
        )
        connection.close()
        off = {"enable": False}
        shared = {
            "from": {"email": email, "name": name},
            **({"reply_to": {"email": reply_to}} if reply_to else {}),
            "subject": subject,
            "content": [{"type": "text/plain", "value": text}, {"type": "text/html", "value": page}],
            "tracking_settings": {
                "click_tracking": {"enable": False, "enable_text": False},
                "open_tracking": off,
                "subscription_tracking": off,
                "ganalytics": off,
            },
        }
        self._shared = json.dumps(shared, separators=(",", ":"))[1:]
        list_id = f"{title} <{slug}.{email.partition('@')[2]}>"
        self._headers = (
            f'"List-Id":{quoted(list_id)},"List-Unsubscribe-Post":"List-Unsubscribe=One-Click",'
            f'"List-Unsubscribe":{quoted("<" + UNSUBSCRIBE)[:-1]}'
        )
        whole = subject + text + page
        tags = (("__nl_first_name__", str), ("__nl_html_first_name__", html.escape))
        self._tags = [(tag, make) for tag, make in tags if tag in whole]
        self._names: dict[str, str] = {}

    def _name(self, name: str) -> str:
        known = self._names.get(name)
        if known is None:
            shown = name or self._fallback
            known = "".join(f'"{tag}":{quoted(make(shown))},' for tag, make in self._tags)
            self._names[name] = known
        return known

    def body(self, readers: list[tuple[int, str, str]], attempt: int) -> bytes:
        keyed, edition, headers, name = KEY.copy, self._edition, self._headers, self._name
        raw = []
        for reader in readers:
            packed = PACK(reader[0], edition)
            mac = keyed()
            mac.update(packed)
            raw.append(packed + mac.digest() + b"\0")  # 33 bytes: 44 letters of base64, of which 43 are the token
        text = binascii.b2a_base64(b"".join(raw), newline=False).translate(URL_SAFE).decode("ascii")
        tokens = [text[at : at + 43] for at in range(0, len(text), 44)]
        people = ",".join(
            [
                f'{{"to":[{{"email":{quoted(email)}}}],"substitutions":{{{name(first)}"__nl_reader__":"{token}"}},'
                f'"headers":{{{headers}{token}>"}},"custom_args":{{"nl_subscriber":"{subscriber}"}}}}'
                for (subscriber, email, first), token in zip(readers, tokens, strict=True)
            ]
        )
        whole = f'{{"personalizations":[{people}],"custom_args":{{"nl_attempt":"{attempt}"}},{self._shared}'
        return whole.encode("ascii")


@lru_cache(maxsize=8)
def _letter(letter: int) -> Frozen:
    return Frozen(letter)


def _dial() -> socket.socket:
    sock = socket.create_connection((SINK.hostname or "", SINK.port or 80))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


HEAD = (
    f"POST /v3/mail/send HTTP/1.1\r\nHost: {SINK.netloc}\r\nAuthorization: Bearer SG.floor\r\n"
    "Content-Type: application/json\r\nContent-Length: "
)


def _post(sock: socket.socket, body: bytes) -> tuple[int, str]:
    """The status of the answer and the provider's id of the call."""
    sock.sendall(f"{HEAD}{len(body)}\r\n\r\n".encode() + body)
    said = b""
    while b"\r\n\r\n" not in said:
        got = sock.recv(65536)
        if not got:
            raise ConnectionError("the far end is gone")
        said += got
    head, _, rest = said.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    missing = int(fields.get("content-length", "0")) - len(rest)
    while missing > 0:
        missing -= len(sock.recv(65536))
    return int(lines[0].split(" ")[1]), fields.get("x-message-id", "")
