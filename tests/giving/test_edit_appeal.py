"""Appeals as the newsroom writes them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from newsletter.giving import edit_appeal
from newsletter.giving.models import Appeal
from newsletter.lib.errors import BadInput
from newsletter.mail.message import MergeTag
from newsletter.publications.models import Publication
from tests.support import factories as make

GOOD: dict[str, Any] = {
    "name": "Quay",
    "heading": "Keep a reporter on the quay",
    "button": "Support this reporting",
    "url": "https://give.example.org/quay",
}


@pytest.fixture
def publication(db: None) -> Publication:
    return make.publication()


def test_an_appeal_is_kept_as_given(publication: Publication) -> None:
    optional: dict[str, Any] = {
        "lead": "Nobody pays us to wait.\nReaders do.",
        "points": ["Three reporters", "No adverts"],
        "closing": "Thank you.",
        "amounts": [10, 25, 50],
        "currency": "EUR",
        "amount_url": "https://give.example.org/quay?amount={amount}",
        "goal": 60000,
        "raised": 41250,
        "raised_on": date(2026, 11, 22),
        "match": "The Trust doubles each gift.",
        "match_ends_at": datetime(2026, 11, 30, 23, 59, tzinfo=UTC),
        "starts_on": date(2026, 12, 1),
        "ends_on": date(2026, 12, 31),
        "priority": -3,
        "place": "between",
        "story_number": 2,
        "paragraph_number": 1,
        "is_active": False,
    }
    stored = Appeal.objects.get(pk=edit_appeal.create_appeal(publication, **GOOD, **optional).pk)
    given = GOOD | optional
    assert {name: getattr(stored, name) for name in given} == given


def test_words_are_tidied(publication: Publication) -> None:
    appeal = edit_appeal.create_appeal(
        publication,
        **GOOD | {"heading": " Keep\nit\x00 ", "points": (" one\n", "", "two")},
        lead=" First. \r\n\n Second. ",
    )
    assert (appeal.heading, appeal.lead, appeal.points) == ("Keep it", "First.\nSecond.", ["one", "two"])


@pytest.mark.parametrize("token", list(MergeTag))
def test_no_field_carries_a_mark_that_would_become_a_readers_value(publication: Publication, token: MergeTag) -> None:
    words: dict[str, Any] = dict.fromkeys(("heading", "button", "lead", "closing"), f"_{token}")
    appeal = edit_appeal.create_appeal(
        publication, **GOOD | words | {"url": f"https://example.org/{token}", "points": [token]}
    )
    assert not [line for line in [*edit_appeal.list_lines(appeal), appeal.url] if token in line]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "name"),
    ({"heading": " \n "}, "heading"),
    ({"heading": "x" * 121}, "heading"),
    ({"heading": None}, "heading"),
    ({"button": ""}, "button"),
    ({"button": "x" * 41}, "button"),
    ({"url": "javascript:alert(1)"}, "destination"),
    ({"url": "give.example.org"}, "destination"),
    ({"lead": "x" * 601}, "lead"),
    ({"closing": "x" * 401}, "closing"),
    ({"points": "one, two"}, "points"),
    ({"points": ["one", 2]}, "points"),
    ({"points": {"one": 1}}, "points"),
    ({"points": None}, "points"),
    ({"points": ["x"] * 9}, "points"),
    ({"points": ["x" * 161]}, "points"),
    ({"amounts": [10, 25, 50, 100], "amount_url": "https://x.org/{amount}"}, "amounts"),
    ({"amounts": [10, 10], "amount_url": "https://x.org/{amount}"}, "amounts"),
    ({"amounts": [0], "amount_url": "https://x.org/{amount}"}, "amounts"),
    ({"amounts": ["10"], "amount_url": "https://x.org/{amount}"}, "amounts"),
    ({"amounts": [True], "amount_url": "https://x.org/{amount}"}, "amounts"),
    ({"amounts": "10", "amount_url": "https://x.org/{amount}"}, "amounts"),
    ({"amounts": [10]}, "amount url"),
    ({"amount_url": "https://x.org/give"}, "amount url"),
    ({"currency": "dollars"}, "currency"),
    ({"goal": 100}, "raised"),
    ({"raised": 100, "raised_on": date(2026, 11, 22)}, "goal"),
    ({"goal": 100, "raised": 10}, "as of"),
    ({"goal": 0, "raised": 0, "raised_on": date(2026, 11, 22)}, "goal"),
    ({"goal": 100, "raised": "much", "raised_on": date(2026, 11, 22)}, "raised"),
    ({"goal": 100, "raised": 10, "raised_on": "today"}, "as of"),
    ({"match": "x" * 201}, "match"),
    ({"match_ends_at": datetime(2026, 12, 1, tzinfo=UTC)}, "match"),
    ({"match": "Doubled.", "match_ends_at": datetime(2026, 12, 1)}, "match ends at"),  # noqa: DTZ001 — the same
    ({"starts_on": date(2026, 12, 2), "ends_on": date(2026, 12, 1)}, "ends on"),
    ({"starts_on": "soon"}, "starts on"),
    ({"ends_on": datetime(2026, 12, 1)}, "ends on"),  # noqa: DTZ001 — what a careless caller gives
    ({"place": "top"}, "place"),
    ({"story_number": 0}, "story number"),
    ({"paragraph_number": 0}, "paragraph number"),
    ({"paragraph_number": "two"}, "paragraph number"),
    ({"priority": "high"}, "priority"),
]


@pytest.mark.parametrize(("fields", "named"), BAD)
def test_what_cannot_stand_in_a_letter_is_refused_by_name(
    publication: Publication, fields: dict[str, Any], named: str
) -> None:
    with pytest.raises(BadInput) as refused:
        edit_appeal.create_appeal(publication, **GOOD | fields)
    assert refused.value.field == named
    appeal = edit_appeal.create_appeal(publication, **GOOD)
    with pytest.raises(BadInput) as refused:
        edit_appeal.update_appeal(appeal, **fields)
    assert refused.value.field == named
    appeal.refresh_from_db()
    assert {name: getattr(appeal, name) for name in GOOD} == GOOD


def test_two_appeals_of_a_publication_have_two_names(publication: Publication) -> None:
    edit_appeal.create_appeal(publication, **GOOD)
    with pytest.raises(BadInput, match="name: is already used by another appeal"):
        edit_appeal.create_appeal(publication, **GOOD)
    edit_appeal.create_appeal(make.publication(), **GOOD)


def test_revising_changes_what_is_named_and_nothing_else(publication: Publication) -> None:
    appeal = edit_appeal.create_appeal(publication, **GOOD, lead="Readers do.")
    stale = Appeal.objects.get(pk=appeal.pk)
    edit_appeal.update_appeal(appeal, lead="")
    assert edit_appeal.update_appeal(stale, priority=7) is stale
    assert (stale.lead, stale.priority, stale.heading) == ("", 7, GOOD["heading"])


def test_a_field_that_appeals_do_not_have_is_a_fault_of_the_program(publication: Publication) -> None:
    fields: dict[str, Any] = {"publication": publication}
    with pytest.raises(TypeError):
        edit_appeal.update_appeal(edit_appeal.create_appeal(publication, **GOOD), **fields)


def test_a_retired_appeal_is_kept_and_offered_no_more(publication: Publication) -> None:
    appeal = edit_appeal.retire(edit_appeal.create_appeal(publication, **GOOD))
    assert not appeal.is_active
    assert not edit_appeal.retire(appeal).is_active
    assert Appeal.objects.filter(pk=appeal.pk).exists()


def test_its_lines_are_all_the_words_readers_see(publication: Publication) -> None:
    appeal = edit_appeal.create_appeal(
        publication, **GOOD, lead="One.\nTwo.", points=["Three", "Four"], closing="Five.\nSix."
    )
    assert edit_appeal.list_lines(appeal) == [
        GOOD["heading"],
        "One.",
        "Two.",
        "Three",
        "Four",
        "Five.",
        "Six.",
        GOOD["button"],
    ]
    assert edit_appeal.list_lines(edit_appeal.create_appeal(publication, **GOOD | {"name": "bare"})) == [
        GOOD["heading"],
        GOOD["button"],
    ]
