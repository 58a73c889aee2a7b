"""A publication is planned again only when something has changed or its time has come, and then it is."""

import random
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.editions import plan_editions, planning_inputs
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.planning_inputs import PLANNED_EVERY
from newsletter.letters import edition_decisions
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
TICK = timedelta(seconds=2)


def planned(slug: str = "morning", **said: object) -> Publication:
    """A publication whose next edition is planned."""
    fields = {"recurrence": "FREQ=DAILY", "slug": slug}
    publication = make.publication(**fields | said)
    Publication.objects.filter(pk=publication.pk).update(created_at=MONDAY)
    plan_editions.plan_all(now=MONDAY)
    plan_editions.plan_all(now=MONDAY)  # the new edition was a change
    return publication


def to_plan(now: datetime) -> list[Publication]:
    return [publication for publication, _ in planning_inputs.to_plan(now=now)]


def test_nothing_is_planned_again_while_nothing_changes() -> None:
    planned()
    assert to_plan(MONDAY + TICK) == []


def test_each_is_planned_from_time_to_time_all_the_same() -> None:
    publication = planned()
    assert to_plan(MONDAY + PLANNED_EVERY) == [publication]


def test_a_clock_that_is_set_back_has_it_planned() -> None:
    publication = planned()
    assert to_plan(MONDAY - timedelta(hours=5)) == [publication]


@pytest.mark.parametrize("seconds", [-1, 1])
def test_it_is_planned_again_as_soon_as_its_edition_is_due(seconds: int) -> None:
    publication = planned()
    due_at = Edition.objects.get().due_at
    plan_editions.plan_all(now=due_at - timedelta(seconds=2))
    assert to_plan(due_at + timedelta(seconds=seconds)) == ([publication] if seconds > 0 else [])


@pytest.mark.parametrize(
    "change",
    [
        {"recurrence": "FREQ=WEEKLY"},
        {"send_time": time(9)},
        {"time_zone": "Europe/Berlin"},
        {"starts_on": date(2026, 12, 1)},
        {"is_active": False},
        {"lead_minutes": 30},
        {"local_time": True},
    ],
)
def test_another_schedule_has_it_planned(change: dict[str, object]) -> None:
    publication = planned()
    edit_publication.update_publication(publication, now=MONDAY + TICK, **change)  # type: ignore[arg-type]
    assert to_plan(MONDAY + TICK) == [publication]


def test_other_changes_do_not() -> None:
    publication = planned()
    edit_publication.update_publication(publication, tagline="From the coast", now=MONDAY + TICK)
    assert to_plan(MONDAY + TICK) == []


def test_a_changed_edition_has_its_publication_planned_and_no_other() -> None:
    publication, _ = planned(), planned("evening")
    edition_decisions.cancel(publication.editions.get(), reason="Nothing happened.", now=MONDAY)
    assert to_plan(MONDAY + TICK) == [publication]


@pytest.mark.parametrize("name", ["subject", "preheader", "intro"])
def test_a_text_of_its_edition_that_is_written_or_removed_has_it_planned(name: str) -> None:
    publication = planned()
    for text in ("Good morning.", ""):
        Edition.objects.update(**{name: text})
        assert to_plan(MONDAY + TICK) == [publication]
        plan_editions.plan_all(now=MONDAY + TICK)
        assert to_plan(MONDAY + TICK) == []


def test_the_number_of_queries_does_not_depend_on_the_publications() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            plan_editions.plan_all(now=MONDAY + TICK)
        return len(seen)

    planned()
    few = queries()
    for number in range(5):
        planned(f"other-{number}")
    assert queries() == few <= 2


@pytest.mark.long
@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_a_publication_that_is_left_alone_has_nothing_to_plan(seed: int) -> None:
    """Planning all of them by force changes nothing after each run that leaves most of them alone."""
    chance = random.Random(seed)  # noqa: S311 -- a test
    publications = [planned("morning"), planned("evening", send_time=time(23, 59, 30), time_zone="Asia/Tokyo")]
    now = MONDAY
    left_alone = 0
    for _ in range(40):
        now += timedelta(seconds=chance.choice([2, 2, 2, 2, 30, 400, 3_600, 40_000, 90_000]))
        for publication in publications:
            _happen(chance, publication, now)
        alone = {publication.pk for publication in publications} - {each.pk for each in to_plan(now)}
        left_alone += len(alone)
        plan_editions.plan_all(now=now)
        before = _editions(alone)
        for publication in Publication.objects.filter(pk__in=alone):
            plan_editions.plan(publication, now=now)
        assert _editions(alone) == before
    assert left_alone > 10


def _editions(publications: set[int]) -> list[tuple[object, ...]]:
    rows = Edition.objects.filter(publication__in=publications).order_by("pk")
    return list(rows.values_list("pk", "state", "local_date", "due_at", "assemble_at"))


def _happen(chance: random.Random, publication: Publication, now: datetime) -> None:
    what = chance.choice(["nothing"] * 6 + ["schedule", "pause", "cancel", "hold", "release", "reschedule"])
    edition = publication.editions.filter(state__in=[EditionState.PLANNED], due_at__gt=now).first()
    held = publication.editions.filter(state=EditionState.HELD).first()
    if what == "schedule":
        send_time = time(chance.randrange(24), chance.choice([0, 30]))
        edit_publication.update_publication(publication, send_time=send_time, now=now)
    elif what == "pause":
        publication.refresh_from_db()
        edit_publication.update_publication(publication, is_active=not publication.is_active, now=now)
    elif what == "cancel" and edition:
        edition_decisions.cancel(edition, reason="Nothing happened.", now=now)
    elif what == "hold" and edition:
        edition_decisions.hold(edition, reason="Wait.", now=now)
    elif what == "release" and held:
        edition_decisions.release(held, now=now)
    elif what == "reschedule" and edition:
        edition_decisions.reschedule(edition, due_at=now + timedelta(minutes=chance.randrange(5, 3_000)), now=now)
