"""A confirmed copy or backup plans, opens and cancels nothing older without a person."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from newsletter.delivery.dispatches import confirm_installation, control_dispatch
from newsletter.delivery.ledger import installation
from newsletter.delivery.models import Attempt, Batch, Installation, ScheduledGroup
from newsletter.delivery.states import DispatchState, ScheduledGroupState
from newsletter.editions import plan_editions
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.publications.models import Publication
from tests.delivery.living import System, living
from tests.support import factories as make
from tests.support.factories import MONDAY
from workers.tasks import assembly as tasks

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
OTTO = "otto@example.org"


def backup(**said: object) -> Publication:
    """A daily publication that approves itself, as a backup of MONDAY knows it: Tuesday's edition is planned."""
    made = make.publication(**{"recurrence": "FREQ=DAILY", "auto_approve": True} | said)
    Publication.objects.filter(pk=made.pk).update(created_at=MONDAY)
    made.refresh_from_db()
    for _ in range(30):
        make.story(made)
    plan_editions.plan(made, now=MONDAY)
    return made


def states(publication: Publication) -> dict[date | None, str]:
    return dict(publication.editions.values_list("local_date", "state"))


def test_dates_that_a_backup_does_not_know_of_wait_for_a_person_or_are_over() -> None:
    publication = backup()
    restored = MONDAY + 4 * DAY + 60 * MINUTE  # Friday's edition was due an hour ago
    assert confirm_installation.confirm(name="", by=OTTO, now=restored) == (0, 2)
    plan_editions.plan_all(now=restored)
    assert states(publication) == {
        date(2026, 11, 24): EditionState.HELD,
        date(2026, 11, 25): EditionState.CANCELLED,
        date(2026, 11, 26): EditionState.CANCELLED,
        date(2026, 11, 27): EditionState.HELD,
        date(2026, 11, 28): EditionState.PLANNED,
    }
    assert set(publication.editions.exclude(state=EditionState.PLANNED).values_list("reason", flat=True)) == {
        confirm_installation.REASON
    }


def test_nothing_of_a_backup_leaves_until_somebody_releases_it() -> None:
    publication = backup(schedule_ahead_minutes=60, lead_minutes=120)
    restored = MONDAY + 2 * DAY + 60 * MINUTE
    confirm_installation.confirm(name="", by=OTTO, now=restored)
    for minutes in range(0, 20 * 60, 30):
        now = restored + minutes * MINUTE
        plan_editions.plan_all(now=now)
        for pk in Edition.objects.due_for_assembly(now).values_list("pk", flat=True):
            assemble_edition.assemble(pk, now=now)
        assert not Edition.objects.due_for_dispatch(now).exists()
    held = publication.editions.get(local_date=date(2026, 11, 25))
    assert edition_decisions.release(held, now=restored).state == EditionState.PLANNED


def test_an_edition_of_today_is_held_because_the_original_may_have_sent_it_earlier_in_the_day() -> None:
    publication = backup()
    restored = MONDAY + 2 * DAY - 5 * 60 * MINUTE  # Wednesday's is due in five hours
    confirm_installation.confirm(name="", by=OTTO, now=restored)
    plan_editions.plan_all(now=restored)
    assert states(publication) == {
        date(2026, 11, 24): EditionState.HELD,
        date(2026, 11, 25): EditionState.HELD,
        date(2026, 11, 26): EditionState.PLANNED,
    }


def test_a_date_that_the_original_may_have_handed_over_ahead_is_held_too() -> None:
    publication = backup(schedule_ahead_minutes=60, lead_minutes=120)
    restored = MONDAY + 2 * DAY - 30 * MINUTE  # Wednesday's is due in half an hour
    confirm_installation.confirm(name="", by=OTTO, now=restored)
    plan_editions.plan_all(now=restored)
    assert states(publication)[date(2026, 11, 25)] == EditionState.HELD
    assert states(publication)[date(2026, 11, 26)] == EditionState.PLANNED


def test_a_date_that_has_begun_for_readers_in_the_east_is_held_too() -> None:
    publication = backup(local_time=True)
    make.reader(publication, time_zone="Asia/Tokyo")
    Edition.objects.all().delete()
    restored = MONDAY + DAY - 12 * 60 * MINUTE  # seven in the evening of Monday; seven of Tuesday has come in Tokyo
    confirm_installation.confirm(name="", by=OTTO, now=restored)
    plan_editions.plan_all(now=restored)
    assert states(publication) == {date(2026, 11, 24): EditionState.HELD, date(2026, 11, 25): EditionState.PLANNED}


