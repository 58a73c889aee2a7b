"""Pauses, embargoes, expiries and lateness are judged by when readers get an edition, not by when it is opened."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import override_settings

from newsletter.audience import subscriptions
from newsletter.audience.models import Subscription, SubscriptionStatus
from newsletter.delivery.dispatches import control_dispatch, open_dispatch, recovery
from newsletter.delivery.models import Dispatch, WarmUp
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import DispatchState
from newsletter.editions import plan_editions
from newsletter.editions.edition_times import received
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.postbox.postbox import Postbox
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from newsletter.web.shared.edition_status import edition_status
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
EARLY = MONDAY - timedelta(hours=10)  # nine in the evening of Sunday in New York


def pause(publication: Publication, until: date) -> int:
    """A reader who wants nothing until that day."""
    reader = make.reader(publication)
    Subscription.objects.filter(subscriber=reader).update(status=SubscriptionStatus.PAUSED, paused_until=until)
    return reader.pk


def opened(edition: Edition, now: datetime) -> Dispatch:
    dispatch = open_dispatch.open_dispatch(edition.pk, now=now)
    assert dispatch is not None, Edition.objects.get(pk=edition.pk).reason
    while open_dispatch.continue_opening(dispatch.pk):
        pass
    dispatch.refresh_from_db()
    return dispatch


@pytest.mark.parametrize(("until", "gets_it"), [(0, True), (-1, True), (1, False)])
def test_who_is_paused_until_the_day_of_an_edition_gets_it_however_early_it_is_opened(
    until: int, gets_it: bool
) -> None:
    publication = make.publication(schedule_ahead_minutes=600, lead_minutes=660)
    make.readers(publication, 1)
    edition = make.approved_edition(publication, due_at=MONDAY)
    reader = pause(publication, MONDAY.date() + timedelta(days=until))
    dispatch = opened(edition, EARLY)
    assert (dispatch.planned, dispatch.left_out) == ((2, {}) if gets_it else (1, {"paused": 1}))
    claimed = send_batches.claim(dispatch.batches.get().pk, now=MONDAY)
    assert claimed is not None
    assert (reader in [one for one, *_ in batch_recipients.resolve_recipients(claimed).readers]) is gets_it
    assert (
        Subscription.objects.get(subscriber=reader).status == SubscriptionStatus.PAUSED
    )  # an edition of Sunday is not for them


def test_who_asks_for_a_pause_until_that_day_after_the_opening_gets_it_and_until_the_next_does_not() -> None:
    publication = make.publication(schedule_ahead_minutes=600, lead_minutes=660)
    stays, goes = make.reader(publication), make.reader(publication)
    dispatch = opened(make.approved_edition(publication, due_at=MONDAY), EARLY)
    for reader, days in ((stays, 0), (goes, 1)):
        until = MONDAY.date() + timedelta(days=days)
        subscriptions.pause(subscriber_id=reader.pk, publication_id=publication.pk, until=until, now=EARLY)
    claimed = send_batches.claim(dispatch.batches.get().pk, now=MONDAY)
    assert claimed is not None
    people = batch_recipients.resolve_recipients(claimed)
    assert ([one for one, *_ in people.readers], people.left_out) == ([stays.pk], {"paused": [goes.pk]})


def test_by_local_time_the_day_is_that_of_the_readers() -> None:
    publication = make.publication(local_time=True, recurrence="FREQ=DAILY", starts_on=MONDAY.date())
    Publication.objects.filter(pk=publication.pk).update(created_at=MONDAY - timedelta(days=2))
    publication.refresh_from_db()
    make.reader(publication, time_zone="Pacific/Auckland")
    pause(publication, MONDAY.date())
    make.story(publication)
    edition = plan_editions.plan(publication, now=MONDAY - timedelta(hours=20))
    assert edition is not None
    made = assemble_edition.assemble(edition.pk, now=edition.due_at - timedelta(minutes=30))
    edition_decisions.approve(made, content_hash=made.content_hash, by=make.eddie(), now=edition.due_at)
    assert edition.due_at.astimezone(UTC).date() == MONDAY.date() - timedelta(days=1)  # Auckland's morning
    assert opened(edition, edition.due_at).planned == 2


def test_of_an_edition_that_is_opened_days_late_the_day_is_the_one_on_which_it_leaves() -> None:
    edition = make.approved_edition(make.publication(lateness_limit_minutes=4000), due_at=MONDAY)
    assert received(edition, now=MONDAY + timedelta(days=2)).day == MONDAY.date() + timedelta(days=2)


def test_an_embargo_that_is_over_when_it_leaves_does_not_hold_it() -> None:
    publication = make.publication(schedule_ahead_minutes=60, lead_minutes=120)
    make.readers(publication, 1)
    make.story(publication, embargo_until=MONDAY - timedelta(minutes=5))
    opened(make.approved_edition(publication, due_at=MONDAY, stories=0), MONDAY - timedelta(minutes=60))


def test_a_story_that_expires_before_it_leaves_holds_it() -> None:
    publication = make.publication(schedule_ahead_minutes=60, lead_minutes=120)
    make.readers(publication, 1)
    edition = make.approved_edition(publication, due_at=MONDAY)
    Story.objects.update(expires_at=MONDAY + timedelta(minutes=10))
    Edition.objects.update(due_at=MONDAY + timedelta(minutes=50))
    assert open_dispatch.open_dispatch(edition.pk, now=MONDAY - timedelta(minutes=10)) is None
    edition.refresh_from_db()
    assert (edition.state, "expires at" in edition.reason) == (EditionState.HELD, True)


def test_what_nobody_has_got_long_after_it_was_due_waits_for_a_person(client: Client, postbox: Postbox) -> None:
    publication = make.publication(schedule_ahead_minutes=60, lead_minutes=120)
    make.readers(publication, 2)
    dispatch = opened(make.approved_edition(publication, due_at=MONDAY), MONDAY - timedelta(minutes=60))
    late = dispatch.edition.too_late_after + timedelta(seconds=1)  # everything stood still
    assert recovery.batches_to_enqueue(now=late, limit=10) == []
    dispatch.refresh_from_db()
    assert (dispatch.state, "too long ago" in dispatch.reason) == (DispatchState.PAUSED, True)
    control_dispatch.resume(dispatch)
    (batch,) = recovery.batches_to_enqueue(now=late, limit=10)
    send_batches.send(batch, client=client, clock=lambda: late)
    assert len(postbox.letters()) == 2


def test_what_somebody_has_got_goes_on_by_itself_however_late(client: Client) -> None:
    publication = make.publication()
    make.readers(publication, 2)
    with override_settings(DISPATCH_BATCH_SIZE=1):
        dispatch = opened(make.approved_edition(publication, due_at=MONDAY), MONDAY)
    first, second = dispatch.batches.order_by("number")
    send_batches.send(first.pk, client=client, clock=lambda: MONDAY)
    late = dispatch.edition.too_late_after + timedelta(days=1)
    assert recovery.batches_to_enqueue(now=late, limit=10) == [second.pk]


@pytest.mark.parametrize("limits", [{"pace_per_hour": 5000}, {"warm-up": True}])
def test_what_leaves_at_a_pace_is_not_opened_before_it_is_due_and_can_be_held(limits: dict[str, object]) -> None:
    publication = make.publication(
        schedule_ahead_minutes=600,
        lead_minutes=660,
        pace_per_hour=limits.get("pace_per_hour"),  # the limit came later
    )
    make.readers(publication, 1)
    if "warm-up" in limits:
        WarmUp.objects.create(domain="example.org", starts_on=MONDAY.date(), daily=[100] * 9)
    edition = make.approved_edition(publication, due_at=MONDAY)
    assert open_dispatch.due(now=EARLY) == []
    assert open_dispatch.open_dispatch(edition.pk, now=EARLY) is None
    assert "at a limited pace" in scheduled_sends.reason_against(edition, now=EARLY)
    assert "at a limited pace" in edition_status(edition, pauses=[], now=EARLY).sentence
    assert edition_decisions.hold(edition, reason="A mistake", now=EARLY).state == EditionState.HELD


def test_an_edition_by_local_time_is_not_opened_before_it_is_due() -> None:
    publication = make.publication(schedule_ahead_minutes=600, lead_minutes=660)
    make.approved_edition(publication, due_at=MONDAY)
    Edition.objects.update(local_send_time=publication.send_time, local_date=MONDAY.date())
    assert open_dispatch.due(now=EARLY) == []
    assert len(open_dispatch.due(now=MONDAY)) == 1
