"""A dispatch whose batches were handed to the provider, and posts as the provider would make them."""

import itertools
import json
from array import array
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest

from newsletter.audience.models import Subscriber
from newsletter.delivery.ledger.packed_ids import pack, unpack
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.sending import send_batches
from newsletter.editions.models import EditionState, FrozenLetter
from newsletter.insights import process_events, webhook_post_queue
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import ProviderError
from tests.support import factories as make
from tests.support.factories import MONDAY

Given = dict[str, Any]
STAMPS = itertools.count(int(MONDAY.timestamp()))


@pytest.fixture
def opened() -> Callable[..., Dispatch]:
    """Opens a dispatch to `readers` readers in batches of `size`."""

    def open_it(readers: int = 3, size: int = 1000) -> Dispatch:
        publication = make.publication()
        ids = make.readers(publication, readers)
        # the rows as assembly, approval and opening leave them; rendering a letter would take most of the test's time
        edition = make.edition(publication, state=EditionState.DISPATCHING, content_hash="1", approved_hash="1")
        letter = FrozenLetter.objects.create(edition=edition, variant="default", subject="Tide", text="…", html="<p>…")
        dispatch = Dispatch.objects.create(
            edition=edition, candidates=readers, planned=readers, day=MONDAY.date(), opened_at=MONDAY
        )
        for number, begin in enumerate(range(0, readers, size), start=1):
            lot = ids[begin : begin + size]
            Batch.objects.create(
                dispatch=dispatch,
                number=number,
                letter=letter,
                subscribers=pack(array("q", lot)),
                count=len(lot),
                due_at=MONDAY,
            )
        return dispatch

    return open_it


def begun(dispatch: Dispatch, number: int = 1) -> Attempt:
    """An attempt whose worker is in the call."""
    batch = send_batches.claim(dispatch.batches.get(number=number).pk, now=MONDAY)
    assert batch is not None
    attempt = send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=MONDAY)
    assert attempt is not None
    return attempt


def ended(dispatch: Dispatch, answer: Receipt | ProviderError, number: int = 1) -> Attempt:
    """An attempt that came to this."""
    attempt = begun(dispatch, number)
    send_batches.record_result(attempt, answer, now=MONDAY)
    attempt.refresh_from_db()
    return attempt


def event(attempt: Attempt, word: str = "delivered", *, reader: int = 0, after: float = 60, **more: Any) -> Given:
    """What SendGrid says of the `reader`-th reader of an attempt; a value of None takes a field out."""
    subscriber = unpack(attempt.batch.subscribers)[reader]
    given = {
        "event": word,
        "email": Subscriber.objects.get(pk=subscriber).email,
        "timestamp": int(MONDAY.timestamp() + after),
        "sg_event_id": f"{attempt.pk}-{reader}-{word}",
        "sg_message_id": "abcdefghijklmnopqrstuv.recvd-1",
        "nl_dispatch": str(attempt.batch.dispatch_id),
        "nl_batch": str(attempt.batch_id),
        "nl_attempt": str(attempt.pk),
        "nl_subscriber": str(subscriber),
        **more,
    }
    return {name: value for name, value in given.items() if value is not None}


def come_in(*posts: Iterable[Given] | bytes, now: datetime = MONDAY) -> int:
    """Keep these posts, each with a stamp of its own, and absorb everything; how many posts that were."""
    for post in posts:
        stamp = f"{next(STAMPS)}"
        webhook_post_queue.store(
            post if isinstance(post, bytes) else json.dumps(list(post)).encode(), stamp=stamp, now=now
        )
    return process_events.process_posts(now=now)
