"""Unsubscribing, and pausing for a while. What a person asks for here always holds, at once.

Everything is a conditional update: a mailbox provider may ask twice, or at the same moment as
the person's own browser, and the answer is the same.
"""

from datetime import date, datetime, timedelta

import structlog

from newsletter.audience.models import Subscription, SubscriptionStatus
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone

log = structlog.get_logger()

LONGEST_PAUSE = timedelta(days=366)


def unsubscribe(
    *, subscriber_id: int, publication_id: int, by: str, now: datetime, edition_id: int | None = None
) -> Subscription:
    """Unsubscribed, from `now` or from when they first were. Repeatable; never raises.

    `by` says how (one-click, page, desk, complaint …); `edition_id` is the edition whose link was
    used. Somebody who is gone altogether is answered the same way, with a subscription that says
    *left* and is not saved: what they asked for is true, and the link in an old letter must not
    end in an error page.
    """
    Subscription.objects.filter(subscriber_id=subscriber_id, publication_id=publication_id).exclude(
        standing=SubscriptionStatus.UNSUBSCRIBED
    ).update(
        standing=SubscriptionStatus.UNSUBSCRIBED,
        unsubscribed_at=now,
        unsubscribed_via=by[:40],
        unsubscribed_from_edition=edition_id or None,
        paused_until=None,
    )
    kept = Subscription.objects.filter(subscriber_id=subscriber_id, publication_id=publication_id).first()
    return kept or Subscription(
        subscriber_id=subscriber_id,
        publication_id=publication_id,
        standing=SubscriptionStatus.UNSUBSCRIBED,
        unsubscribed_at=now,
        unsubscribed_via=by[:40],
    )


def pause(*, subscriber_id: int, publication_id: int, until: date, now: datetime) -> Subscription:
    """Nothing until `until`, the day on which it comes again (in the publication's time zone).

    `BadInput` for a day that is not ahead, or more than a year; `InvalidState` for somebody who does
    not receive it. A pause may be moved by asking again.
    """
    publication = Publication.objects.filter(pk=publication_id).first()
    today = now.astimezone(zone(publication.time_zone) if publication else now.tzinfo).date()
    if not today < until <= today + LONGEST_PAUSE:
        raise BadInput("pause", "does not end within the coming year.", "Give a day from tomorrow on.")
    return _turn(subscriber_id, publication_id, to=SubscriptionStatus.PAUSED, until=until)


def resume(*, subscriber_id: int, publication_id: int) -> Subscription:
    """End a pause now. Does nothing to somebody who is not paused; `InvalidState` when they do not receive it."""
    return _turn(subscriber_id, publication_id, to=SubscriptionStatus.ACTIVE, until=None)


def resume_due(publication: Publication, *, now: datetime) -> int:
    """Make active again everybody whose pause is over; how many there were. Harmless to run twice."""
    today = now.astimezone(zone(publication.time_zone)).date()
    return Subscription.objects.filter(
        publication=publication, standing=SubscriptionStatus.PAUSED, paused_until__lte=today
    ).update(standing=SubscriptionStatus.ACTIVE, paused_until=None)


def end_all_pauses(*, now: datetime) -> None:
    """`resume_due` for every active publication. One that fails is logged; the others go on."""
    for publication in Publication.objects.filter(is_active=True):
        try:
            resume_due(publication, now=now)
        except Exception:
            log.exception("publication.pauses_not_ended", publication=publication.pk)


def _turn(subscriber_id: int, publication_id: int, *, to: SubscriptionStatus, until: date | None) -> Subscription:
    rows = Subscription.objects.filter(subscriber_id=subscriber_id, publication_id=publication_id)
    if not rows.filter(standing__in=[SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED]).update(
        standing=to, paused_until=until
    ):
        raise InvalidState("This reader does not receive the publication, so there is nothing to pause or resume.")
    return rows.get()
