"""Unsubscribe, pause and resume subscriptions. Every request takes effect immediately.

All changes are conditional updates: a mailbox provider may send a request twice, or at the same time as the person's
browser, and the result is the same.
"""

from datetime import date, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef

from newsletter.audience import consent_events
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.models import ConsentAct, Subscription, SubscriptionStatus
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone

log = structlog.get_logger()

MAX_PAUSE = timedelta(days=366)
FIRST_TIME_ZONE = timedelta(hours=14)  # where a day begins first, ahead of UTC


def unsubscribe(
    *, subscriber_id: int, publication_id: int, by: str, now: datetime, edition_id: int | None = None
) -> Subscription:
    """Unsubscribe and return the subscription. Repeatable: the first time is kept. Never raises.

    `by` says how (one-click, page, desk, complaint …); `edition_id` is the edition whose link was used. For a
    subscriber that no longer exists, returns an unsaved, unsubscribed subscription: they receive nothing, and the link
    in an old email must not lead to an error page.
    """
    method = consent_events.method_of(by)
    form = f"link in the email of edition {edition_id}" if edition_id else ""
    with transaction.atomic():
        ended = (
            Subscription.objects.filter(subscriber_id=subscriber_id, publication_id=publication_id)
            .exclude(status=SubscriptionStatus.UNSUBSCRIBED)
            .update(
                status=SubscriptionStatus.UNSUBSCRIBED,
                unsubscribed_at=now,
                unsubscribed_via=by[:40],
                unsubscribed_from_edition=edition_id or None,
                paused_until=None,
            )
        )
        if ended:
            who = {"subscriber_id": subscriber_id, "publication_id": publication_id}
            consent_events.record(ConsentAct.WITHDRAWN, ConsentEvidence(method, form), **who, at=now)
    existing = Subscription.objects.filter(subscriber_id=subscriber_id, publication_id=publication_id).first()
    return existing or Subscription(
        subscriber_id=subscriber_id,
        publication_id=publication_id,
        status=SubscriptionStatus.UNSUBSCRIBED,
        unsubscribed_at=now,
        unsubscribed_via=by[:40],
    )


def pause(*, subscriber_id: int, publication_id: int, until: date, now: datetime) -> Subscription:
    """Pause a subscription until `until`, the first day with emails again (in the publication's time zone).

    Raises `BadInput` for a day that is not in the future or more than a year ahead, and `InvalidState` if the person is
    not subscribed. A second call moves the end of the pause.
    """
    publication = Publication.objects.filter(pk=publication_id).first()
    today = now.astimezone(zone(publication.time_zone) if publication else now.tzinfo).date()
    if not today < until <= today + MAX_PAUSE:
        raise BadInput("pause", "does not end within a year.", "Choose a date from tomorrow on.")
    return _set_status(subscriber_id, publication_id, to=SubscriptionStatus.PAUSED, until=until)


def resume(*, subscriber_id: int, publication_id: int) -> Subscription:
    """End a pause now. Does nothing if there is no pause; raises `InvalidState` if the person is not subscribed."""
    return _set_status(subscriber_id, publication_id, to=SubscriptionStatus.ACTIVE, until=None)


def resume_due(publication: Publication, *, now: datetime) -> int:
    """Activate subscriptions whose pause is over. Return how many there were. Safe to repeat."""
    today = now.astimezone(zone(publication.time_zone)).date()
    return Subscription.objects.filter(
        publication=publication, status=SubscriptionStatus.PAUSED, paused_until__lte=today
    ).update(status=SubscriptionStatus.ACTIVE, paused_until=None)


def resume_all_due(*, now: datetime) -> None:
    """Run `resume_due` for every active publication with a pause that may be over.

    A failure is logged and does not affect the others.
    """
    latest = (now + FIRST_TIME_ZONE).date()
    over = Subscription.objects.filter(
        publication=OuterRef("pk"), status=SubscriptionStatus.PAUSED, paused_until__lte=latest
    )
    for publication in Publication.objects.filter(Exists(over), is_active=True):
        try:
            resume_due(publication, now=now)
        except Exception:
            log.exception("publication.pauses_not_ended", publication=publication.pk)


def _set_status(subscriber_id: int, publication_id: int, *, to: SubscriptionStatus, until: date | None) -> Subscription:
    rows = Subscription.objects.filter(subscriber_id=subscriber_id, publication_id=publication_id)
    if not rows.filter(status__in=[SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED]).update(
        status=to, paused_until=until
    ):
        raise InvalidState("This reader is not subscribed to the publication, so there is nothing to pause or resume.")
    return rows.get()
