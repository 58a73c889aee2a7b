"""A segment holds exactly the readers whom its conditions describe, on both databases."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from newsletter.audience.models import Subscription
from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.models import Dispatch
from newsletter.insights.models import DeliveryStage, OutcomeCounts, ReaderOutcome
from newsletter.lib.sql import fetch_all
from newsletter.publications.models import Publication
from newsletter.segments import edit_segment
from newsletter.segments.matching_readers import matching, scope_of, sql_of_range
from newsletter.segments.models import Segment
from newsletter.segments.sample_condition import sample_hash
from newsletter.segments.segment_content import content_of
from tests.segments.deciding import DOMAINS, SOURCES, ZONES, Judge, Known, Tracked, random_definition
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


def members(segment: Segment, now: datetime = MONDAY) -> set[int]:
    content = content_of(segment)
    found = matching(content, scope_of(segment.publication, content, now=now))
    return set(found.values_list("subscriber_id", flat=True))


def add(publication: Publication, *conditions: dict[str, Any], match: str = "all", name: str = "") -> Segment:
    definition = {"groups": [{"match": match, "conditions": list(conditions)}]}
    name = name or f"segment {publication.segments.count() + 1}"
    return edit_segment.add_segment(publication, name=name, definition=definition, now=MONDAY)


def condition(kind: str, test: str, value: Any) -> dict[str, Any]:
    return {"kind": kind, "test": test, "value": value}


def sent_edition(publication: Publication, days_ago: int, *, tracked: bool = True) -> Dispatch:
    due_at = MONDAY - timedelta(days=days_ago)
    publication.click_tracking = tracked
    publication.save()
    edition = make.approved_edition(publication, due_at=due_at)
    dispatch = open_dispatch.open_dispatch(edition.pk, now=due_at)
    assert dispatch
    return dispatch


def click(dispatch: Dispatch, reader: int) -> None:
    ReaderOutcome.objects.create(
        dispatch=dispatch, subscriber=reader, reached=DeliveryStage.DELIVERED, clicked_at=dispatch.opened_at
    )


def newsroom(publication: Publication, draw: random.Random) -> tuple[list[Known], list[Tracked]]:
    """Forty readers who differ in everything, and editions in which some of them clicked."""
    other = make.publication(slug="another")
    readers = []
    for number in range(40):
        person = make.reader(publication, email=f"r{number}@{draw.choice(DOMAINS)}", time_zone=draw.choice(ZONES))
        consent_at = draw.choice([None, MONDAY - timedelta(hours=draw.randint(0, 24 * 40))])
        source = draw.choice(SOURCES)
        Subscription.objects.filter(subscriber=person).update(consent_at=consent_at, consent_source=source)
        known = Known(person.pk, person.email, person.time_zone, consent_at, source)
        for _ in range(draw.choice([0, 0, 1, 2])):
            at, where = MONDAY - timedelta(hours=draw.randint(1, 24 * 30)), draw.choice([None, publication, other])
            make.gift(person.email, given_at=at, publication=where)
            known.gifts += [at] if where != other else []
            known.gifts_here += [at] if where == publication else []
        readers.append(known)
    tracked: list[Tracked] = []
    for days_ago in (9, 6, 5, 3, 1):
        dispatch = sent_edition(publication, days_ago, tracked=days_ago != 5)
        is_final = days_ago == 9
        OutcomeCounts.objects.create(dispatch=dispatch, final_at=MONDAY if is_final else None)
        reached = draw.sample(readers, 30)
        for known in reached[:12]:
            click(dispatch, known.pk)
            known.clicked.add(dispatch.pk)
        for known in reached[12:]:
            stage = draw.choice([DeliveryStage.PROCESSED, DeliveryStage.DELIVERED, DeliveryStage.BOUNCED])
            ReaderOutcome.objects.create(dispatch=dispatch, subscriber=known.pk, reached=stage)
            known.got |= {dispatch.pk} if stage == DeliveryStage.DELIVERED else set()
        for known in reached[:12]:
            known.got.add(dispatch.pk)
        if days_ago != 5 and not is_final:
            tracked.insert(0, Tracked(dispatch.pk, dispatch.opened_at))
    return readers, tracked


@pytest.mark.parametrize("seed", range(4))
def test_any_segment_holds_the_readers_whom_a_plain_judge_puts_into_it(publication: Publication, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311
    readers, tracked = newsroom(publication, draw)
    judge = Judge(MONDAY, publication.time_zone, tracked, {})
    sizes = []
    for number in range(40):
        others = draw.sample(sorted(judge.segments), min(2, len(judge.segments))) if number < 20 else []
        definition = random_definition(draw, others if number % 4 == 3 else [])
        segment = edit_segment.add_segment(publication, name=f"s{number}", definition=definition, now=MONDAY)
        if number % 4 != 3:  # those that name others are named by none, so that no depth is reached
            judge.segments[segment.pk] = (segment.salt, segment.definition)
        asked = Judge(
            MONDAY, publication.time_zone, tracked, judge.segments | {segment.pk: (segment.salt, segment.definition)}
        )
        expected = asked.members(readers, segment.pk)
        assert members(segment) == expected, segment.definition
        sizes.append(len(expected))
    assert len({size for size in sizes if 0 < size < 40}) > 10  # the definitions tell readers apart


def test_the_condition_for_an_opening_asks_within_its_range_only(publication: Publication) -> None:
    ids = make.readers(publication, 6)
    content = content_of(add(publication, condition("domain", "is", "readers.example")))
    found = sql_of_range(content, scope_of(publication, content, now=MONDAY), after=ids[1], last=ids[3])
    rows = fetch_all(f"SELECT id FROM audience_subscriber AS reader WHERE {found.sql} ORDER BY id", found.values)  # noqa: S608
    assert [row[0] for row in rows] == ids[2:4]


def test_a_sample_is_stable_of_its_size_and_another_one_in_another_segment(publication: Publication) -> None:
    ids = make.readers(publication, 2000)
    first, second = (add(publication, condition("sample", "percent", 25)) for _ in range(2))
    one, two = members(first), members(second)
    assert 400 < len(one) < 600
    assert members(first, MONDAY + timedelta(days=300)) == one
    assert 60 < len(one & two) < 190  # a quarter of a quarter: independent of each other
    rest = add(publication, condition("segment", "not-in", first.pk))
    assert members(rest) == set(ids) - one


def test_the_hash_of_a_sample_never_changes() -> None:
    assert [sample_hash(reader, "0123456789abcdef") for reader in (1, 2, 2**40)] == [
        sample_hash(reader + 2**31 - 1, "0123456789abcdef") for reader in (1, 2, 2**40)
    ]
    assert sample_hash(12345, "0123456789abcdef") == 599105954


def test_where_no_click_can_be_known_nobody_clicked_and_nobody_did_not(publication: Publication) -> None:
    make.readers(publication, 3)
    for days_ago in (4, 2):
        click(sent_edition(publication, days_ago, tracked=False), 1)
    for test in ("in-editions", "not-in-editions", "in-days", "not-in-days"):
        assert members(add(publication, condition("clicked", test, 30))) == set()


def test_only_readers_who_got_an_edition_did_not_click_in_it(publication: Publication) -> None:
    clicked, passive, bounced, waiting, joined_later = make.readers(publication, 5)
    dispatch = sent_edition(publication, 2)
    click(dispatch, clicked)
    for reader, stage in (
        (passive, DeliveryStage.DELIVERED),
        (bounced, DeliveryStage.BOUNCED),
        (waiting, DeliveryStage.DEFERRED),
    ):
        ReaderOutcome.objects.create(dispatch=dispatch, subscriber=reader, reached=stage)
    assert members(add(publication, condition("clicked", "not-in-editions", 3))) == {passive}
    assert members(add(publication, condition("clicked", "not-in-days", 3))) == {passive}
    assert members(add(publication, condition("clicked", "not-in-days", 1))) == set()
    assert joined_later  # has no outcome at all


def test_no_query_depends_on_the_number_of_conditions_or_segments(
    publication: Publication, django_assert_num_queries: Any
) -> None:
    inner = add(publication, condition("gave", "within", 30), condition("sample", "percent", 5))
    outer = add(publication, condition("segment", "not-in", inner.pk), condition("domain", "is", "a.example"))
    with django_assert_num_queries(2):  # the segments that it names, then the readers
        members(outer)
