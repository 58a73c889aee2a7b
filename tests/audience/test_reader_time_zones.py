import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.audience import reader_time_zones
from newsletter.audience.models import SubscriptionStatus
from newsletter.audience.reader_time_zones import parse_time_zone
from newsletter.lib.errors import BadInput
from tests.support import factories as make

pytestmark = pytest.mark.django_db


def test_the_zones_of_all_readers_are_each_named_once_and_in_order() -> None:
    publication = make.publication()
    for name in ("Europe/Berlin", "", "Asia/Tokyo", "Europe/Berlin", "America/New_York"):
        make.reader(publication, time_zone=name)
    assert reader_time_zones.zones_in_use() == ["America/New_York", "Asia/Tokyo", "Europe/Berlin"]


def test_without_any_zone_there_is_none() -> None:
    make.reader(make.publication())
    assert reader_time_zones.zones_in_use() == []


def test_a_zone_counts_only_while_an_active_reader_of_the_publication_is_in_it() -> None:
    publication = make.publication()
    make.reader(publication, time_zone="Asia/Tokyo", status=SubscriptionStatus.UNSUBSCRIBED)
    make.reader(make.publication(), time_zone="Asia/Tokyo")
    assert not reader_time_zones.has_readers_in(publication.pk, ["Asia/Tokyo"])
    make.reader(publication, time_zone="Asia/Tokyo")
    assert reader_time_zones.has_readers_in(publication.pk, ["Europe/Berlin", "Asia/Tokyo"])


def test_names_of_places_are_taken_old_ones_as_well_and_no_others() -> None:
    assert [parse_time_zone(name) for name in (" Europe/Kiev ", "", "UTC")] == ["Europe/Kiev", "", "UTC"]
    for name in ("Mordor", "../etc/passwd", "localtime", "rita@example.org"):
        with pytest.raises(BadInput, match="is not known") as raised:
            parse_time_zone(name)
        assert name not in str(raised.value)


def test_readers_of_other_publications_in_a_zone_are_not_looked_at() -> None:
    publication, other = make.publication(), make.publication()
    make.reader(publication, time_zone="Europe/Berlin")
    for number in range(300):
        make.reader(other, time_zone="Asia/Tokyo", email=f"t{number}@readers.example")
    make.reader(publication, time_zone="Europe/Berlin")
    with connection.cursor() as cursor:
        steps = reader_time_zones.MEETS.replace("SELECT 1 FROM step WHERE id = before", "SELECT COUNT(*) FROM step")
        cursor.execute(steps, ["Asia/Tokyo", publication.pk, "Asia/Tokyo"])
        assert cursor.fetchone()[0] < 10


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=12))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_somebody_is_found_wherever_they_stand_among_the_others(people: list[tuple[bool, bool]]) -> None:
    with transaction.atomic():
        publication, other = make.publication(), make.publication()
        for ours, there in people:
            make.reader(publication if ours else other, time_zone="Asia/Tokyo" if there else "Europe/Berlin")
        assert reader_time_zones.has_readers_in(publication.pk, ["Asia/Tokyo"]) is ((True, True) in people)
        transaction.set_rollback(True)
