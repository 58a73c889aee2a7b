"""Events of the provider: signed posts over real HTTP to the product's web server, processed by its worker.

Beside it the floor, which is as bare as it can be and still recognises a repetition: parse, COPY into a
stage, insert what is new, one commit a post, no HTTP and no signature. And one `get_or_create` an event,
as a webhook is often written.
"""

import base64
import hashlib
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import psycopg
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from benchmarks import dispatching, fleets, watching
from benchmarks.data import slug
from benchmarks.fleets import Fleet
from benchmarks.stage import Stage
from benchmarks.table import Line
from tests.support.kept import Kept
from tests.support.ports import free_port
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from benchmarks.measuring import Plan

A_POST = 1000  # events
READERS = 120_000  # each has three events
ROUNDS = 2  # at most
SINGLES = 400  # posts of one event
QUIET = 40  # posts whose answers are timed one by one
SENDERS = 4  # connections of the provider
BOUNCES = 200  # one in so many letters comes back
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
FLOOR_TABLE = """
    CREATE TABLE IF NOT EXISTS floor_event (
        id TEXT PRIMARY KEY, dispatch BIGINT, subscriber BIGINT, kind TEXT, at BIGINT
    )
"""
FLOOR_COLUMNS = "id, dispatch, subscriber, kind, at"


class Post(NamedTuple):
    body: bytes
    headers: dict[str, str]


