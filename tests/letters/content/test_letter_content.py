from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from datetime import UTC, datetime

import pytest
from django.db.models import Model

from newsletter.editions.models import Edition
from newsletter.giving.models import Appeal
from newsletter.giving.place_appeal import AppealPosition
from newsletter.letters.content.brand_view import brand_of
from newsletter.letters.content.letter_content import LetterContent, build_content, fingerprint
from newsletter.letters.content.story_view import COLUMN
from newsletter.letters.render_letter import render
from newsletter.lib.errors import InvalidState
from newsletter.pictures.models import Picture, PictureState
from newsletter.publications.models import Fonts, Publication
from newsletter.stories.models import Direction, Story
from tests.golden.editions import BASE_URL, bare, edition_of, kept, rich
from tests.golden.looks import EVERY


def publication(**given: object) -> Publication:
    return Publication(**{"slug": "p", "name": "The Tideline", "postal_address": "1 Quay", "sender_name": "T", **given})


def story(**given: object) -> Story:
    return Story(**{"headline": "One", "url": "https://example.org/1", "body": "<p>Words.</p>", **given})


def gathered(*stories: Story, edition: Edition | None = None, **given: object) -> LetterContent:
    edition = edition or edition_of(publication(**given))
    return build_content(edition, stories=stories or [story()], appeal=None, spot=None, base_url=BASE_URL)


def values_in(value: object) -> list[object]:
    """Everything a template could reach from `value`."""
    if is_dataclass(value) and not isinstance(value, type):
        return [value, *(v for f in fields(value) for v in values_in(getattr(value, f.name)))]
    if isinstance(value, tuple):
        return [value, *(v for item in value for v in values_in(item))]
    return [value]


@pytest.mark.parametrize("name", EVERY)
def test_no_model_reaches_a_template(name: str) -> None:
    reachable = values_in(EVERY[name]())
    assert not any(isinstance(value, Model) for value in reachable)


def test_contents_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        rich().subject = "Other"  # type: ignore[misc] # the very thing


def test_an_edition_without_stories_has_no_letter() -> None:
    with pytest.raises(InvalidState):
        build_content(edition_of(publication()), stories=[], appeal=None, spot=None, base_url=BASE_URL)


# --- subject, preheader, note ---------------------------------------------------------------


def test_the_subject_is_the_editors_or_the_first_headline() -> None:
    assert gathered(edition=edition_of(publication(), subject=" Mine ")).subject == "Mine"
    assert gathered(story(headline="First"), story(headline="Second")).subject == "First"


def test_the_preheader_names_the_other_headlines() -> None:
    contents = gathered(story(headline="First"), story(headline="Second"), story(headline="Third"))
    assert contents.preheader == "Second · Third"
    assert gathered(edition=edition_of(publication(), preheader="Mine")).preheader == "Mine"


def test_a_subject_of_the_editors_own_leaves_the_first_headline_for_the_preheader() -> None:
    assert gathered(story(headline="First"), edition=edition_of(publication(), subject="Mine")).preheader == "First"


def test_the_preheader_of_a_single_story_is_how_it_begins() -> None:
    contents = gathered(story(body=f"<p>{'The tide came in. ' * 20}</p>"))
    assert contents.preheader.startswith("The tide came in.")
    assert contents.preheader.endswith("…")
    assert len(contents.preheader) <= 140


def test_a_note_is_parted_into_paragraphs_at_empty_lines() -> None:
    edition = edition_of(publication(), intro="One\ntwo.\n\n  \nThree.\r\n\r\nFour.")
    assert gathered(edition=edition).intro == ("One two.", "Three.", "Four.")


def test_without_a_note_the_letter_begins_with_its_first_story() -> None:
    assert gathered().intro == ()


def test_the_accent_of_dark_mode_is_that_of_light_mode_made_legible() -> None:
    red = gathered(edition=edition_of(publication(accent_colour="#b3261e", accent_colour_dark=""))).brand
    channels = [int(red.dark.accent[n : n + 2], 16) for n in (1, 3, 5)]
    assert channels[0] == max(channels)  # still a red
    own = gathered(edition=edition_of(publication(accent_colour="#b3261e", accent_colour_dark="#7cc4de"))).brand
    assert own.dark.accent == "#7cc4de"


