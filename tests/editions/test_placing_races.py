"""A worker that places stories while the planner looks loses none of them. PostgreSQL alone can show it."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from newsletter.editions import edition_picks, plan_editions
from newsletter.editions.models import Edition, Placement
from newsletter.publications import edit_publication
from tests.support import factories as make
from tests.support.factories import MONDAY
from tests.support.lock_waits import act_during, needs_row_locks

LOCK = 90210


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
@pytest.mark.django_db(transaction=True)
def test_stories_that_are_placed_just_before_the_planner_has_the_edition_stay_in_it() -> None:
    publication = make.publication(recurrence="FREQ=DAILY")
    publication.created_at = MONDAY
    publication.save()
    edition = plan_editions.plan(publication, now=MONDAY)
    assert edition is not None
    story = make.story(publication)
    edit_publication.update_publication(
        publication, recurrence="FREQ=WEEKLY;BYDAY=FR", now=MONDAY
    )  # it would be taken back
    planner_waits = threading.Event()

    def plan() -> None:
        """The planner's locking statement sees its rows as they were, and is held up before it locks one."""

        def held_up(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            if "editions_edition" in sql and "FOR UPDATE" in sql:
                held = f"WHERE pg_advisory_xact_lock_shared({LOCK}) IS NOT NULL AND "
                sql = sql.replace("WHERE ", held, 1)
                planner_waits.set()
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(held_up):
                plan_editions.plan(publication, now=MONDAY)
        finally:
            connections.close_all()

    planner = threading.Thread(target=plan)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        Edition.objects.select_for_update().get(pk=edition.pk)
        Placement.objects.create(edition=edition, story=story, position=1)
        planner.start()
        assert planner_waits.wait(20)
        while planner.is_alive() and not _somebody_waits():
            pass
    planner.join(20)
    assert Placement.objects.filter(edition=edition, story=story).exists()


@needs_row_locks
@pytest.mark.django_db(transaction=True)
def test_a_late_story_is_added_while_a_colleague_takes_it_out_of_the_edition_that_had_taken_it() -> None:
    publication = make.publication(closing_minutes=60)
    edition, later = make.edition(publication), make.edition(publication, due_at=MONDAY + timedelta(days=1))
    story = make.story(publication)
    cora, eddie, now = make.cora(), make.eddie(), MONDAY - timedelta(minutes=30)
    edition_picks.place(later, story, by=cora, now=now)
    done = act_during(
        lambda: Edition.objects.locked(later.pk),
        lambda: edition_picks.place_anyway(edition, story, by=eddie, now=now),
        then=lambda: edition_picks.take_out(later, story, by=cora, now=now),
    )
    assert done.change
    assert edition.picks.get(story=story).is_out is False
    assert later.picks.get(story=story).is_out is True


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])
