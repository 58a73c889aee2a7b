"""Readers and editions in the product's own tables, made fast; run as a script in an environment that names the database.

    python -m benchmarks.data readers 100000      tables, a publication, and so many readers that are reached
    python -m benchmarks.data edition SLUG        an approved edition that is not due yet: its id, and its size
"""

import argparse
import json
import os
import sys
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import django

MAIN, WARM = "bench", "warm"
WARM_READERS = 8000  # of a publication that is sent before anything is measured
PARAGRAPH = (
    "The council met on Tuesday evening and spoke for three hours about the bridge, the school and the price of water. "
    "Nobody had expected the vote to be so clear: nineteen were for it and two against. Work begins in the spring, and "
    "those who live beside the river will be asked once more before the first stone is laid. "
)
NAMES = (
    "Ada Ben Carla Dmitri Elif Fatima Grace Hans Inês José Kwame Lena Mohammed Nora Oluwaseun Pía Quentin Rita Søren "
    "Tomás Uma Viktor Wanda Xavier Yasmin Zoë O'Neill Anne-Marie Łukasz 明"
).split()
# One in 101 is not reached: half of them have left, half are suppressed. Both are looked up for everybody.
OUT = 101


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["readers", "edition"])
    parser.add_argument("argument")
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    django.setup()
    made = readers(int(given.argument)) if given.what == "readers" else edition(given.argument)
    sys.stdout.write(json.dumps(made) + "\n")


def readers(count: int) -> dict[str, Any]:
    """Migrate; two publications; `count` active readers of the first, the first few also of the second."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from newsletter.audience.models import Standing, Subscriber, Subscription, Suppression

    call_command("migrate", verbosity=0)
    main, warm = (_publication(slug) for slug in (MAIN, WARM))
    total = count + count // (OUT - 1)
    names = " ".join(f"WHEN {n} THEN '{name.replace(chr(39), chr(39) * 2)}'" for n, name in enumerate(NAMES, start=1))
    with transaction.atomic():
        # one of each through the models: columns that the bench does not know take the values it has
        person = Subscriber.objects.create(pk=total + 1, email="template@readers.example")
        given = Subscription.objects.create(
            pk=2 * total + WARM_READERS + 1,
            publication=main,
            subscriber=person,
            standing=Standing.ACTIVE,
            consent_source="bench",
            consent_at=datetime.now(UTC),
        )
        never = Suppression.objects.create(pk=total + 1, email="template@readers.example", reason="person")
        # a tenth have told no first name
        name = f"CASE n % {len(NAMES) * 10 // 9 + 1} {names} ELSE '' END"
        _copy_rows(person, total, {"id": "n", "email": "'r' || n || '@readers.example'", "first_name": name})
        left = f"CASE WHEN n % {2 * OUT} = 0 THEN 'left' ELSE 'active' END"
        _copy_rows(given, total, {"id": "n", "subscriber_id": "n", "standing": left})
        few = min(WARM_READERS, total)
        _copy_rows(given, few, {"id": f"n + {total}", "subscriber_id": "n", "publication_id": str(warm.pk)})
        _copy_rows(
            never, total, {"id": "n", "email": "'r' || n || '@readers.example'"}, only=f"n % {2 * OUT} = {OUT}"
        )
        given.delete()
        never.delete()
        person.delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")  # as autovacuum leaves it: the visibility map is set
            cursor.execute("CHECKPOINT")
    suppressed = Suppression.objects.count()
    suppressed_few = len(range(OUT, few + 1, 2 * OUT))
    active = Subscription.objects.filter(standing=Standing.ACTIVE)
    return {
        MAIN: active.filter(publication=main).count() - suppressed,
        WARM: active.filter(publication=warm).count() - suppressed_few,
    }


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
            f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608 names of our own models
            f"SELECT {values} FROM {table} AS made, {series} WHERE made.id = {pk} AND {only} ORDER BY n"
        )


def _publication(slug: str) -> Any:
    from newsletter.publications.models import Publication

    return Publication.objects.create(
        slug=slug,
        name="The Alder Bay Lantern",
        sender_name="The Alder Bay Lantern",
        sender_email="post@lantern.example",
        postal_address="1 Quay Street, Alder Bay",
        website="https://lantern.example/",
        time_zone="UTC",
        recurrence="FREQ=YEARLY",
        starts_on=date(2020, 1, 1),
        send_time=time(7),
    )


def edition(slug: str) -> dict[str, Any]:
    """An approved edition, due tomorrow. Its letter is assembled by the product and has about 60 KB of HTML."""
    from newsletter.editions import approval, assembly
    from newsletter.editions.models import Edition
    from newsletter.giving.models import Appeal
    from newsletter.publications.models import Publication
    from newsletter.stories.models import Story

    by = Publication.objects.get(slug=slug)
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
    for number in range(1, 11):
        Story.objects.create(
            publication=by,
            headline=f"The bridge opens on Friday, and the school {number} years later",
            byline="Ada Bell",
            source_name="The Alder Bay Lantern",
            url=f"https://lantern.example/bridge/{number}",
            body=f"<p>{PARAGRAPH}</p>" * 8,
            position=number,
        )
    planned = Edition.objects.create(publication=by, due_at=now + timedelta(days=1), assemble_at=now)
    made = assembly.assemble(planned.pk, now=now)
    made = approval.approve(made, content_hash=made.content_hash, by=None, now=now)
    letter = made.letters.get()
    return {"edition": made.pk, "html": len(letter.html.encode()), "text": len(letter.text.encode())}


if __name__ == "__main__":
    main()
