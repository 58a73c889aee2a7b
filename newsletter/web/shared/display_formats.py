"""Times, durations and numbers as text; the template filters use these functions."""

from datetime import datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from newsletter.audience import suppressions
from newsletter.audience.models import Subscription, SubscriptionStatus
from newsletter.editions.models import Edition
from newsletter.lib.display_text import day, moment, pluralize, with_full_stop, zone_name
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone

__all__ = [
    "by_moment",
    "clock_of",
    "day",
    "duration",
    "host",
    "leaves",
    "moment",
    "next_email_sentence",
    "pluralize",
    "relative_time",
    "with_full_stop",
    "zone_name",
]


def clock_of(publication: Publication) -> tzinfo:
    """Return the time zone of a publication."""
    return zone(publication.time_zone)


def by_moment(value: datetime, clock: tzinfo, *, now: datetime) -> str:
    """Return the time before the day, for use after “by”: `07:00 today`, `07:00 on Wed 5 Aug`."""
    local, today = value.astimezone(clock), now.astimezone(clock).date()
    day_text = day(local.date(), today=today)
    return f"{local:%H:%M} {day_text if abs((local.date() - today).days) < 2 else f'on {day_text}'}"


def leaves(edition: Edition, *, now: datetime) -> str:
    """Return the send time with its time zone: `tomorrow, 07:00 EST`, or `tomorrow, 07:00 readers’ local time`."""
    clock = clock_of(edition.publication)
    if edition.local_send_time and edition.local_date:
        day_text = day(edition.local_date, today=now.astimezone(clock).date())
        return f"{day_text}, {edition.local_send_time:%H:%M} readers’ local time"
    return f"{moment(edition.due_at, clock, now=now)} {zone_name(edition.due_at, clock)}"


def duration(seconds: float) -> str:
    """Return a duration in one or two units: `40 s`, `5 min`, `3 h 20 min`, `2 days`."""
    whole = round(abs(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 10 and minutes:
        return f"{hours} h {minutes} min"
    if hours < 48:
        return f"{hours} h"
    return f"{hours // 24} days"


def relative_time(value: datetime, *, now: datetime) -> str:
    """Return how far away `value` is: `in 3 h`, `5 min ago`, `now`."""
    distance = value - now
    if abs(distance) < timedelta(seconds=1):
        return "now"
    span = duration(distance.total_seconds())
    return f"in {span}" if distance > timedelta() else f"{span} ago"


def host(url: str) -> str:
    """Return the host of a link without www: `example.org`."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


def next_email_sentence(subscription: Subscription) -> str:
    """Return a sentence that tells a reader when the next email arrives."""
    publication = subscription.publication
    if barrier := suppressions.suppression_notice(subscription.subscriber.email):
        return f"However, you will not receive emails: {barrier}"
    if subscription.status == SubscriptionStatus.PAUSED and (until := subscription.paused_until):
        return f"Emails are paused until {until.day} {until:%B %Y}."
    if subscription.status != SubscriptionStatus.ACTIVE:
        return "You will receive emails once your subscription is confirmed."
    if not publication.is_active:
        return f"{publication.name} is not published at the moment. You will receive it when it resumes."
    return "You will receive the next edition."
