"""A large newsroom in the product's own tables: what its pages and periodic tasks are measured on.

    python -m benchmarks.newsroom READERS PUBLICATIONS STORIES EDITIONS

One publication has all readers, the story queue and most of the past editions; the others have a hundred readers and a
waiting edition each. A script, in an environment that names the database. Prints the ids that the measurements need.
"""

import json
import os
import sys
from array import array
from datetime import UTC, datetime, timedelta
from typing import Any

import django

from benchmarks import data

SMALL = 100  # readers of each of the other publications
TAKES = 12  # stories of an edition
BATCH = 1000
OF_THE_LARGE = 14  # past editions with all readers; the other past ones have those of a small publication
STORY = {
    "byline": "Ada Bell",
    "source_name": "The Alder Bay Lantern",
    "body": f"<p>{data.PARAGRAPH}</p>" * 8,
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    django.setup()
    sys.stdout.write(json.dumps(newsroom(*map(int, sys.argv[1:]))) + "\n")


def newsroom(readers: int, publications: int, stories: int, editions: int) -> dict[str, Any]:
    """Fill an empty database; return the ids of what pages and acts are about."""
    from django.core.management import call_command
    from django.db import connection

    from newsletter.publications.models import Publication

    if readers:
        data.readers([SMALL, readers])
        _reset_sequences()
        large = Publication.objects.get(slug=data.slug(readers))
        small = Publication.objects.get(slug=data.slug(SMALL))
        others = [small, *_more(small, publications - 2)] if publications > 2 else [small]
    else:
        call_command("migrate", verbosity=0)
        return {}
    for each in (large, *others):
        each.recurrence, each.auto_approve = "FREQ=DAILY", False
        each.planned_to = datetime.now(UTC)
        each.save()
    now = datetime.now(UTC)
    queue = _queue(large, stories)
    made = data.edition(large.slug)
    waiting = [made["edition"], *(_waiting(each, made["edition"], now) for each in others)]
    past = _past(large, others, made["edition"], max(0, editions - len(waiting) - 2), now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return {"publication": large.pk, "slug": large.slug, "queue": queue[:200], "waiting": waiting, **past}


def _reset_sequences() -> None:
    """Let new rows take ids after those that were written with theirs."""
    from django.core.management.color import no_style
    from django.db import connection

    from newsletter.audience.models import Subscriber, Subscription, Suppression

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Subscriber, Subscription, Suppression]):
            cursor.execute(statement)


def _more(like: Any, count: int) -> list[Any]:
    """Publications with the readers of `like`."""
    from newsletter.audience.models import Subscription
    from newsletter.publications.models import Publication

    made = []
    template = list(Subscription.objects.filter(publication=like))
    for number in range(count):
        other = Publication.objects.get(pk=like.pk)
        other.pk, other.slug, other.name = None, f"bench-other-{number}", f"Alder Bay {number}"
        other.save(force_insert=True)
        for given in template:
            given.pk, given.publication = None, other
        Subscription.objects.bulk_create(template, batch_size=500)
        made.append(other)
    return made


def _queue(publication: Any, count: int) -> list[int]:
    from newsletter.stories import order_keys
    from newsletter.stories.models import Story

    rows = [
        Story(
            publication=publication,
            headline=f"What the council said of the bridge, part {number}",
            url=f"https://lantern.example/queue/{number}",
            position=number * order_keys.STEP,
            **STORY,
        )
        for number in range(1, count + 1)
    ]
    return [story.pk for story in Story.objects.bulk_create(rows, batch_size=200)]


def _waiting(publication: Any, like: int, now: datetime) -> int:
    """An assembled edition that waits for approval. Its letter is a copy; stories and fingerprint are its own."""
    from newsletter.editions.models import Edition, Placement
    from newsletter.giving.models import Appeal
    from newsletter.letters import compose_letters
    from newsletter.stories.models import Story, StoryState

    appeal = Appeal.objects.filter(name="bench")[0]
    appeal.pk, appeal.publication = None, publication
    appeal.save(force_insert=True)
    first = Edition.objects.get(pk=like)
    due = now + timedelta(hours=20)
    edition = Edition.objects.create(
        publication=publication, local_date=due.date(), due_at=due, assemble_at=now, state="assembled", assembled_at=now
    )
    stories = Story.objects.bulk_create(
        Story(
            publication=publication,
            state=StoryState.USED,
            headline=f"The bridge opens, part {number}",
            url=f"https://lantern.example/of/{publication.pk}/{number}",
            **STORY,
        )
        for number in range(TAKES)
    )
    Placement.objects.bulk_create(
        Placement(edition=edition, story=story, position=n) for n, story in enumerate(stories, start=1)
    )
    for letter in first.letters.all():
        letter.pk, letter.edition = None, edition
        letter.save(force_insert=True)
    edition = Edition.objects.fresh(edition.pk)
    gathered = compose_letters.gather_letters(edition, stories, now=edition.due_at)
    edition.made_from, edition.content_hash = compose_letters.made_from(edition, gathered), first.content_hash
    edition.save()
    return edition.pk


