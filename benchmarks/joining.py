"""Many people join and as many leave with one click at once, over HTTP: nobody's wish is lost.

    python -m benchmarks.joining stamp SLUG          the stamp of the sign-up form
    python -m benchmarks.joining links SLUG COUNT    tokens of one-click links
    python -m benchmarks.joining count SLUG          who left, and who signed up

Scripts, in the environment of a stage; they print JSON.
"""

import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import django

from benchmarks.data import slug
from benchmarks.stage import Stage
from benchmarks.table import Line
from tests.support.ports import free_port
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from benchmarks.measuring import Plan

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
EACH = 10_000  # sign-ups, and one-click posts
SENDERS = 16  # connections
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def measure(stage: Stage, plan: "Plan") -> Iterator[Line]:
    """Post everything, mixed, and count what is stored."""
    each = max(50, int(EACH * min(1.0, plan.scale)) // 10 * 10)
    name = slug(each * 2)
    stage.readers(each * 2)
    port = free_port()
    # each sign-up comes from a network of its own, as behind a proxy
    stage.environment |= {"WEB_PORT": str(port), "TRUSTED_PROXY_COUNT": "1", "SIGN_UP_MIN_SECONDS": "0"}
    links = stage.do("-m", "benchmarks.joining", "links", name, str(each))
    commands = stage.do("-m", "benchmarks.product", "commands")
    stage.run("web", *commands["web"], environment=stage.environment)
    wait_until(lambda: _answers(port), timeout=60, what="the web server")
    stamp = stage.do("-m", "benchmarks.joining", "stamp", name)["stamp"]
    posts = [(f"/u/{token}", "List-Unsubscribe=One-Click", "") for token in links["tokens"]]
    for number in range(each):
        body = urlencode({"email": f"joins{number}@readers.example", "stamp": stamp})
        posts.append((f"/j/{name}", body, f"10.{number // 250 % 250}.{number % 250}.1"))
    posts = [post for pair in zip(posts[:each], posts[each:], strict=True) for post in pair]
    began = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as pool:
        told = [pair for part in pool.map(lambda n: _post(port, posts[n::SENDERS]), range(SENDERS)) for pair in part]
    seconds = time.perf_counter() - began
    answers, took = Counter(status for status, _ in told), sorted(at for _, at in told)
    stored = stage.do("-m", "benchmarks.joining", "count", name)
    note = f"{answers}"[8:-1]
    lost = 2 * each - stored["left"] - stored["joined"]
    yield Line(
        "audience", f"of {each:,} sign-ups and {each:,} one-click posts at once, lost", lost, "", most=0, note=note
    )
    yield Line("audience", "sign-ups and one-click posts", len(posts) / seconds, "/s")
    yield Line("audience", "their answers, 99 of 100", took[len(took) * 99 // 100], "ms")


def _post(port: int, posts: Sequence[tuple[str, str, str]]) -> list[tuple[int, float]]:
    """Post one after the other; status and milliseconds of each. As a mailbox does, try again after a failure."""
    found, connection = [], HTTPConnection("127.0.0.1", port, timeout=120)
    for target, body, address in posts:
        began = time.perf_counter()
        for _ in range(3):
            try:
                connection.request("POST", target, body, {**FORM, "X-Forwarded-For": address or "192.0.2.1"})
                answer = connection.getresponse()
                answer.read()
            except OSError:
                connection.close()
                status = 0
                continue
            status = answer.status
            if status < 500:
                break
        found.append((status, (time.perf_counter() - began) * 1000))
    connection.close()
    return found


def _answers(port: int) -> bool:
    try:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False


def stamp(by: str) -> dict[str, Any]:
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    found = re.search(r'name="stamp" value="([^"]+)"', Client().get(f"/j/{by}").content.decode())
    return {"stamp": found[1] if found else ""}


def links(by: str, count: str) -> dict[str, Any]:
    from benchmarks import data
    from benchmarks.importing import reset_sequences
    from newsletter.audience.models import Subscription
    from newsletter.delivery.recipients import reader_links

    reset_sequences()
    made = data.edition(by)
    active = Subscription.objects.filter(publication__slug=by, status="active").order_by("subscriber_id")
    people = list(active.values_list("subscriber_id", flat=True)[: int(count)])
    return {"tokens": reader_links.tokens(people, edition_id=made["edition"])}


def count(by: str) -> dict[str, Any]:
    from newsletter.audience.models import Confirmation, Subscription

    mine = Subscription.objects.filter(publication__slug=by)
    joined = Confirmation.objects.filter(subscription__in=mine, subscription__subscriber__email__startswith="joins")
    return {"left": mine.filter(unsubscribed_via="one-click").count(), "joined": joined.count()}


def main() -> None:
    django.setup()
    what, *arguments = sys.argv[1:]
    commands: dict[str, Callable[..., dict[str, Any]]] = {"stamp": stamp, "links": links, "count": count}
    told = commands[what](*arguments)
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