def test_a_digest_lists_its_stories_from_six_on() -> None:
    assert not gathered(*[story()] * 5).listed
    assert gathered(*[story()] * 6).listed


def test_an_edition_without_a_local_date_is_dated_in_the_publications_time_zone() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    edition = Edition(publication=publication(time_zone="Asia/Tokyo"), due_at=late, assemble_at=late)
    assert gathered(edition=edition).date == "Wednesday, November 25, 2026"


# --- stories --------------------------------------------------------------------------------


def test_a_body_is_sanitised_by_whatever_road_its_row_was_written() -> None:
    view = gathered(
        story(body='<p onclick="x()">Hi<script>alert(1)</script> <a href="javascript:x()">you</a></p>')
    ).stories[0]
    html = "".join(passage.html for passage in view.passages)
    assert "script" not in html
    assert "onclick" not in html
    assert "Hi" in html


def test_passages_are_the_blocks_that_the_appeal_is_placed_by() -> None:
    view = gathered(story(body="<p>One</p><ul><li>Two</li><li>Three</li></ul><p>Four</p>")).stories[0]
    assert [(p.kind, p.lines) for p in view.passages] == [("p", ("One",)), ("ul", ("Two", "Three")), ("p", ("Four",))]


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((1072, 600), (COLUMN, 300)),
        ((4000, 1000), (COLUMN, 134)),
        ((400, 300), (400, 300)),
        ((1200, 1), (COLUMN, 1)),
    ],
)
def test_a_picture_is_as_wide_as_the_column_and_never_enlarged(size: tuple[int, int], shown: tuple[int, int]) -> None:
    picture = gathered(story(picture=kept("bridge", *size))).stories[0].picture
    assert picture
    assert (picture.width, picture.height) == shown
    assert picture.url == f"{BASE_URL}/pictures/bridge.jpg"


@pytest.mark.parametrize(
    ("size", "shown"),
    [((500, 1500), (200, 600)), ((1200, 1600), (450, 600)), ((1080, 1350), (480, 600)), ((16, 1600), (6, 600))],
)
def test_a_tall_picture_does_not_take_the_whole_screen(size: tuple[int, int], shown: tuple[int, int]) -> None:
    picture = gathered(story(picture=kept("tower", *size))).stories[0].picture
    assert picture
    assert (picture.width, picture.height) == shown


def test_a_numbered_list_goes_on_counting_in_both_forms() -> None:
    [passage] = gathered(story(body='<ol start="6"><li>six</li></ol>')).stories[0].passages
    assert (passage.start, passage.lines) == (6, ("six",))
    letter = render(gathered(story(body='<ol start="6"><li>six</li><li>seven</li></ol>')))
    assert "6. six\n7. seven" in letter.text
    assert '<ol start="6"' in letter.html


def test_a_picture_that_we_do_not_have_is_not_shown_from_where_it_is() -> None:
    address = "https://elsewhere.example.org/p.jpg"
    for picture in (None, Picture(source_url=address), Picture(source_url=address, state=PictureState.FAILED)):
        [view] = gathered(story(picture=picture, picture_url=address, picture_alt="A bridge")).stories
        assert view.picture is None


def test_a_logo_is_no_wider_than_its_file_and_the_name_stands_for_one_that_we_do_not_have() -> None:
    brand = brand_of(publication(logo=kept("logo", 120, 40, "png"), logo_width=180), pictures="https://p.org")
    assert brand.logo
    assert (brand.logo.url, brand.logo.width, brand.logo.height) == ("https://p.org/logo.png", 120, 40)
    waiting = publication(
        logo_url="https://elsewhere.org/l.png", logo=Picture(source_url="https://elsewhere.org/l.png")
    )
    assert brand_of(waiting, pictures="https://p.org").logo is None


def test_a_story_may_have_a_language_and_direction_of_its_own() -> None:
    arabic, english, forced = gathered(
        story(language="ar", headline="خبر"), story(), story(language="und", direction=Direction.RTL)
    ).stories
    assert (arabic.language, arabic.direction, arabic.words.language) == ("ar", "rtl", "ar")
    assert (english.language, english.direction) == ("en", "ltr")
    assert forced.direction == "rtl"