def test_a_publication_at_rest_has_no_dates_to_be_held() -> None:
    publication = backup(is_active=False)
    confirm_installation.confirm(name="", by=OTTO, now=MONDAY + 5 * DAY)
    assert set(states(publication).values()) <= {EditionState.HELD}
    assert publication.editions.count() <= 1


def test_a_strange_database_plans_nothing_before_it_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    backup()
    monkeypatch.setattr(installation, "is_current", lambda: False)
    tasks.plan_and_compare()
    tasks.assemble_due()
    assert Edition.objects.count() == 1


def lose_answer(system: System) -> None:
    """As in a copy that was made while a call was under way: there nobody hears the answer."""
    batch = Batch.objects.order_by("pk").first()
    assert batch is not None
    Batch.objects.filter(pk=batch.pk).update(state="calling", lease_until=system.clock() + 5 * MINUTE)
    Attempt.objects.filter(batch=batch).update(status="", ended_at=None)


@pytest.mark.parametrize("name", ["", "staging"])
def test_a_copy_leaves_what_the_original_submitted_ahead_alone(tmp_path: Path, name: str) -> None:
    with living(tmp_path / "ahead.sqlite3") as system, override_settings(DISPATCH_BATCH_SIZE=1, DISPATCH_LEASE=300):
        system.prepare(readers=3)
        system.at(-60).live()
        assert system.fates == {"waiting": 3}
        lose_answer(system)
        confirm_installation.confirm(name=name, by=OTTO, now=system.clock())
        assert system.dispatch.state == DispatchState.PAUSED
        system.at(-40).live()
        if name:  # clearing up in the copy takes nothing from the original's readers either
            control_dispatch.stop(system.dispatch, reason="a copy", now=system.clock())
        system.live_until(120, step=10)
        assert system.fates == {"sent": 3}


def test_a_stop_that_a_person_asked_for_is_carried_out_after_a_restore_and_not_by_another_environment(
    tmp_path: Path,
) -> None:
    with living(tmp_path / "ahead.sqlite3") as system:
        system.prepare(readers=2)
        system.at(-60).live()
        control_dispatch.stop(system.dispatch, reason="wrong picture", now=system.clock())
        confirm_installation.confirm(name="", by=OTTO, now=system.clock())
        assert ScheduledGroup.objects.get().state == ScheduledGroupState.CANCELLING
        Installation.objects.update(environment="production")
        confirm_installation.confirm(name="staging", by=OTTO, now=system.clock())
        group = ScheduledGroup.objects.get()
        assert (group.state, group.cancel_slot) == (ScheduledGroupState.LEFT, None)


def test_a_cancel_under_way_keeps_its_slot_after_a_restore_until_the_cancel_is_deleted(tmp_path: Path) -> None:
    with living(tmp_path / "ahead.sqlite3") as system, override_settings(DISPATCH_BATCH_SIZE=1):
        system.prepare(readers=2)
        system.at(-60).live()
        group = ScheduledGroup.objects.get()
        ScheduledGroup.objects.update(state=ScheduledGroupState.CANCELLING)
        confirm_installation.confirm(name="", by=OTTO, now=system.clock())
        after = ScheduledGroup.objects.get()
        assert (after.state, after.cancel_slot) == (ScheduledGroupState.LEFT, group.cancel_slot)
        system.at(61).tend()
        assert ScheduledGroup.objects.get().cancel_slot is None


def test_what_a_restored_dispatch_has_not_submitted_is_sent_at_its_time_once_a_person_resumes_it(
    tmp_path: Path,
) -> None:
    with living(tmp_path / "ahead.sqlite3") as system, override_settings(DISPATCH_BATCH_SIZE=1):
        system.prepare(readers=2)
        system.at(-60).open()
        confirm_installation.confirm(name="", by=OTTO, now=system.clock())
        system.live()
        assert system.fates == {}
        control_dispatch.resume(system.dispatch)
        system.live()
        assert system.fates == {}
        system.at(1).live()
        assert system.fates == {"sent": 2}
