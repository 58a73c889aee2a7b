"""Times, spans, numbers and states as people say them; the pages' filters are made of it."""

from datetime import date, datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from newsletter.audience import suppressions
from newsletter.audience.models import Subscription, SubscriptionStatus
from newsletter.editions.models import Edition
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone

ENDS = frozenset({"", ".", "!", "?", "…", ":", "؟", "۔", "。", "！", "？"})


def pluralize(number: int, one: str, many: str = "") -> str:
    """`1 reader`, `2,500 readers`; without `many` an s is put on."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def clock_of(publication: Publication) -> tzinfo:
    """The clock on the wall of a publication."""
    return zone(publication.time_zone)


def moment(value: datetime, clock: tzinfo, *, now: datetime) -> str:
    """`today, 07:00`, `tomorrow, 07:00`, `Wed 5 Aug, 07:00`, with the year when it is another one."""
    local, today = value.astimezone(clock), now.astimezone(clock).date()
    return f"{day(local.date(), today=today)}, {local:%H:%M}"


def day(value: date, *, today: date) -> str:
    """`today`, `tomorrow`, `yesterday`, or `Wed 5 Aug` and the year when it is another one."""
    match (value - today).days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case -1:
            return "yesterday"
    words = f"{value:%a} {value.day} {value:%b}"
    return words if value.year == today.year else f"{words} {value.year}"


def by_moment(value: datetime, clock: tzinfo, *, now: datetime) -> str:
    """The time before the day, as after “by”: `07:00 today`, `07:00 on Wed 5 Aug`."""
    local, today = value.astimezone(clock), now.astimezone(clock).date()
    words = day(local.date(), today=today)
    return f"{local:%H:%M} {words if abs((local.date() - today).days) < 2 else f'on {words}'}"


def leaves(edition: Edition, *, now: datetime) -> str:
    """When an edition leaves, with the name of the clock: `tomorrow, 07:00 EST`, or `tomorrow, 07:00 readers’ local
    time` for one that leaves by the readers' own."""
    clock = clock_of(edition.publication)
    if edition.local_send_time and edition.local_date:
        words = day(edition.local_date, today=now.astimezone(clock).date())
        return f"{words}, {edition.local_send_time:%H:%M} readers’ local time"
    return f"{moment(edition.due_at, clock, now=now)} {zone_words(edition.due_at, clock)}"


def with_full_stop(words: str) -> str:
    """Somebody's words as a sentence: with a full stop, unless they end with a mark of their own."""
    words = words.strip()
    return words if words.rstrip("”’»\"')]")[-1:] in ENDS else words + "."


def zone_words(value: datetime, clock: tzinfo) -> str:
    """The short name of the clock at that moment, such as `CEST`, or `UTC+03` where it has none."""
    name = value.astimezone(clock).tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else name


def duration(seconds: float) -> str:
    """A length of time in one or two units: `40 s`, `5 min`, `3 h 20 min`, `2 days`."""
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
    """How far `value` is: `in 3 h`, `5 min ago`, `now`."""
    distance = value - now
    if abs(distance) < timedelta(seconds=1):
        return "now"
    words = duration(distance.total_seconds())
    return f"in {words}" if distance > timedelta() else f"{words} ago"


def host(url: str) -> str:
    """The site of a link, for a glance: `example.org`."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


def what_comes(subscription: Subscription) -> str:
    """What this reader may expect of the publication from now on, as a sentence."""
    publication = subscription.publication
    if barrier := suppressions.suppression_notice(subscription.subscriber.email):
        return f"Yet nothing comes: {barrier}"
    if subscription.standing == SubscriptionStatus.PAUSED and (until := subscription.paused_until):
        return f"Nothing comes before {until.day} {until:%B %Y}."
    if subscription.standing != SubscriptionStatus.ACTIVE:
        return "Nothing comes before your subscription is confirmed."
    if not publication.is_active:
        return f"{publication.name} is resting; when it comes out again, it comes to you."
    return "The next email comes to you again."
