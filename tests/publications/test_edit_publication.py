"""Setting publications up: every field is checked before a row is written."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from newsletter.lib.errors import BadInput
from newsletter.mail.message import MergeTag
from newsletter.pictures.models import Picture, PictureState
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from newsletter.publications.validate_publication import check
from tests.support import factories as make

pytestmark = pytest.mark.django_db

GOOD: dict[str, Any] = {
    "slug": "tideline",
    "name": "The Tideline",
    "sender_name": "The Tideline",
    "sender_email": "letters@tideline.example.org",
    "postal_address": "4 Rope Walk, Porthallow",
    "starts_on": date(2026, 12, 1),
    "send_time": time(6, 30),
}


def test_a_publication_is_kept_as_given() -> None:
    optional: dict[str, Any] = {
        "tagline": "From the coast",
        "website": "https://tideline.example.org/",
        "reply_to": "newsroom@tideline.example.org",
        "fallback_name": "neighbour",
        "language": "ar",
        "accent_colour": "#112233",
        "accent_colour_dark": "#AABBCC",
        "logo_url": "https://tideline.example.org/logo.png",
        "logo_width": 200,
        "fonts": "sans",
        "time_zone": "Asia/Jerusalem",
        "recurrence": "FREQ=WEEKLY;BYDAY=SU",
        "lead_minutes": 0,
        "minimum_stories": 2,
        "maximum_stories": 2,
        "on_empty": "hold",
        "lateness_limit_minutes": 30,
        "auto_approve": True,
        "is_active": False,
    }
    stored = Publication.objects.get(pk=edit_publication.create_publication(**GOOD, **optional).pk)
    given = GOOD | optional
    assert {name: getattr(stored, name) for name in given} == given


def test_what_is_left_out_has_a_sensible_value() -> None:
    publication = edit_publication.create_publication(**GOOD)
    check(publication)
    assert (publication.time_zone, publication.recurrence, publication.language) == ("UTC", "FREQ=DAILY", "en")


def test_words_are_tidied() -> None:
    publication = edit_publication.create_publication(
        **GOOD | {"postal_address": " 4 Rope Walk,\n Porthallow ", "send_time": time(6, 30, 0, 5)}, language="pt_br"
    )
    assert publication.postal_address == "4 Rope Walk, Porthallow"
    assert (publication.language, publication.send_time) == ("pt-BR", time(6, 30))


@pytest.mark.parametrize("token", list(MergeTag))
def test_no_field_carries_a_mark_that_would_become_a_readers_value(token: MergeTag) -> None:
    words: dict[str, Any] = dict.fromkeys(("name", "sender_name", "postal_address", "tagline", "fallback_name"), token)
    publication = edit_publication.create_publication(**GOOD | words, website=f"https://example.org/{token}")
    publication.refresh_from_db()
    assert not [name for name in (*words, "website") if token in getattr(publication, name)]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"slug": "two words"}, "slug"),
    ({"slug": ""}, "slug"),
    ({"name": " \n"}, "name"),
    ({"name": "x" * 121}, "name"),
    ({"name": None}, "name"),
    ({"sender_name": ""}, "sender name"),
    ({"sender_email": "nobody"}, "sender email"),
    ({"sender_email": ""}, "sender email"),
    ({"sender_email": "tideline@gmail.com"}, "sender email"),
    ({"sender_email": "briefe@täglich.example"}, "sender email"),
    ({"reply_to": "not an address"}, "reply to"),
    ({"postal_address": "  "}, "postal address"),
    ({"fallback_name": "x" * 41}, "fallback name"),
    ({"website": "javascript:alert(1)"}, "website"),
    ({"logo_url": "logo.png"}, "logo url"),
    ({"logo_width": 0}, "logo width"),
    ({"logo_width": 5000}, "logo width"),
    ({"language": "english"}, "language"),
    ({"language": ""}, "language"),
    ({"accent_colour": "red"}, "accent colour"),
    ({"accent_colour_dark": "#12345"}, "accent colour dark"),
    ({"fonts": "comic"}, "fonts"),
    ({"time_zone": "Mars/Olympus"}, "time zone"),
    ({"recurrence": "FREQ=HOURLY"}, "recurrence"),
    ({"recurrence": "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"}, "recurrence"),
    ({"recurrence": "FREQ=DAILY;UNTIL=20200101"}, "recurrence"),
    ({"starts_on": "2026-12-01"}, "starts on"),
    ({"starts_on": datetime(2026, 12, 1, tzinfo=UTC)}, "starts on"),
    ({"starts_on": date(1026, 12, 1)}, "starts on"),
    ({"send_time": "06:30"}, "send time"),
    ({"send_time": time(6, 30, tzinfo=UTC)}, "send time"),
    ({"lead_minutes": -1}, "lead minutes"),
    ({"lead_minutes": 20_000}, "lead minutes"),
    ({"lead_minutes": "an hour"}, "lead minutes"),
    ({"schedule_ahead_minutes": 29, "lead_minutes": 120}, "schedule ahead minutes"),
    ({"schedule_ahead_minutes": 72 * 60, "lead_minutes": 6000}, "schedule ahead minutes"),
    ({"schedule_ahead_minutes": 60, "lead_minutes": 60}, "lead minutes"),
    ({"schedule_ahead_minutes": 60, "lead_minutes": 90, "local_time": True}, "schedule ahead minutes"),
    ({"minimum_stories": 0}, "minimum stories"),
    ({"minimum_stories": 5, "maximum_stories": 4}, "minimum stories"),
    ({"maximum_stories": 51}, "maximum stories"),
    ({"on_empty": "shrug"}, "on empty"),
    ({"lateness_limit_minutes": 0}, "lateness limit minutes"),
    ({"auto_approve": "perhaps"}, "auto approve"),
]


@pytest.mark.parametrize(("fields", "named"), BAD)
def test_what_would_stop_an_edition_is_refused_by_name(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(BadInput) as refused:
        edit_publication.create_publication(**GOOD | fields)
    assert refused.value.field == named
    assert not Publication.objects.exists()
    publication = edit_publication.create_publication(**GOOD)
    with pytest.raises(BadInput) as refused:
        edit_publication.update_publication(publication, **fields)
    assert refused.value.field == named
    publication.refresh_from_db()
    assert {name: getattr(publication, name) for name in GOOD} == GOOD


def test_two_publications_have_two_slugs() -> None:
    edit_publication.create_publication(**GOOD)
    with pytest.raises(BadInput, match=r"slug.*already exists"):
        edit_publication.create_publication(**GOOD)


def test_revising_changes_what_is_named_and_nothing_else() -> None:
    publication = edit_publication.create_publication(**GOOD)
    stale = Publication.objects.get(pk=publication.pk)
    edit_publication.update_publication(publication, send_time=time(7))
    assert edit_publication.update_publication(stale, tagline="From the coast") is stale
    assert (stale.send_time, stale.tagline) == (time(7), "From the coast")


def test_a_field_that_publications_do_not_have_is_a_fault_of_the_program() -> None:
    fields: dict[str, Any] = {"created_at": None}
    with pytest.raises(TypeError):
        edit_publication.update_publication(edit_publication.create_publication(**GOOD), **fields)


def test_a_row_that_was_written_by_other_roads_can_be_checked() -> None:
    check(make.publication())
    with pytest.raises(BadInput, match="more than the maximum"):
        check(make.publication(minimum_stories=3, maximum_stories=2))
    with pytest.raises(BadInput, match="names no date"):
        check(make.publication(recurrence="FREQ=WEEKLY;UNTIL=20200101"))
    with pytest.raises(BadInput, match="time zone"):
        check(make.publication(time_zone="Nowhere"))


LOGO = "https://tideline.example.org/logo.png"


def test_a_logos_address_is_an_order_to_fetch_it_and_a_new_one_another() -> None:
    publication = edit_publication.create_publication(**GOOD, logo_url=LOGO, logo_dark_url=f"{LOGO}?dark")
    assert publication.logo
    assert publication.logo_dark
    assert (publication.logo.source_url, publication.logo.state, publication.logo.use) == (LOGO, "coming", "logo")
    first = publication.logo
    edit_publication.update_publication(publication, logo_url=LOGO, tagline="From the coast")
    assert publication.logo == first
    edit_publication.update_publication(publication, logo_url=f"{LOGO}?2", logo_dark_url="")
    assert publication.logo.source_url == f"{LOGO}?2"
    assert publication.logo_dark is None


def test_a_logo_that_could_not_be_fetched_is_asked_for_again_when_it_is_given_again() -> None:
    publication = edit_publication.create_publication(**GOOD, logo_url=LOGO)
    failed = publication.logo
    assert failed
    Picture.objects.update(state=PictureState.FAILED, problem="It broke.")
    edit_publication.update_publication(publication, tagline="From the coast")
    assert publication.logo == failed
    edit_publication.update_publication(publication, logo_url=LOGO)
    assert publication.logo
    assert publication.logo != failed
    assert publication.logo.is_pending


@pytest.mark.parametrize(
    ("field", "smallest", "largest"),
    [
        ("logo_width", 16, 600),
        ("lead_minutes", 0, 10_080),
        ("minimum_stories", 1, 50),
        ("maximum_stories", 1, 50),
        ("lateness_limit_minutes", 1, 10_080),
        ("pace_per_minute", 1, 10_000_000),
        ("pace_per_hour", 1, 10_000_000),
    ],
)
def test_a_number_has_a_smallest_and_a_largest_value(field: str, smallest: int, largest: int) -> None:
    others = {"minimum_stories": 1, "maximum_stories": 50}
    for number, value in enumerate((smallest, largest)):
        made = edit_publication.create_publication(**GOOD | others | {"slug": f"p{number}", field: value})
        assert getattr(made, field) == value
    for value in (smallest - 1, largest + 1):
        with pytest.raises(BadInput, match=field.replace("_", " ")):
            edit_publication.create_publication(**GOOD | others | {"slug": "other", field: value})