class Provider:
    """Signs and posts as SendGrid does."""

    def __init__(self, port: int) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._port = port

    @property
    def public(self) -> str:
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode("ascii")

    def sign(self, events: Sequence[dict[str, Any]]) -> Post:
        body, stamp = json.dumps(events, separators=(",", ":")).encode(), str(int(time.time()))
        proof = base64.b64encode(self._key.sign(stamp.encode() + body, ec.ECDSA(SHA256()))).decode("ascii")
        return Post(body, {"Content-Type": "application/json", TIMESTAMP: stamp, SIGNATURE: proof})

    def post(self, posts: Sequence[Post]) -> list[float]:
        """One after the other on a connection that is kept; how long each answer took, in milliseconds."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        took = []
        for one in posts:
            began = time.perf_counter()
            connection.request("POST", "/webhooks/sendgrid", one.body, one.headers)
            answer = connection.getresponse()
            answer.read()
            took.append((time.perf_counter() - began) * 1000)
            if answer.status != 204:
                raise RuntimeError(f"The webhook answered {answer.status}.")
        connection.close()
        return took


def measure(stage: Stage, plan: "Plan") -> Iterator[Line]:
    """The lines of this part."""
    readers = max(1000, int(READERS * plan.scale) // 1000 * 1000)
    singles, quiet = max(20, int(SINGLES * plan.scale)), max(4, int(QUIET * plan.scale))
    stage.readers(readers)
    provider = Provider(port := free_port())
    stage.environment |= {"WEB_PORT": str(port), "SENDGRID_WEBHOOK_KEY": provider.public}
    commands = stage.do("-m", "benchmarks.product", "commands")
    web = stage.run("web", *commands["web"], environment=stage.environment)
    wait_until(lambda: is_up(port), timeout=60, what="the web server")
    rounds = [_events(stage, readers) for _ in range(min(plan.rounds, ROUNDS))]
    with psycopg.connect(stage.database) as connection:
        connection.execute(FLOOR_TABLE)
        connection.commit()
        pairs = []
        for events in rounds:
            posts = [provider.sign(lot) for lot in events]
            floor = _floor(connection, posts)
            fleet = fleets.processing(stage)
            try:
                provider.post(posts[:1])  # what is done once a process
                pairs.append((_product(connection, provider, posts, web, fleet), floor))
            finally:
                fleet.end()
        _check(connection, readers * len(rounds))
        note = f"median of {len(pairs)} pairs"
        rate, bare = (statistics.median(figures) for figures in zip(*pairs, strict=True))
        yield Line("webhook", "product: events per second, over HTTP", rate, "/s", note=note)
        yield Line("webhook", "floor: events per second", bare, "/s", note=note)
        ratio = statistics.median(p / f for p, f in pairs)
        yield Line("webhook", "rate, product / floor", ratio, "x", least=0.4, aim=0.7)
        naive = stage.do("-m", "benchmarks.webhooks", environment={"BENCH_POST": _file(stage, rounds[0][1])})["rate"]
        yield Line("webhook", "get_or_create an event: events per second", naive, "/s")
        yield Line("webhook", "product / get_or_create", rate / naive, "x", least=40, aim=80)
        yield from _answers(provider, stage, web, rounds[0], singles=singles, quiet=quiet)


def _events(stage: Stage, readers: int) -> list[list[dict[str, Any]]]:
    """Posts of events about an edition that the product has sent: processed, delivered or bounced, opened."""
    fleet = fleets.product(stage, processes=1)
    try:
        edition = stage.edition(slug(readers))["edition"]
        dispatching.send(stage, fleet, edition, readers=readers)
        told = stage.do("-m", "benchmarks.product", "calls", str(edition))
    finally:
        fleet.end()
    posts: list[list[dict[str, Any]]] = []
    now = int(time.time())
    for call in told:
        kinds = [("processed", 0), ("delivered", 2), ("open", 60)]
        for kind, after in kinds:
            events = []
            for subscriber in call["subscribers"]:
                bounced = subscriber % BOUNCES == 0
                if bounced and kind == "open":
                    continue
                one = event(call, subscriber, "bounce" if bounced and kind == "delivered" else kind)
                events.append({**one, "timestamp": now + after})
            posts.append(events)
    return posts


def event(call: dict[str, Any], subscriber: int, kind: str) -> dict[str, Any]:
    """As SendGrid's reference shows them, with the fields that it always sends."""
    digest = hashlib.blake2b(f"{call['attempt']}-{subscriber}-{kind}".encode(), digest_size=16).digest()
    fields: dict[str, Any] = {
        "email": f"r{subscriber}@readers.example",
        "event": kind,
        "sg_event_id": base64.urlsafe_b64encode(digest).decode("ascii").rstrip("="),
        "sg_message_id": f"bench-{call['batch']}.recvd-5f6c9b7d9-{subscriber}-1.0",
        "smtp-id": f"<{subscriber}.{call['attempt']}@ismtpd-bench>",
        "nl_dispatch": str(call["dispatch"]),
        "nl_batch": str(call["batch"]),
        "nl_attempt": str(call["attempt"]),
        "nl_subscriber": str(subscriber),
    }
    if kind == "delivered":
        fields |= {"response": "250 2.0.0 OK 1700000000 a1-20020a05620a0", "ip": "192.0.2.10", "tls": 1}
    elif kind == "open":
        program = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
        fields |= {"useragent": program, "sg_machine_open": False, "ip": "192.0.2.77"}
    elif kind == "bounce":
        fields |= {"type": "bounce", "reason": "550 5.1.1 no such mailbox", "status": "5.1.1"}
    return fields


# --- the three ---------------------------------------------------------------------------------


def _product(connection: Any, provider: Provider, posts: Sequence[Post], web: Kept, fleet: Fleet) -> float:
    """Events per second from the first post until the last of them stands in the books."""
    before = watching.cpu([web.pid, *fleet.app()])
    began = time.time()
    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(provider.post, [posts[n::SENDERS] for n in range(SENDERS)]))
    wait_until(lambda: not _waiting(connection), timeout=300, what="all posts to be processed")
    seconds = time.time() - began
    events = sum(body.count(b'"sg_event_id"') for body, _ in posts)
    cpu = (watching.cpu([web.pid, *fleet.app()]) - before) / events * 1e5
    print(f"  {events / seconds:,.0f} events/s, {cpu:.2f} CPU s of the app per 100,000", file=sys.stderr)
    return events / seconds


def _waiting(connection: Any) -> bool:
    found = connection.execute("SELECT EXISTS (SELECT 1 FROM insights_webhookpost WHERE state = 'waiting')").fetchone()[
        0
    ]
    connection.rollback()
    return bool(found)


