"""A publication's dates under whatever people do to its schedule, and under restores, against a simple model.

No date leaves twice, none of the past is invented, and none that is due disappears. The model knows which schedule
held at which moment, and what has left; sending itself is played.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from newsletter.delivery.dispatches import confirm_installation
from newsletter.editions import plan_editions
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.schedule_dates import editions_ahead, is_ahead, next_date
from newsletter.letters import edition_decisions
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from tests.support import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.long]

BEGIN = datetime(2026, 10, 28, 12, tzinfo=UTC)  # the clocks of New York change four days later
NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)
RULES = {
    "FREQ=DAILY": range(7),
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": range(5),
    "FREQ=WEEKLY;BYDAY=TU,SA": (1, 5),
    "FREQ=WEEKLY;BYDAY=SU": (6,),
}


@dataclass(frozen=True)
class Held:
    """A schedule and the moment from which on it held."""

    since: datetime
    rule: str
    hour: int
    is_active: bool = True

    def moment(self, day: date) -> datetime | None:
        """When the edition of that day is due; None when there is none."""
        if not self.is_active or day.weekday() not in RULES[self.rule]:
            return None
        return datetime.combine(day, time(self.hour), tzinfo=NEW_YORK).astimezone(UTC)


class Backup:
    """What a database knew at one moment."""

    def __init__(self, history: list[Held]) -> None:
        self.history = list(history)
        self.publication = Publication.objects.values().get()
        self.editions = list(Edition.objects.values())


class Newsroom(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.now = BEGIN
        self.history = [Held(BEGIN, "FREQ=DAILY", 7)]
        made = make.publication(recurrence="FREQ=DAILY", starts_on=date(2020, 1, 1), lateness_limit_minutes=720)
        Publication.objects.update(created_at=BEGIN)
        self.pk = made.pk
        self.backup: Backup | None = None
        self.left: set[date] = set()
        self.released: set[date] = set()
        self.is_running = True
        self.tick()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @property
    def publication(self) -> Publication:
        return Publication.objects.get(pk=self.pk)

    # what workers do

    def tick(self) -> None:
        before = {edition.pk: edition for edition in Edition.objects.all()}
        promised = next_date(self.publication, now=self.now)
        plan_editions.plan_all(now=self.now)
        after = {edition.pk: edition for edition in Edition.objects.all()}
        for pk in after.keys() - before.keys():
            self.judge_new(after[pk])
        for pk in before.keys() - after.keys():
            self.judge_gone(before[pk])
        if promised and not any(is_ahead(self.publication, e, now=self.now) for e in before.values()):
            assert promised.local_date in {e.local_date for e in editions_ahead(self.publication, now=self.now)}
        edition_decisions.hold_late(now=self.now)
        if self.publication.is_active:
            for edition in Edition.objects.filter(state=EditionState.PLANNED, due_at__lte=self.now):
                self.leave(edition)

    def leave(self, edition: Edition) -> None:
        day = edition.local_date
        assert day is not None
        assert day not in self.left or day in self.released, f"{day} leaves twice"
        self.left.add(day)
        hashes = {"content_hash": "x", "approved_hash": "x", "needs_person": False}  # as if a person had approved it
        Edition.objects.filter(pk=edition.pk).update(state=EditionState.DISPATCHED, **hashes)

    def judge_new(self, edition: Edition) -> None:
        """What is new is to come, or was owed by the schedule of its own time."""
        day = edition.local_date
        assert day is not None
        assert edition.due_at > self.now or edition.due_at == self.owed(day), f"{day} was invented"

    def judge_gone(self, edition: Edition) -> None:
        """What is gone is not named any more, or stands behind another."""
        day, schedule = edition.local_date, self.history[-1]
        assert day is not None
        assert edition.due_at > self.now, f"{day} was due and is gone"
        is_behind = any(e.local_date and e.local_date < day for e in editions_ahead(self.publication, now=self.now))
        assert schedule.moment(day) is None or is_behind, f"{day} is gone"

    def owed(self, day: date) -> datetime | None:
        """When the edition of that day was due, by the schedule that held at that moment."""
        ends = [later.since for later in self.history[1:]] + [self.now]
        for held, end in zip(self.history, ends, strict=True):
            at = held.moment(day)
            if at and held.since < at <= end:
                return at
        return None

    # what time does

    @rule(hours=st.integers(1, 30))
    def go_on(self, hours: int) -> None:
        self.is_running = True
        for _ in range(0, hours, 2):
            self.now += 2 * HOUR
            self.tick()

    @rule(hours=st.integers(1, 90))
    def run_nothing(self, hours: int) -> None:
        """The workers stand still, from now on until time goes on with them."""
        self.is_running = False
        self.now += hours * HOUR

    # what people do

    def revise(self, **fields: Any) -> None:
        edit_publication.update_publication(self.publication, now=self.now, **fields)

    @rule(name=st.sampled_from(sorted(RULES)))
    def change_rule(self, name: str) -> None:
        self.revise(recurrence=name)
        self.history.append(replace(self.history[-1], since=self.now, rule=name))

    @rule(hour=st.integers(0, 23).filter(lambda hour: hour != 1))  # on one day it is one o'clock twice
    def change_hour(self, hour: int) -> None:
        self.revise(send_time=time(hour))
        self.history.append(replace(self.history[-1], since=self.now, hour=hour))

    @rule()
    def rest_or_wake(self) -> None:
        is_active = not self.history[-1].is_active
        self.revise(is_active=is_active)
        self.history.append(replace(self.history[-1], since=self.now, is_active=is_active))

    @rule(what=st.sampled_from(["cancel", "hold", "early", "later"]), hours=st.integers(1, 50))
    def decide_on_next(self, what: str, hours: int) -> None:
        self.decide(what, hours)

    def decide(self, what: str, hours: int) -> None:
        edition = Edition.objects.filter(state=EditionState.PLANNED, due_at__gt=self.now).order_by("local_date").first()
        if edition is None:
            return
        match what:
            case "cancel":
                edition_decisions.cancel(edition, reason="A holiday", now=self.now)
            case "hold":
                edition_decisions.hold(edition, reason="The front page changes.", now=self.now)
            case "early":
                edition_decisions.send_now(edition, now=self.now)
            case "later":
                edition_decisions.reschedule(edition, due_at=edition.due_at + hours * HOUR, now=self.now)

    @rule()
    def release(self) -> None:
        if edition := Edition.objects.filter(state=EditionState.HELD).order_by("local_date").last():
            assert edition.local_date is not None
            self.released.add(edition.local_date)
            edition_decisions.release(edition, now=self.now)

    # what becomes of the database

    @rule()
    def back_up(self) -> None:
        self.backup = Backup(self.history)

    @rule(hours=st.integers(1, 60), is_early=st.booleans())
    def lose_days(self, hours: int, *, is_early: bool) -> None:
        """A backup, hours or days of which it knows nothing, perhaps an edition sent early in them, and the restore."""
        self.back_up()
        if is_early:
            self.decide("early", 0)
        self.go_on(hours)
        self.restore()

    @precondition(lambda self: self.backup)
    @rule()
    def restore(self) -> None:
        """The backup takes the place of the database. What left since has left all the same."""
        assert self.backup is not None
        Edition.objects.all().delete()
        Publication.objects.filter(pk=self.pk).update(**self.backup.publication)
        Edition.objects.bulk_create(Edition(**row) for row in self.backup.editions)
        self.history, self.released = list(self.backup.history), set()
        confirm_installation.confirm(name="", by="otto@example.org", now=self.now)

    @precondition(lambda self: self.is_running)
    @invariant()
    def nothing_due_is_missing(self) -> None:
        self.tick()
        day = BEGIN.date()
        known = set(Edition.objects.values_list("local_date", flat=True))
        while day <= self.now.date():
            assert self.owed(day) is None or day in known, f"{day} was due and has no edition"
            day += timedelta(days=1)


def test_no_date_leaves_twice_is_invented_or_disappears(request: pytest.FixtureRequest) -> None:
    run_state_machine_as_test(
        Newsroom,
        settings=settings(
            max_examples=80 if request.config.getoption("--whole") else 10,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
