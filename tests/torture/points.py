"""Kills a worker at every single moment of the send path, lets a healthy one go on, and judges.

A program of its own (`python -m tests.torture.points [MOST SEED]`), told by the environment which database to use. It
prints JSON: the names of all points, and for each what became of the batch that was being sent. With MOST it kills at
no more points than that, spread evenly, the first one drawn by SEED, and at the two that part the path. One reader of
each batch has given since the dispatch opened, and goes on the same path into a batch that thanks.

    record one batch → for each moment: a batch, a process, killed there → recovery → postbox against ledger
"""

import json
import random
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import django

from tests.torture.dying import walked
from tests.torture.far_end import client_of, copies_by_batch, postbox
from tests.torture.walking import chosen

SIZE = 3  # readers in a batch
MOST = 150  # points there is a batch for
# The points from which on the call may have been made, and from which on its fate is known. SQLite needs two statements
# and a commit, PostgreSQL does it in one statement.
CALLS = ("ledger.batch_sql.begin: COMMIT – after", "ledger.batch_sql.begin: WITH delivery_batch – after")
KNOWS = ("ledger.batch_sql.record: COMMIT – after", "ledger.batch_sql.record: WITH delivery_batch – after")


@dataclass(frozen=True, slots=True)
class Point:
    """A moment, what the postbox had from the worker that died there, and the end of it all after recovery."""

    name: str
    taken: bool
    state: str
    copies: int  # that each reader of the batch has in the end
    attempts: int
    thanked: int  # copies of the letter that thanks which its giver has in the end

    @property
    def breach(self) -> str:
        """What is wrong with it; empty when the promise was kept."""
        if self.copies > 1:
            return "readers got two"
        if self.thanked != 1:
            return f"its giver got {self.thanked} letters of thanks"
        if self.state == "uncertain":
            return ""
        if self.state != "accepted":
            return f"the batch is left {self.state}"
        return "" if self.copies == 1 else "called accepted, and the postbox does not have it"


def main(most: int | None, seed: int) -> None:
    django.setup()
    from django.conf import settings

    with tempfile.TemporaryDirectory() as folder, postbox(Path(folder)) as url:
        settings.DISPATCH_BATCH_SIZE = SIZE
        names, found = torture(url, most, random.Random(seed))  # noqa: S311  # no secret
    points = [{**asdict(point), "breach": point.breach} for point in found]
    json.dump({"names": names, "points": points}, sys.stdout)


def torture(url: str, most: int | None, chance: random.Random) -> tuple[list[str], list[Point]]:
    """All names, and the points that were chosen, in the order in which the path passes them."""
    from django.db import connections

    from newsletter.delivery.models import Batch
    from newsletter.lib import clock

    batches = open_dispatch(readers=SIZE * MOST)
    givers = give_since(batches)
    connections.close_all()  # a connection must not be shared with the processes that are to die
    names = send_in_a_process(batches[0], url)
    if len(names) >= len(batches):
        raise RuntimeError(f"{len(names)} points, and batches for {len(batches)} only")
    parting = {number for number, name in enumerate(names) if name in CALLS + KNOWS}
    numbers = sorted({*chosen(len(names), most, chance), *parting})
    for number in numbers:
        passed = send_in_a_process(batches[number + 1], url, dies_at=number)
        if passed != names[: number + 1]:
            raise RuntimeError(f"point {number} was {names[number]!r} and is {passed[-1]!r} now")
    taken = {number for number, count in copies_by_batch(url).items() if count}
    recover(url, now=clock.now() + timedelta(hours=1))
    copies = copies_by_batch(url)
    found = []
    for number in numbers:
        batch = Batch.objects.get(pk=batches[number + 1])
        people = copies.get(batch.pk, 0)
        each = -(-people // batch.count)
        thanked = copies.get(thanking_batch(givers[batch.pk]), 0)
        found.append(Point(names[number], batch.pk in taken, batch.state, each, batch.attempts.count(), thanked))
    return names, found


def give_since(batches: list[int]) -> dict[int, int]:
    """A gift of one reader in each batch, told of after the opening; their ids by batch."""
    from newsletter.audience.models import Subscriber
    from newsletter.delivery.ledger.packed_ids import unpack
    from newsletter.delivery.models import Batch
    from newsletter.lib import clock
    from tests.support import factories as make

    givers = {batch.pk: unpack(batch.subscribers)[1] for batch in Batch.objects.filter(pk__in=batches)}
    for email in Subscriber.objects.filter(pk__in=givers.values()).values_list("email", flat=True):
        make.gift(email, given_at=clock.now(), recorded_at=clock.now())
    return givers


def thanking_batch(giver: int) -> int:
    """The batch of the letter that thanks in which this reader stands; 0 for none."""
    from newsletter.delivery.ledger.packed_ids import unpack
    from newsletter.delivery.models import Batch

    thanking = Batch.objects.filter(letter__variant="thanks")
    return next((batch.pk for batch in thanking if giver in unpack(batch.subscribers)), 0)


def open_dispatch(*, readers: int) -> list[int]:
    """A dispatch that is open; the ids of its batches."""
    from django.core.management import call_command

    from newsletter.delivery.dispatches import open_dispatch
    from newsletter.delivery.models import Batch
    from newsletter.lib import clock
    from tests.support import factories as make

    call_command("migrate", interactive=False, verbosity=0)
    publication = make.publication()
    make.appeal(publication)
    make.readers(publication, readers)
    edition = make.approved_edition(publication, due_at=clock.now())
    dispatch = open_dispatch.open_dispatch(edition.pk, now=clock.now())
    while dispatch and open_dispatch.continue_opening(dispatch.pk):
        pass
    return list(Batch.objects.order_by("number").values_list("pk", flat=True))


def send_in_a_process(batch: int, url: str, *, dies_at: int = -1) -> list[str]:
    """Send as a dispatch worker does, in a process that may be killed on its way; the moments it passed."""

    def send() -> None:
        from newsletter.delivery.sending import send_batches
        from newsletter.lib import clock

        send_batches.send_all([batch], client=client_of(url), clock=clock.now, connections=1)

    return walked(send, dies_at=dies_at)


def recover(url: str, *, now: datetime) -> None:
    """All that healthy workers do, at a moment when every lease is over."""
    from newsletter.delivery.dispatches import recovery
    from newsletter.delivery.sending import send_batches

    recovery.release_abandoned(now=now)
    while due := recovery.batches_to_enqueue(now=now, limit=MOST + 1):
        send_batches.send_all(due, client=client_of(url), clock=lambda: now, connections=1)
    recovery.release_abandoned(now=now + timedelta(hours=1))
    recovery.finish_completed(now=now)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(given[0] if given else None, given[1] if len(given) > 1 else 0)