def _floor(connection: Any, posts: Sequence[Post]) -> float:
    """Events per second when each post is parsed, staged by COPY, and joined, in one commit."""
    connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS stage AS SELECT {FLOOR_COLUMNS} FROM floor_event WITH NO DATA")
    connection.commit()
    began, events = time.time(), 0
    for body, _ in posts:
        told = orjson.loads(body)
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE stage")
            with cursor.copy(f"COPY stage ({FLOOR_COLUMNS}) FROM STDIN") as copy:
                copy.write(
                    "".join(
                        [
                            f"{e['sg_event_id']}\t{e['nl_dispatch']}\t{e['nl_subscriber']}\t{e['event']}\t{e['timestamp']}\n"
                            for e in told
                        ]
                    )
                )
            cursor.execute(
                f"INSERT INTO floor_event ({FLOOR_COLUMNS}) SELECT {FLOOR_COLUMNS} FROM stage ON CONFLICT DO NOTHING"
            )
        connection.commit()
        events += len(told)
    return events / (time.time() - began)


def _check(connection: Any, readers: int) -> None:
    """Every reader's letter must have its outcome, and none be counted twice."""
    found = connection.execute("SELECT COUNT(*) FROM insights_readeroutcome WHERE reached >= 5").fetchone()[0]
    connection.rollback()
    if found != readers:
        raise RuntimeError(f"The books know {found} outcomes of {readers} readers.")


def _answers(
    provider: Provider, stage: Stage, web: Kept, events: Sequence[list[dict[str, Any]]], *, singles: int, quiet: int
) -> Iterator[Line]:
    """No worker runs at first: what a post of one event costs, and how soon the answers come; then with a worker."""
    ones = [provider.sign(events[0][n : n + 1]) for n in range(singles)]
    provider.post(ones[:20])
    servers = [web.pid, *stage.backing()]
    app_before, before = watching.cpu([web.pid]), watching.cpu(servers)
    provider.post(ones)
    app, whole = watching.cpu([web.pid]) - app_before, watching.cpu(servers) - before
    yield Line(
        "webhook", "CPU of a post of one event", whole / singles * 1000, "ms", most=2, aim=1,
        note=f"web server {app / singles * 1000:.2f} ms, the rest is the database",
    )  # fmt: skip
    many = [provider.sign(lot) for lot in [*events, *events][:quiet]]
    alone = statistics.median(provider.post(many))
    backlog = [provider.sign(lot) for lot in [*events, *events, *events][: quiet * 3]]
    provider.post(backlog)
    fleet = fleets.processing(stage)
    try:
        beside = statistics.median(provider.post(many))
    finally:
        fleet.end()
    yield Line("webhook", "answer to 1,000 events while no worker runs, median", alone, "ms")
    yield Line(
        "webhook", "the same beside a worker with a backlog", beside / alone, "x", most=2.5,
        note=f"{beside:.1f} ms: the cores are shared, the answer waits for nothing",
    )  # fmt: skip


def is_up(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def _file(stage: Stage, events: list[dict[str, Any]]) -> str:
    file = stage.folder / "post.json"
    file.write_text(json.dumps(events), encoding="utf-8")
    return str(file)


def naive() -> None:
    """As a script: one `get_or_create` for each event of a post, through the product's own model of an outcome."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    django.setup()
    from newsletter.delivery.models import Dispatch
    from newsletter.insights.models import ReaderOutcome

    with open(os.environ["BENCH_POST"], encoding="utf-8") as file:  # noqa: PTH123
        events = json.load(file)
    dispatch = Dispatch.objects.get(pk=int(events[0]["nl_dispatch"]))
    ReaderOutcome.objects.filter(dispatch=dispatch, subscriber__in=[int(e["nl_subscriber"]) for e in events]).delete()
    began = time.time()
    for event in events:
        reader = int(event["nl_subscriber"])
        ReaderOutcome.objects.get_or_create(dispatch=dispatch, subscriber=reader, defaults={"reached": 5})
    sys.stdout.write(json.dumps({"rate": len(events) / (time.time() - began)}) + "\n")


if __name__ == "__main__":
    naive()
