"""An edition that asks has a second letter, which thanks: frozen, looked at and approved together with the first."""

from datetime import timedelta
from typing import Any

import pytest

from newsletter.editions.models import Edition, EditionState, Variant
from newsletter.giving import edit_appeal
from newsletter.letters import assemble_edition, edition_decisions, render_letter
from newsletter.letters.content.appeal_view import view_of_thanks
from newsletter.letters.content.translations import TRANSLATIONS, translation_for
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.mail.message import Letter
from newsletter.rendering.markup.css_inlining import inline_css
from tests.golden.looks import coast, give
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
BEFORE = MONDAY - timedelta(hours=1)


def assembled(**appeal: Any) -> Edition:
    publication = make.publication()
    make.story(publication)
    make.appeal(publication, **appeal)
    return assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)


def test_it_says_what_the_other_says_but_thanks_where_that_asks() -> None:
    edition = assembled()
    asks, thanks = (edition.letters.get(variant=variant) for variant in (Variant.DEFAULT, Variant.THANKS))
    assert (asks.gave_within, thanks.gave_within) == (None, 30)
    assert asks.subject == thanks.subject
    for body in (thanks.text.replace("\n", " "), thanks.html):
        assert "It took four years." in body
        assert "Thank you for your gift" in body
        assert "You recently gave to The Morning Post" in body
        assert "https://post.example.org/give" not in body
        assert "Support our reporting" not in body
        assert "Readers pay for this" not in body
    assert "https://post.example.org/give" in asks.html
    assert "Thank you for your gift" not in asks.html


def test_the_newsroom_s_own_thanks_stand_in_it() -> None:
    edition = assembled(thanks_heading="You did this", thanks_lead="Three reporters\nthank you.")
    text = edition.letters.get(variant=Variant.THANKS).text
    assert "You did this" in text
    assert "Three reporters thank you." in text
    assert "Thank you for your gift" not in text


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_there_are_words_of_thanks_in_every_language(language: str) -> None:
    view = view_of_thanks(give(), coast(language=language), translation_for(language))
    assert view.heading
    assert "The Coast Road" in view.lead
    assert not view.asks
    if language != "en":
        assert view.heading != translation_for("en").thanks[0]


def test_each_letter_is_rendered_and_inlined_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []

    def counted(html: str) -> str:
        rendered.append(html)
        return inline_css(html)

    monkeypatch.setattr(render_letter, "inline_css", counted)
    assembled()
    assert len(rendered) == 3  # one asks, one thanks, one does neither
    assert len(set(rendered)) == 3


def test_an_appeal_that_stands_in_the_footer_only_is_not_even_there_in_it() -> None:
    publication = make.publication()
    make.story(publication, is_sensitive=True)
    make.appeal(publication)
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    thanks = edition.letters.get(variant=Variant.THANKS)
    assert "https://post.example.org/give" in edition.letters.get(variant=Variant.DEFAULT).text
    assert "https://post.example.org/give" not in thanks.html + thanks.text
    assert "Thank you for your gift" not in thanks.text


def test_for_readers_who_chose_no_appeals_it_neither_asks_nor_thanks() -> None:
    edition = assembled()
    plain = edition.letters.get(variant=Variant.PLAIN)
    assert plain.gave_within is None
    for body in (plain.text.replace("\n", " "), plain.html):
        assert "It took four years." in body
        assert "Thank you for your gift" not in body
        assert "https://post.example.org/give" not in body
        assert "Readers pay for this" not in body
        assert "letter=plain" in body  # nor does its page on the web
    asking_less = assembled(thanks_days=0)
    assert {letter.variant for letter in asking_less.letters.all()} == {Variant.DEFAULT, Variant.PLAIN}


def test_without_an_appeal_there_is_one_letter() -> None:
    publication = make.publication()
    make.story(publication)
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert edition.letters.count() == 1
    assert not assemble_edition.has_thanks_letter(edition, now=BEFORE)
    with pytest.raises(InvalidState, match="no thank-you version"):
        assemble_edition.preview(edition, now=BEFORE, variant=Variant.THANKS)


@pytest.mark.parametrize(
    "change", [{"thanks_heading": "Much obliged"}, {"thanks_lead": "To you."}, {"thanks_days": 7}, {"thanks_days": 0}]
)
def test_other_thanks_or_another_time_for_them_void_the_approval(change: dict[str, Any]) -> None:
    edition = assembled()
    edition_decisions.approve(edition, content_hash=edition.content_hash, by=make.eddie(), now=BEFORE)
    assert assemble_edition.refresh_stale() == []
    edit_appeal.update_appeal(edition.publication.appeals.get(), **change)
    assert assemble_edition.refresh_stale() == [edition.pk]


def test_the_approved_hash_covers_both_letters() -> None:
    one, other = assembled(), assembled(thanks_heading="Much obliged")
    assert one.content_hash != other.content_hash


def test_a_stop_in_either_letter_holds_the_edition_and_says_in_which(monkeypatch: pytest.MonkeyPatch) -> None:
    render = render_letter.render

    def broken(contents: Any) -> Letter:
        made = render(contents)
        if contents.appeal and contents.appeal.asks:
            return made
        return Letter(made.subject, made.text, made.html.replace("/u/__nl_reader__", "/nowhere"))

    monkeypatch.setattr(render_letter, "render", broken)
    edition = assembled()
    assert edition.state == EditionState.HELD
    stops = [finding for finding in edition.findings if finding["severity"] == "stop"]
    assert stops
    marked = {finding["place"].partition(": ")[0] for finding in stops}
    assert marked == {"Thank-you version", "Version without appeal"}
    assert edition.letters.get(variant=Variant.DEFAULT).findings == [
        finding for finding in edition.findings if finding["severity"] != "stop"
    ]


def test_what_is_wrong_with_both_letters_is_said_once() -> None:
    publication = make.publication()
    make.story(publication, picture_url="https://pictures.example.org/one.jpg")
    make.appeal(publication)
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    told = [(finding["code"], finding["place"]) for finding in edition.findings]
    assert ("picture.missing", f"Story 1, “{edition.stories.get().headline}”") in told
    assert len(told) == len(set(told))


def test_a_preview_shows_either_by_the_same_road() -> None:
    publication = make.publication()
    make.story(publication)
    make.appeal(publication)
    edition = make.edition(publication)
    before = {variant: assemble_edition.preview(edition, now=BEFORE, variant=variant) for variant in Variant}
    assemble_edition.assemble(edition.pk, now=BEFORE)
    edition.refresh_from_db()
    assert {variant: assemble_edition.preview(edition, now=BEFORE, variant=variant) for variant in Variant} == before


@pytest.mark.parametrize("days", [-1, 366])
def test_nobody_is_thanked_longer_than_gifts_are_kept(days: int) -> None:
    appeal = make.appeal(make.publication())
    with pytest.raises(BadInput, match="Enter 0 to 365"):
        edit_appeal.update_appeal(appeal, thanks_days=days)