def _past(large: Any, others: list[Any], like: int, count: int, now: datetime) -> dict[str, Any]:
    """Past editions with their dispatches, a day apart in each publication; all outcomes in the newest large one."""
    from newsletter.audience.models import Subscription
    from newsletter.delivery.ledger.packed_ids import pack
    from newsletter.delivery.models import Attempt, Batch, Dispatch
    from newsletter.editions.models import Edition, FrozenLetter

    ids = array("q", Subscription.objects.filter(publication=large, status="active").order_by("subscriber_id")
                .values_list("subscriber_id", flat=True))  # fmt: skip
    few = array("q", range(1, SMALL + 1))
    letter = FrozenLetter.objects.filter(edition=like)[0]
    where = [(large, day) for day in range(1, OF_THE_LARGE + 1)]
    day = 0
    while len(where) < count:
        day += 1
        where += [(other, day) for other in others]
    editions = Edition.objects.bulk_create(
        Edition(
            publication=publication,
            local_date=(now - timedelta(days=day)).date(),
            due_at=now - timedelta(days=day),
            assemble_at=now - timedelta(days=day, hours=1),
            state="dispatched",
            content_hash="a" * 64,
            approved_hash="a" * 64,
            dispatched_at=now - timedelta(days=day),
        )
        for publication, day in where[:count]
    )
    letters: list[Any] = []
    for edition in editions:
        one = FrozenLetter.objects.get(pk=letter.pk) if not letters else _copy(letter)
        one.pk, one.edition = None, edition
        letters.append(one)
    FrozenLetter.objects.bulk_create(letters, batch_size=50)
    stopped = editions[1] if len(editions) > 1 else None
    if stopped:
        stopped.reason = "Stopped by Otto: wrong headline"
        stopped.save()
    dispatches = Dispatch.objects.bulk_create(
        Dispatch(
            edition=edition,
            state="stopped" if edition is stopped else "finished",
            candidates=len(ids) if edition.publication_id == large.pk else SMALL,
            planned=len(ids) if edition.publication_id == large.pk else SMALL,
            day=edition.due_at.date(),
            opened_at=edition.due_at,
            finished_at=edition.due_at,
        )
        for edition in editions
    )
    for number, dispatch in enumerate(dispatches):
        those = ids if dispatch.edition.publication_id == large.pk else few
        halfway = dispatch.state == "stopped"
        parts = [those[begin : begin + BATCH] for begin in range(0, len(those), BATCH)]
        batches = Batch.objects.bulk_create(
            (
                Batch(
                    dispatch=dispatch,
                    number=place,
                    letter=letters[number],
                    # the ids are read on the page of missing readers only
                    subscribers=pack(part if halfway or place < 5 else part[:1]),
                    count=len(part),
                    submitted=0 if halfway and place % 2 else len(part),
                    due_at=dispatch.opened_at,
                    state="pending" if halfway and place % 2 else "accepted",
                    fence=1,
                )
                for place, part in enumerate(parts, start=1)
            ),
            batch_size=500,
        )
        Attempt.objects.bulk_create(
            (
                Attempt(
                    batch=batch,
                    ordinal=1,
                    fence=1,
                    began_at=dispatch.opened_at,
                    ended_at=dispatch.opened_at,
                    status="accepted",
                    http_status=202,
                    provider_id=f"m{batch.pk}",
                )
                for batch in batches
                if batch.state == "accepted"
            ),
            batch_size=1000,
        )
    _outcomes(dispatches[0].pk, large.pk)
    for dispatch in dispatches[1:110]:
        _outcomes(dispatch.pk, others[0].pk)
    return {
        "dispatched": editions[0].pk,
        "stopped": stopped.pk if stopped else 0,
        "dispatch": dispatches[0].pk,
        "stopped_dispatch": dispatches[1].pk if stopped else 0,
    }


def _copy(letter: Any) -> Any:
    from newsletter.editions.models import FrozenLetter

    fields = {field.attname: getattr(letter, field.attname) for field in letter._meta.concrete_fields}
    return FrozenLetter(**fields)


def _outcomes(dispatch: int, publication: int) -> None:
    """Every reader of the publication got it, one in three opened it, one in fifty clicked."""
    from django.db import connection

    from newsletter.insights.models import OutcomeCounts, ReaderOutcome

    now = "CURRENT_TIMESTAMP"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO insights_readeroutcome "
            "(dispatch_id, subscriber, reached, delivered_at, opened_at, clicked_at) "
            f"SELECT {dispatch}, subscriber_id, CASE WHEN subscriber_id % 200 = 7 THEN 6 ELSE 5 END, {now}, "
            f"CASE WHEN subscriber_id % 3 = 0 THEN {now} END, CASE WHEN subscriber_id % 50 = 0 THEN {now} END "
            f"FROM audience_subscription WHERE publication_id = {publication} AND status = 'active'"
        )
    rows = ReaderOutcome.objects.filter(dispatch=dispatch)
    OutcomeCounts.objects.create(
        pk=dispatch,
        delivered=rows.filter(reached=5).count(),
        bounced=rows.filter(reached=6).count(),
        opened=rows.exclude(opened_at=None).count(),
        clicked=rows.exclude(clicked_at=None).count(),
    )


if __name__ == "__main__":
    main()
