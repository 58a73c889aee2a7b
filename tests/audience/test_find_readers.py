"""Readers are found by the beginning of their address, in an index."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.audience.find_readers import find_readers
from newsletter.audience.models import Subscriber
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from tests.support import factories as make


@pytest.fixture
def people(publication: Publication) -> None:
    for address in (
        "rita@example.org",
        "rita.b@example.org",
        "ritz@example.org",
        "r%a@example.org",
        "ada@rita.example",
    ):
        Subscriber.objects.create(email=address)


def found(beginning: str) -> list[str]:
    return [reader.email for reader in find_readers(beginning, limit=50)]


@pytest.mark.parametrize(
    ("typed", "addresses"),
    [
        ("rita", ["rita.b@example.org", "rita@example.org"]),
        ("  RITA@ ", ["rita@example.org"]),
        ("\u200erita@Example.org", ["rita@example.org"]),
        ("rit", ["rita.b@example.org", "rita@example.org", "ritz@example.org"]),
        ("r%a", ["r%a@example.org"]),
        ("r_t", []),
        ("zz", []),
        ("ra' OR 1=1 --", []),
        ("rita\0", ["rita.b@example.org", "rita@example.org"]),
    ],
)
def test_the_beginning_finds_them(people: None, typed: str, addresses: list[str]) -> None:
    assert sorted(found(typed)) == addresses


@pytest.mark.parametrize("typed", ["", "r", "  r "])
def test_less_than_two_characters_are_refused(people: None, typed: str) -> None:
    with pytest.raises(BadInput):
        found(typed)


def test_each_has_the_status_of_every_subscription(publication: Publication) -> None:
    rita = make.rita(publication)
    [reader] = find_readers("rita@", limit=5)
    assert (reader.id, reader.statuses) == (rita.pk, {publication.slug: "receives it"})


def test_the_index_answers(publication: Publication) -> None:
    Subscriber.objects.bulk_create(Subscriber(email=f"reader{number:05}@example.org") for number in range(5_000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(find_readers("reader0400", limit=50)) == 10
    search = queries[0]["sql"]
    with connection.cursor() as cursor:
        explain = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
        cursor.execute(explain + search.replace("%", "%%") if connection.vendor != "postgresql" else explain + search)
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "Index" in plan if connection.vendor == "postgresql" else "SEARCH" in plan and "INDEX" in plan
    assert "Seq Scan" not in plan
    assert "SCAN " not in plan
