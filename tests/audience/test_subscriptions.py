from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.audience import subscriptions
from newsletter.audience.models import Subscription, SubscriptionStatus
from newsletter.audience.subscribe import subscribe
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication
from tests.support import factories as make


@pytest.fixture
def rita(publication: Publication, now: datetime) -> Subscription:
    return subscribe(publication, email="rita@example.org", first_name="", source="form", now=now, confirmed=True)


def leave(who: Subscription, now: datetime, by: str = "one-click", edition_id: int | None = 7) -> Subscription:
    return subscriptions.unsubscribe(
        subscriber_id=who.subscriber_id, publication_id=who.publication_id, by=by, now=now, edition_id=edition_id
    )


def pause(who: Subscription, until: date, now: datetime) -> Subscription:
    return subscriptions.pause(subscriber_id=who.subscriber_id, publication_id=who.publication_id, until=until, now=now)


def resume(who: Subscription) -> Subscription:
    return subscriptions.resume(subscriber_id=who.subscriber_id, publication_id=who.publication_id)


def test_leaving_says_when_how_and_after_which_edition(rita: Subscription, now: datetime) -> None:
    gone = leave(rita, now)
    assert (gone.status, gone.unsubscribed_at, gone.unsubscribed_via, gone.unsubscribed_from_edition) == (
        SubscriptionStatus.UNSUBSCRIBED,
        now,
        "one-click",
        7,
    )
    assert Subscription.objects.get().status == SubscriptionStatus.UNSUBSCRIBED


def test_leaving_again_keeps_the_first_time(rita: Subscription, now: datetime) -> None:
    leave(rita, now)
    again = leave(rita, now + timedelta(days=1), by="page", edition_id=8)
    assert (again.unsubscribed_at, again.unsubscribed_via, again.unsubscribed_from_edition) == (now, "one-click", 7)


def test_a_preview_link_names_no_edition(rita: Subscription, now: datetime) -> None:
    assert leave(rita, now, edition_id=0).unsubscribed_from_edition is None


def test_somebody_pending_or_paused_can_leave(rita: Subscription, now: datetime) -> None:
    pause(rita, (now + timedelta(days=3)).date(), now)
    gone = leave(rita, now, by="a way to leave that has a much longer name than fits")
    assert (gone.status, gone.paused_until, len(gone.unsubscribed_via)) == (SubscriptionStatus.UNSUBSCRIBED, None, 40)


@pytest.mark.parametrize("subscriber_id", [0, 999])
def test_somebody_who_is_gone_is_told_they_have_left(
    publication: Publication, now: datetime, subscriber_id: int
) -> None:
    gone = subscriptions.unsubscribe(subscriber_id=subscriber_id, publication_id=publication.pk, by="page", now=now)
    assert (gone.status, gone.unsubscribed_at) == (SubscriptionStatus.UNSUBSCRIBED, now)
    assert not Subscription.objects.exists()


def test_leaving_one_publication_leaves_the_others_alone(rita: Subscription, now: datetime) -> None:
    evening = Publication.objects.get()
    evening.pk, evening.slug = None, "evening"
    evening.save()
    subscribe(evening, email="rita@example.org", first_name="", source="form", now=now, confirmed=True)
    leave(rita, now)
    assert Subscription.objects.get(publication=evening).status == SubscriptionStatus.ACTIVE


def test_a_pause_lasts_until_its_day_has_come_where_the_publication_is(
    rita: Subscription, publication: Publication, now: datetime
) -> None:
    pause(rita, date(2026, 11, 25), now)
    just_before = datetime(2026, 11, 25, 4, 59, tzinfo=UTC)  # 23:59 on the 24th in New York
    assert subscriptions.resume_due(publication, now=just_before) == 0
    assert subscriptions.resume_due(publication, now=just_before + timedelta(minutes=1)) == 1
    assert subscriptions.resume_due(publication, now=just_before + timedelta(minutes=1)) == 0
    rita.refresh_from_db()
    assert (rita.status, rita.paused_until) == (SubscriptionStatus.ACTIVE, None)


def test_all_pauses_that_are_over_end_and_publications_without_one_cost_no_query(
    rita: Subscription, publication: Publication, now: datetime
) -> None:
    for number in range(5):
        make.publication(slug=f"other-{number}")
    with CaptureQueriesContext(connection) as idle:
        subscriptions.resume_all_due(now=now)
    assert len(idle) == 1
    pause(rita, date(2026, 11, 25), now)
    subscriptions.resume_all_due(now=datetime(2026, 11, 25, 4, 59, tzinfo=UTC))
    rita.refresh_from_db()
    assert rita.status == SubscriptionStatus.PAUSED
    subscriptions.resume_all_due(now=datetime(2026, 11, 25, 5, 0, tzinfo=UTC))
    rita.refresh_from_db()
    assert rita.status == SubscriptionStatus.ACTIVE


def test_a_pause_ends_in_time_where_the_day_begins_first(rita: Subscription, now: datetime) -> None:
    Publication.objects.update(time_zone="Pacific/Kiritimati")
    pause(rita, date(2026, 11, 25), now)
    subscriptions.resume_all_due(now=datetime(2026, 11, 24, 10, 0, tzinfo=UTC))
    rita.refresh_from_db()
    assert rita.status == SubscriptionStatus.ACTIVE


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_pause_ends_within_the_coming_year(rita: Subscription, now: datetime, days: int) -> None:
    with pytest.raises(BadInput, match="pause"):
        pause(rita, (now + timedelta(days=days)).date(), now)


def test_a_pause_can_be_moved_and_ended_early(rita: Subscription, now: datetime) -> None:
    pause(rita, date(2026, 12, 1), now)
    assert pause(rita, date(2026, 12, 24), now).paused_until == date(2026, 12, 24)
    assert resume(rita).status == SubscriptionStatus.ACTIVE
    assert resume(rita).status == SubscriptionStatus.ACTIVE


def test_who_has_left_cannot_pause_or_resume(rita: Subscription, now: datetime) -> None:
    leave(rita, now)
    with pytest.raises(InvalidState):
        pause(rita, date(2026, 12, 1), now)
    with pytest.raises(InvalidState):
        resume(rita)
    assert Subscription.objects.get().status == SubscriptionStatus.UNSUBSCRIBED