def test_a_headline_in_other_letters_than_its_story_gets_its_own_direction() -> None:
    mixed, latin = gathered(
        story(headline="UNESCO تدرس الملف"), story(headline="Only Latin here"), language="ar"
    ).stories
    assert (mixed.direction, mixed.headline_direction) == ("rtl", "rtl")
    assert (latin.direction, latin.headline_direction) == ("rtl", "ltr")


# --- brand, links, appeal -------------------------------------------------------------------


def test_font_stacks_follow_choice_and_language() -> None:
    assert gathered().brand.typefaces.text.startswith("Georgia")
    assert gathered(fonts=Fonts.SANS).brand.typefaces.text.startswith("Helvetica")
    assert "Arabic" in gathered(language="ar").brand.typefaces.text


def test_personal_addresses_carry_the_readers_mark() -> None:
    links = gathered().links
    assert links.unsubscribe == "https://letters.example.org/u/__nl_reader__"
    assert links.preferences == "https://letters.example.org/p/__nl_reader__"
    assert links.web == "https://letters.example.org/v/__nl_reader__"


def test_an_appeals_lines_are_tidied() -> None:
    appeal = Appeal(
        heading="H", lead="one\ntwo", points=["a", "b"], closing="c\n\n d \n", button="B", url="https://x.org"
    )
    made = build_content(
        edition_of(publication()), stories=[story()], appeal=appeal, spot=None, base_url=BASE_URL
    ).appeal
    assert made
    assert (made.lead, made.points, made.closing) == ("one two", ("a", "b"), ("c", "d"))
    assert made.label == "A message from The Tideline"


def test_without_an_appeal_there_is_no_spot() -> None:
    edition = edition_of(publication())
    assert (
        build_content(edition, stories=[story()], appeal=None, spot=AppealPosition(0, 1), base_url=BASE_URL).spot
        is None
    )


# --- fingerprint ----------------------------------------------------------------------------


def test_the_same_contents_have_the_same_fingerprint() -> None:
    assert fingerprint(rich()) == fingerprint(rich())
    assert len(fingerprint(rich())) == 64


def test_anything_a_reader_would_see_changes_the_fingerprint() -> None:
    before = rich()
    first = before.stories[0]
    assert before.appeal
    changed = [
        replace(before, subject="Other"),
        replace(before, preheader="Other"),
        replace(before, date="Other"),
        replace(before, intro=(*before.intro, "More")),
        replace(before, spot=AppealPosition(0, 1)),
        replace(before, spot=None),
        replace(before, appeal=None),
        replace(before, appeal=replace(before.appeal, points=before.appeal.points[:2])),
        replace(before, stories=before.stories[::-1]),
        replace(before, stories=(replace(first, url="https://example.org/other"), *before.stories[1:])),
        replace(before, brand=replace(before.brand, tagline="Other")),
        replace(before, postal_address="Other"),
        bare(),
    ]
    assert len({fingerprint(contents) for contents in [before, *changed]}) == len(changed) + 1


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Odd Lunde", "Picture: Odd Lunde"),
        ("Photo: Odd Lunde", "Photo: Odd Lunde"),
        ("Photo by Odd Lunde", "Photo by Odd Lunde"),
        ("© Odd Lunde", "© Odd Lunde"),
        ("Foto : Odd Lunde", "Foto : Odd Lunde"),
        ("Fot. Odd Lunde", "Fot. Odd Lunde"),
        ("Photo Odd Lunde / AP", "Photo Odd Lunde / AP"),
        ("写真 朝日", "写真 朝日"),
        ("צילום: עודד", "צילום: עודד"),
        ("Photographer unknown", "Picture: Photographer unknown"),
    ],
)
def test_a_credit_that_says_what_it_is_gets_no_second_label(typed: str, printed: str) -> None:
    picture = gathered(story(picture=kept("bridge", 1072, 600), picture_credit=typed)).stories[0].picture
    assert picture
    assert picture.credit == printed
