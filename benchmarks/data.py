"""Readers and editions in the product's own tables, made fast.

    python -m benchmarks.data readers 10000 100000    the tables, and a publication for each count of readers reached
    python -m benchmarks.data edition SLUG            an approved edition that is not due yet: its id, and its size

A script, in an environment that names the database. Prints JSON.
"""

import json
import os
import sys
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import django

WARM = 8000  # readers of the publication that is sent before anything is measured
PARAGRAPH = (
    "The council met on Tuesday evening and spoke for three hours about the bridge, the school and the price of water. "
    "Nobody had expected the vote to be so clear: nineteen were for it and two against. Work begins in the spring, and "
    "those who live beside the river will be asked once more before the first stone is laid. "
)
# some that JSON or HTML must escape
NAMES = ["Ada", "Ben", "Carla", "Dmitri", "Elif", "Fatima", "Hans", "Inês", "José", "Lena", "Mohammed", "Nora", "Pía"]
NAMES += ["Rita", "Søren", "Tomás", "Uma", "Viktor", "Yasmin", "Zoë", "O'Neill", "Anne-Marie", "Łukasz", "明"]
# One in 101 is not reached: half of them have left, half are suppressed. Both are looked up for everybody.
OUT = 101


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    django.setup()
    what, *arguments = sys.argv[1:]
    made = readers([int(count) for count in arguments]) if what == "readers" else edition(arguments[0])
    sys.stdout.write(json.dumps(made) + "\n")


def slug(count: int) -> str:
    """Of the publication that reaches so many readers."""
    return f"bench-{count}"


def readers(counts: list[int]) -> dict[str, int]:
    """Migrate; for each of `counts` (hundreds) a publication, by its slug and with how many are reached."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus, Suppression

    call_command("migrate", verbosity=0)
    totals = {count: count + count // (OUT - 1) for count in counts}
    total = max(totals.values())
    names = " ".join(f"WHEN {n} THEN '{name.replace(chr(39), chr(39) * 2)}'" for n, name in enumerate(NAMES, start=1))
    # a tenth have told no first name
    name = f"CASE n % {len(NAMES) * 10 // 9 + 1} {names} ELSE '' END"
    left = f"CASE WHEN n % {2 * OUT} = 0 THEN 'left' ELSE 'active' END"
    after = sum(totals.values()) + 1
    with transaction.atomic():
        # one of each through the models: columns that the bench does not know take the values it has
        person = Subscriber.objects.create(pk=after, email="template@readers.example")
        _copy_rows(person, total, {"id": "n", "email": "'r' || n || '@readers.example'", "first_name": name})
        never = Suppression.objects.create(pk=after, email="template@readers.example", reason="person")
        _copy_rows(never, total, {"id": "n", "email": "'r' || n || '@readers.example'"}, only=f"n % {2 * OUT} = {OUT}")
        before = 0
        for count, those in totals.items():
            given = Subscription.objects.create(
                pk=after,
                publication=_publication(slug(count)),
                subscriber=person,
                status=SubscriptionStatus.ACTIVE,
                consent_source="bench",
                consent_at=datetime.now(UTC),
            )
            _copy_rows(given, those, {"id": f"n + {before}", "subscriber_id": "n", "status": left})
            given.delete()
            before += those
        never.delete()
        person.delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")  # as autovacuum leaves it: the visibility map is set
            cursor.execute("CHECKPOINT")
    return {slug(count): _reached(slug(count)) for count in counts}


def _reached(publication: str) -> int:
    from newsletter.audience.models import Subscription, SubscriptionStatus, Suppression

    active = Subscription.objects.filter(publication__slug=publication, status=SubscriptionStatus.ACTIVE)
    suppressed = Suppression.objects.values("email")
    return active.exclude(subscriber__email__in=suppressed).count()


def _copy_rows(model: Any, count: int, other: dict[str, str], *, only: str = "1 = 1") -> None:
    """So many rows like `model`, whose columns in `other` have values of their own, told as SQL of the number `n`."""
    from django.db import connection

    table, pk = model._meta.db_table, model.pk
    columns = [field.column for field in model._meta.concrete_fields]
    values = ", ".join(other.get(column, f"made.{column}") for column in columns)
    series = (
        f"generate_series(1, {count}) AS series(n)"
        if connection.vendor == "postgresql"
        else f"(WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {count}) SELECT n FROM up)"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) "
            f"SELECT {values} FROM {table} AS made, {series} WHERE made.id = {pk} AND {only} ORDER BY n"
        )


def _publication(by: str) -> Any:
    from newsletter.publications.models import Publication

    return Publication.objects.create(
        slug=by,
        name="The Alder Bay Lantern",
        sender_name="The Alder Bay Lantern",
        sender_email="post@lantern.example",
        postal_address="1 Quay Street, Alder Bay",
        website="https://lantern.example/",
        # where it is noon now, so that a due time some hours from now is on the same day
        time_zone=f"Etc/GMT{datetime.now(UTC).hour - 12:+d}",
        recurrence="FREQ=YEARLY",
        starts_on=date(2020, 1, 1),
        send_time=time(7),
        auto_approve=True,
    )


def edition(publication: str) -> dict[str, Any]:
    """An edition that is approved automatically and due in some hours. Its letter has about 60 KB of HTML."""
    from newsletter.editions.models import Edition
    from newsletter.giving.models import Appeal
    from newsletter.letters import assemble_edition
    from newsletter.publications.models import Publication
    from newsletter.stories.models import Story

    by = Publication.objects.get(slug=publication)
    now = datetime.now(UTC)
    Appeal.objects.get_or_create(
        publication=by,
        name="bench",
        defaults={
            "heading": "Readers pay for this",
            "lead": "No owner tells us what to print.",
            "closing": "Give what you can.",
            "button": "Support our reporting",
            "url": "https://lantern.example/give",
        },
    )
    for number in range(1, 13):
        Story.objects.create(
            publication=by,
            headline=f"The bridge opens on Friday, and the school {number} years later",
            byline="Ada Bell",
            source_name="The Alder Bay Lantern",
            url=f"https://lantern.example/bridge/{number}",
            body=f"<p>{PARAGRAPH}</p>" * 8,
            position=number,
        )
    planned = Edition.objects.create(publication=by, due_at=now + timedelta(hours=6), assemble_at=now)
    made = assemble_edition.assemble(planned.pk, now=now)
    letter = made.letters.get(variant="default")
    sizes = {"html": len(letter.html.encode()), "text": len(letter.text.encode())}
    return {"edition": made.pk, "letter": letter.pk, **sizes}


if __name__ == "__main__":
    main()
