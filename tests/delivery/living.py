"""A system that lives by a clock of its own: workers take their steps in turn against a postbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import QuerySet

from newsletter.delivery.dispatches import open_dispatch, recovery
from newsletter.delivery.models import Batch, Dispatch
from newsletter.delivery.scheduled import scheduled_groups
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import BatchState
from newsletter.editions.models import Edition
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.mail.sendgrid.scheduled_send_api import ScheduledSendApi
from newsletter.postbox.postbox import Postbox
from tests.support import factories as make
from tests.support.factories import MONDAY

DUE = MONDAY


class Clock:
    """Stands until it is set forward."""

    def __init__(self) -> None:
        self.now = DUE - timedelta(hours=3)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class System:
    """Letters are due at `DUE`; `ahead` is in minutes, `size` in readers a batch."""

    postbox: Postbox
    clock: Clock
    client: Client
    provider: ScheduledSendApi

    def prepare(self, *, readers: int = 3, ahead: int = 60) -> Edition:
        """An approved edition that is submitted ahead."""
        publication = make.publication(schedule_ahead_minutes=ahead, lead_minutes=ahead + 60)
        make.readers(publication, readers)
        return make.approved_edition(publication, due_at=DUE)

    def at(self, minutes: float) -> System:
        """It is so many minutes past the due time (negative: before it)."""
        self.clock.now = DUE + timedelta(minutes=minutes)
        return self

    def open(self) -> None:
        """What the tick does with editions."""
        for edition in open_dispatch.due(now=self.clock()):
            open_dispatch.open_dispatch(edition, now=self.clock())
        for dispatch in recovery.under_way().opening:
            while open_dispatch.continue_opening(dispatch):
                pass

    def send(self) -> int:
        """Send what is due; the number of batches that were rung for."""
        due = recovery.batches_to_enqueue(now=self.clock(), limit=1000)
        for batch in due:
            send_batches.send(batch, client=self.client, clock=self.clock)
        return len(due)

    def tend(self) -> None:
        """One step with each group."""
        for group in scheduled_groups.groups_due(now=self.clock()):
            scheduled_groups.advance_group(group, provider=self.provider, clock=self.clock)

    def live(self, rounds: int = 4) -> System:
        """Everything that workers do, until things have calmed down at this moment."""
        for _ in range(rounds):
            self.open()
            self.tend()
            recovery.release_abandoned(now=self.clock())
            self.send()
            recovery.finish_completed(now=self.clock())
        rest = Batch.objects.exclude(state__in=[BatchState.CLAIMED, BatchState.CALLING])
        assert not rest.exclude(lease_until=None).exists(), "only a batch that a worker has is leased"
        return self

    def live_until(self, minutes: float, *, step: float | None = None) -> System:
        """Live on up to so many minutes past the due time.

        The clock ticks every `step` minutes; without one, every minute around the due time and every five else.
        """
        end = DUE + timedelta(minutes=minutes)
        while self.clock.now < end:
            is_near = timedelta(minutes=-16) <= self.clock.now - DUE < timedelta(minutes=5)
            self.clock.now = min(end, self.clock.now + timedelta(minutes=step or (1 if is_near else 5)))
            self.live(rounds=2)
        return self

    @property
    def dispatch(self) -> Dispatch:
        return Dispatch.objects.get()

    @property
    def dispatches(self) -> QuerySet[Dispatch]:
        return Dispatch.objects.all()

    @property
    def fates(self) -> dict[str, int]:
        """Copies at the postbox by their status, those that there are."""
        return {status: count for status, count in self.postbox.counts()["statuses"].items() if count}


@contextmanager
def living(file: Path) -> Iterator[System]:
    """A system with a postbox of its own."""
    clock = Clock()
    with Postbox(file, clock=clock) as postbox:
        client = Client(key="k", base=postbox.url, connect_timeout=20, answer_timeout=20)
        provider = ScheduledSendApi(key="k", base=postbox.url, connect_timeout=20, answer_timeout=20)
        try:
            yield System(postbox, clock, client, provider)
        finally:
            client.close()
