"""One function per noun: a thing that the rooms accept, with whatever a test wants to say about it.

    from tests.support import factories as make
    make.story(make.publication(), headline="Rain at last")

The rows are made as the rooms' own verbs leave them; a test of a verb calls the verb itself.
"""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from newsletter.accounts.models import Role, User
from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus
from newsletter.editions.models import Edition
from newsletter.giving.models import Appeal, Gift
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.pictures.models import Picture, PictureState, Use
from newsletter.publications.models import Publication
from newsletter.stories import order_keys
from newsletter.stories.duplicate_links import page_key
from newsletter.stories.models import Direction, Story

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a moment to be `now`; seven in the morning in New York
PASSWORD = "a long enough sentence"
_numbers = itertools.count(1)


def person(role: Role, name: str, *, password: str | None = None) -> User:
    """Somebody who works here; the same one when asked again. May sign in only with a password: hashing is slow."""
    email = f"{name.lower()}@example.org"
    return User.objects.filter(email=email).first() or User.objects.create_user(email, password, name=name, role=role)


def cora(password: str | None = None) -> User:
    """The curator."""
    return person(Role.CURATOR, "Cora", password=password)


def eddie(password: str | None = None) -> User:
    """The editor."""
    return person(Role.EDITOR, "Eddie", password=password)


def otto(password: str | None = None) -> User:
    """From ops."""
    return person(Role.OPS, "Otto", password=password)


def publication(**said: Any) -> Publication:
    """A weekday morning letter from New York."""
    number = next(_numbers)
    fields: dict[str, Any] = {
        "slug": f"morning-{number}",
        "name": "The Morning Post",
        "sender_name": "The Morning Post",
        "sender_email": "post@example.org",
        "postal_address": "1 Main Street, Springfield",
        "website": "https://post.example.org/",
        "time_zone": "America/New_York",
        "recurrence": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "starts_on": date(2026, 1, 1),
        "send_time": time(7),
    }
    return Publication.objects.create(**fields | said)


def arabic_publication(**said: Any) -> Publication:
    """One that is read from right to left."""
    fields = {"name": "رسالة الصباح", "sender_name": "رسالة الصباح", "language": "ar", "time_zone": "Africa/Cairo"}
    return publication(**fields | said)


def story(publication: Publication, **said: Any) -> Story:
    """A queued teaser of three paragraphs, at the end of the queue, with a link of its own."""
    number = next(_numbers)
    fields: dict[str, Any] = {
        "headline": f"The bridge opens, part {number}",
        "byline": "Ada Bell",
        "source_name": "The Morning Post",
        "url": f"https://post.example.org/bridge/{number}",
        "body": "<p>The new bridge opens on Friday.</p><p>It took four years.</p><p>Walkers may cross first.</p>",
        "position": order_keys.at_end(publication.pk),
    }
    fields |= said
    return Story.objects.create(publication=publication, page_key=page_key(fields["url"]), **fields)


def picture(**said: Any) -> Picture:
    """One that is stored, large enough for any letter. It has a row and no file."""
    fields: dict[str, Any] = {
        "use": Use.STORY,
        "state": PictureState.STORED,
        "digest": f"{next(_numbers):032x}",
        "kind": "jpg",
        "width": 1200,
        "height": 800,
        "weight": 150_000,
        "stored_at": MONDAY,
    }
    return Picture.objects.create(**fields | said)


def arabic_story(publication: Publication, **said: Any) -> Story:
    """A teaser that is read from right to left."""
    fields = {
        "headline": "الجسر الجديد يفتح يوم الجمعة",
        "body": "<p>يفتح الجسر الجديد يوم الجمعة.</p><p>استغرق بناؤه أربع سنوات.</p>",
        "language": "ar",
        "direction": Direction.RTL,
    }
    return story(publication, **fields | said)


def appeal(publication: Publication, **said: Any) -> Appeal:
    """One that would like to stand after the second paragraph of the first story."""
    fields: dict[str, Any] = {
        "name": f"appeal {next(_numbers)}",
        "heading": "Readers pay for this",
        "lead": "No owner tells us what to print.",
        "points": [
            "We read the whole budget",
            "We sit through every council meeting",
            "We stay on",
        ],
        "closing": "Give what you can.",
        "button": "Support our reporting",
        "url": "https://post.example.org/give",
    }
    return Appeal.objects.create(publication=publication, **fields | said)


def gift(email: str, **said: Any) -> Gift:
    """Twenty-five dollars, given and recorded the day before MONDAY; for readers of every publication."""
    fields: dict[str, Any] = {
        "given_at": MONDAY - timedelta(days=1),
        "recorded_at": MONDAY - timedelta(days=1),
        "amount": 2500,
        "currency": "USD",
        "source": "a test",
        "reference": f"gift {next(_numbers)}",
    }
    return Gift.objects.create(email=email, **fields | said)


def reader(publication: Publication, *, status: str = SubscriptionStatus.ACTIVE, **said: Any) -> Subscriber:
    """A person with a subscription. Everything said is about the person."""
    fields = {"email": f"reader{next(_numbers)}@readers.example", "first_name": "Rita"}
    person = Subscriber.objects.create(**fields | said)
    Subscription.objects.create(
        publication=publication, subscriber=person, status=status, consent_source="a test", consent_at=MONDAY
    )
    return person


def rita(publication: Publication) -> Subscriber:
    """The reader everybody knows."""
    return reader(publication, email="rita@readers.example")


def readers(publication: Publication, count: int) -> list[int]:
    """Many active readers at once; their ids, ascending."""
    first = next(_numbers)
    people = Subscriber.objects.bulk_create(
        [Subscriber(email=f"reader{first}-{number}@readers.example", first_name="Rita") for number in range(count)]
    )
    Subscription.objects.bulk_create(
        [
            Subscription(
                publication=publication,
                subscriber=person,
                status=SubscriptionStatus.ACTIVE,
                consent_source="a test",
                consent_at=MONDAY,
            )
            for person in people
        ]
    )
    return sorted(person.pk for person in people)


def edition(publication: Publication, *, due_at: datetime = MONDAY, **said: Any) -> Edition:
    """A planned one that may be assembled from an hour before it is due."""
    fields: dict[str, Any] = {"local_date": due_at.date(), "assemble_at": due_at - timedelta(hours=1)}
    return Edition.objects.create(publication=publication, due_at=due_at, **fields | said)


def approved_edition(publication: Publication, *, due_at: datetime = MONDAY, stories: int = 1, **said: Any) -> Edition:
    """One that leaves when it is due: assembled from new stories an hour before, and approved by Eddie."""
    for _ in range(stories):
        story(publication)
    planned = edition(publication, due_at=due_at, **said)
    assembled = assemble_edition.assemble(planned.pk, now=due_at - timedelta(hours=1))
    return edition_decisions.approve(
        assembled, content_hash=assembled.content_hash, by=eddie(), now=due_at - timedelta(minutes=30)
    )
