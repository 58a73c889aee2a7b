"""Searches for readers, the record of one, the sign-up page and the one-click post, in one process.

    python -m benchmarks.searching SLUG

A script, in the environment of a stage. Prints the usual time (the median) of the slowest kind of search, and
of the pages, in milliseconds, and the CPU of a one-click post.
"""

import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

from benchmarks import data
from benchmarks.importing import reset_sequences

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")

BEGINNINGS = ("r1", "r12", "r123", "r1234@readers.ex", "nobody")
TURNS, CLICKS = 20, 200


def usual(work: Callable[[], Any]) -> float:
    """Milliseconds of a turn, the median of some."""
    took = []
    for _ in range(TURNS):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def main() -> None:
    django.setup()

    from django.conf import settings
    from django.test import Client

    from newsletter.audience.find_readers import find_readers
    from newsletter.audience.models import Subscriber
    from newsletter.delivery.recipients import reader_links
    from newsletter.insights.reader_record import reader_record

    reset_sequences()
    settings.ALLOWED_HOSTS = ["*"]
    settings.SIGN_UP_MIN_SECONDS = 0
    made = data.edition(sys.argv[1])
    page = f"/j/{sys.argv[1]}"
    client = Client()
    found = re.search(r'name="stamp" value="([^"]+)"', client.get(page).content.decode())
    stamp = found[1] if found else ""
    numbers = iter(range(TURNS))

    def sign_up() -> None:
        number = next(numbers)
        answer = client.post(
            page, {"email": f"new{number}@readers.example", "stamp": stamp}, REMOTE_ADDR=f"10.{number}.0.1"
        )
        if answer.status_code != 200:
            raise SystemExit(f"the sign-up page answered {answer.status_code}")

    reader = Subscriber.objects.order_by("pk")[Subscriber.objects.count() // 2]
    people = list(
        Subscriber.objects.filter(subscriptions__status="active").order_by("pk").values_list("pk", flat=True)[:CLICKS]
    )
    tokens = reader_links.tokens(people, edition_id=made["edition"])
    began = time.process_time()
    for token in tokens:
        answer = client.post(f"/u/{token}", "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")
        if answer.status_code != 200:
            raise SystemExit(f"the one-click post answered {answer.status_code}")
    one_click = (time.process_time() - began) * 1000 / len(tokens)
    figures = {
        "one_click": one_click,
        "readers": Subscriber.objects.count(),
        "search": max(usual(lambda begin=begin: find_readers(begin, limit=51)) for begin in BEGINNINGS),  # type: ignore[misc]
        "record": usual(lambda: reader_record(reader)),
        "page": usual(lambda: client.get(page)),
        "sign_up": usual(sign_up),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
