"""A newsroom's brand: what is kept, and what is refused because no mending would help."""

from typing import Any

import pytest

from newsletter.lib.errors import BadInput
from newsletter.mail.message import MergeTag
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from tests.support import factories as make

BLUESKY = {"name": "Bluesky", "url": "https://social.example.org/post"}


@pytest.fixture
def publication(db: None) -> Publication:
    return make.publication()


def test_a_brand_is_kept_as_given(publication: Publication) -> None:
    given: dict[str, Any] = {
        "layout": "story",
        "corners": "round",
        "logo_dark_url": "https://pictures.example.org/night.png",
        "footer_text": "Owned by its readers.",
        "social_links": [BLUESKY],
        "sponsor_name": "The Bank",
        "sponsor_text": "Savings.",
        "sponsor_url": "https://bank.example.org/",
    }
    edit_publication.update_publication(publication, **given)
    publication.refresh_from_db()
    assert {name: getattr(publication, name) for name in given} == given


BAD: list[tuple[dict[str, Any], str]] = [
    ({"layout": "poster"}, "layout"),
    ({"corners": "oval"}, "corners"),
    ({"logo_dark_url": "night.png"}, "logo dark url"),
    ({"accent_colour": "#fffff0"}, "accent colour"),
    ({"accent_colour_dark": "#0a0a0a"}, "accent colour dark"),
    ({"footer_text": "x" * 401}, "footer text"),
    ({"social_links": "Bluesky"}, "social links"),
    ({"social_links": [BLUESKY] * 2}, "social links"),
    ({"social_links": [{"name": f"{n}", "url": "https://x.org/"} for n in range(7)]}, "social links"),
    ({"social_links": [BLUESKY | {"url": "http://x.org/"}]}, "social links"),
    ({"social_links": [BLUESKY | {"url": "javascript:x()"}]}, "social links"),
    ({"social_links": [BLUESKY | {"name": " "}]}, "social links"),
    ({"social_links": [BLUESKY | {"name": "x" * 31}]}, "social links"),
    ({"social_links": [{"name": "Bluesky"}]}, "social links"),
    ({"social_links": [BLUESKY | {"onclick": "x()"}]}, "social links"),
    ({"social_links": [["Bluesky", "https://x.org/"]]}, "social links"),
    ({"sponsor_name": "The Bank"}, "sponsor text"),
    ({"sponsor_text": "Savings."}, "sponsor name"),
    ({"sponsor_url": "https://bank.example.org/"}, "sponsor name"),
]


@pytest.mark.parametrize(("fields", "named"), BAD)
def test_what_cannot_stand_in_a_letter_is_refused_by_name(
    publication: Publication, fields: dict[str, Any], named: str
) -> None:
    with pytest.raises(BadInput) as refused:
        edit_publication.update_publication(publication, **fields)
    assert refused.value.field == named


def test_an_accent_that_is_hard_to_read_is_taken_because_it_can_be_mended(publication: Publication) -> None:
    assert edit_publication.update_publication(publication, accent_colour="#ffd400", accent_colour_dark="#202080")


@pytest.mark.parametrize("token", list(MergeTag))
def test_no_part_of_a_brand_carries_a_readers_mark(publication: Publication, token: MergeTag) -> None:
    link = {"name": f"_{token}", "url": f"https://x.org/{token}"}
    edit_publication.update_publication(
        publication, footer_text=token, social_links=[link], sponsor_name=token, sponsor_text=token
    )
    parts = [publication.footer_text, publication.sponsor_name, publication.sponsor_text]
    assert not [part for part in [*parts, *publication.social_links[0].values()] if token in part]
