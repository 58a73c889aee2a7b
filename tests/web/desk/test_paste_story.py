"""Pasting a story: what each line was taken for, overruling, and the appeal found in it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from newsletter.giving.models import Appeal
from newsletter.publications.models import Publication
from newsletter.stories.correction_models import SiteCorrection
from newsletter.stories.models import Story
from newsletter.stories.pasted_text.parse_pasted_text import MAX_LINES
from tests.pictures.drawn import file, photo
from tests.support import factories as make
from tests.web.asking import follow, words

PASTE = "/desk/morning/paste/"
TEXT = """The harbour gets its lighthouse back
In this report by Ada Bell for Valley News, the town decides to light the tower again after thirty dark years.
The lamp was found in a cellar, wrapped in sailcloth, and works.
Give the gift of news
We cannot do it alone.
- Reporters in five towns
- Every council meeting covered
- Reporters in five towns
- Every council meeting covered
Support our journalism today.
The light is lit on Friday at dusk, and the band plays on the pier."""
FORM = {"text": TEXT, "url": "https://post.example.org/lighthouse"}
APPEAL = {
    "appeal-name": "Gift",
    "appeal-heading": "Give the gift of news",
    "appeal-lead": "We cannot do it alone.",
    "appeal-points": "Reporters in five towns\nEvery council meeting covered",
    "appeal-closing": "Support our journalism today.",
    "appeal-button": "Support us",
    "appeal-url": "https://post.example.org/give",
}


def test_every_line_is_shown_with_what_it_was_taken_for(cora: Client, publication: Publication) -> None:
    page = cora.post(PASTE, FORM | {"action": "read"})
    text = page.content.decode()
    for number, line in enumerate(TEXT.splitlines(), start=1):
        assert f'name="line-{number}"' in text
        assert line in words(page)
    assert "By Ada Bell for Valley News" in words(page)
    assert Story.objects.count() == 0


def test_the_story_goes_into_the_queue_without_the_donation_block(cora: Client, publication: Publication) -> None:
    assert "was added to the queue" in follow(cora.post(PASTE, FORM | {"action": "add"}), cora)
    story = Story.objects.get()
    assert story.headline == "The harbour gets its lighthouse back"
    assert (story.byline, story.source_name) == ("Ada Bell", "Valley News")
    assert story.body.count("<p>") == 3
    assert "gift" not in story.body
    assert "Reporters" not in story.body


def test_a_persons_word_overrules_the_guess(cora: Client, publication: Publication) -> None:
    said = FORM | {"line-3": "ignored", "line-4": "paragraph"}
    page = cora.post(PASTE, said | {"action": "read"}, headers={"HX-Request": "true"})
    assert b"<html" not in page.content
    assert '<option value="ignored" selected>' in page.content.decode()
    cora.post(PASTE, said | {"action": "add"})
    body = Story.objects.get().body
    assert "Give the gift of news" in body
    assert "cellar" not in body


def test_left_as_guessed_is_no_word_of_a_person(cora: Client, publication: Publication) -> None:
    page = cora.post(PASTE, FORM | {"action": "read", "line-1": "", "line-2": ""})
    assert "your correction" not in words(page)


COPIED_PAGE = "\n".join(["Home", "World", "Politics", "Sport", "Sign in", "Subscribe", "Search", TEXT])


def test_one_click_brings_a_line_back_and_another_leaves_it_out(cora: Client, publication: Publication) -> None:
    last = len(COPIED_PAGE.splitlines())
    form = FORM | {"text": COPIED_PAGE}
    page = cora.post(PASTE, form | {"leave-out": str(last)})
    assert f'name="bring-back" value="{last}"' in page.content.decode()
    again = {f"line-{last}": "ignored", "bring-back": str(last)}
    page = cora.post(PASTE, form | again)
    assert f'name="leave-out" value="{last}"' in page.content.decode()
    cora.post(PASTE, form | {f"line-{last}": "paragraph", "action": "add"})
    assert "the band plays" in Story.objects.get().body


def test_a_menu_is_folded_and_no_line_of_it_is_lost(cora: Client, publication: Publication) -> None:
    page = cora.post(PASTE, FORM | {"text": COPIED_PAGE, "action": "read"})
    assert "7 lines left out: “Home” to “Search”" in words(page)
    for number, line in enumerate(COPIED_PAGE.splitlines(), start=1):
        assert f'name="line-{number}"' in page.content.decode()
        assert line in words(page)
    page = cora.post(PASTE, FORM | {"text": COPIED_PAGE, "line-2": "ignored", "action": "read"})
    assert "lines left out: “Home”" not in words(page)


def test_the_longest_page_can_be_corrected(cora: Client, publication: Publication) -> None:
    text = "\n".join([*TEXT.splitlines(), *(f"Title {number}" for number in range(MAX_LINES - 11))])
    lines = {f"line-{number}": "" for number in range(1, MAX_LINES + 1)}
    page = cora.post(PASTE, FORM | lines | {"text": text, "line-3": "ignored", "action": "read"})
    assert page.status_code == 200
    assert "your correction" in words(page)


def test_one_click_takes_another_line_as_the_headline(cora: Client, publication: Publication) -> None:
    lines = [
        "News",
        "Ferry to close",
        "6 May 2026",
        "Bell tower rings for the first time since the war",
        *TEXT.splitlines(),
    ]
    form = FORM | {"text": "\n".join(lines)}
    page = cora.post(PASTE, form).content.decode()
    offered = [int(number) for number in re.findall(r'name="take-as-headline" value="(\d+)"', page)]
    assert 5 in offered or f"<h2>{lines[4]}</h2>" in page
    assert 1 <= len(offered) <= 3
    for number in offered:  # also in place of a line that was chosen before
        chosen = form | {"line-2": "headline", "take-as-headline": str(number)}
        page = cora.post(PASTE, chosen, headers={"HX-Request": "true"}).content.decode()
        assert f"<h2>{lines[number - 1]}</h2>" in page
        assert f'value="{number}"' not in re.findall(r'name="take-as-headline" (value="\d+")', page)


@pytest.mark.parametrize("name", ["bring-back", "leave-out", "take-as-headline"])
@pytest.mark.parametrize("value", ["", "x", "999", "٣", "-1", "9" * 500])
def test_a_click_on_a_line_that_is_not_there_breaks_nothing(
    cora: Client, publication: Publication, name: str, value: str
) -> None:
    assert cora.post(PASTE, FORM | {name: value}).status_code == 200


@pytest.mark.parametrize("name", ["line-99", "line-x", "line-٣", "line-" + "9" * 500])
def test_a_word_on_a_line_that_is_not_there_breaks_nothing(cora: Client, publication: Publication, name: str) -> None:
    assert cora.post(PASTE, FORM | {"action": "read", name: "ignored"}).status_code == 200


def test_an_empty_paste_says_so_at_its_field(cora: Client, publication: Publication) -> None:
    page = cora.post(PASTE, {"text": " \n ", "url": "https://post.example.org/x"})
    assert "Has no text" in words(page)
    assert "https://post.example.org/x" in page.content.decode()


def test_a_bad_link_loses_neither_text_nor_overruling(cora: Client, publication: Publication) -> None:
    for url in ("", "nowhere"):
        page = cora.post(PASTE, FORM | {"url": url, "line-3": "ignored", "action": "add"})
        text = page.content.decode()
        assert 'id="id_url_error"' in text
        assert '<option value="ignored" selected>' in text
        assert "sailcloth" in text
    assert Story.objects.count() == 0


def test_a_link_that_is_queued_already_can_be_added_again(cora: Client, publication: Publication) -> None:
    make.story(publication, url=FORM["url"])
    assert "Add anyway" in words(cora.post(PASTE, FORM | {"action": "add"}))
    cora.post(PASTE, FORM | {"action": "add", "again": "1"})
    assert Story.objects.count() == 2


def test_the_first_line_break_of_the_text_survives_the_second_step(cora: Client, publication: Publication) -> None:
    page = cora.post(PASTE, FORM | {"text": "\n" + TEXT, "action": "read"}).content.decode()
    # browsers leave out the first line break of a text field, so it is written twice
    assert '<textarea name="text" hidden aria-label="The pasted text">\n\nThe harbour' in page.replace("\r", "")


def test_hostile_text_is_shown_as_text(cora: Client, publication: Publication) -> None:
    text = '<img src=x onerror="alert(1)">\n</textarea><script>alert(1)</script> and more words of the story'
    page = cora.post(PASTE, {"text": text, "url": 'https://e.example/"><script>', "action": "read"}).content.decode()
    assert "<img" not in page
    assert "<script>alert" not in page


def test_an_editor_keeps_the_appeal_where_it_stood(eddie: Client, publication: Publication) -> None:
    page = eddie.post(PASTE, FORM | APPEAL | {"action": "keep"})
    assert "“Gift” is saved but not active yet" in words(page)
    assert "Support us links to https://post.example.org/give" in words(page)
    appeal = Appeal.objects.get()
    assert not appeal.is_active
    assert appeal.points == ["Reporters in five towns", "Every council meeting covered"]
    assert (appeal.story_number, appeal.paragraph_number) == (1, 2)


def test_keeping_it_twice_keeps_it_once_and_says_so(eddie: Client, publication: Publication) -> None:
    pages = [eddie.post(PASTE, FORM | APPEAL | {"action": "keep"}) for _ in range(2)]
    assert Appeal.objects.count() == 1
    assert "“Gift” is saved" in words(pages[1])


def test_an_appeal_is_offered_once_an_editor_has_confirmed_its_words(
    cora: Client, eddie: Client, publication: Publication
) -> None:
    eddie.post(PASTE, FORM | APPEAL | {"action": "keep"})
    assert cora.post(PASTE, FORM | {"action": "confirm"}).status_code == 403
    assert "“Gift” is active." in words(eddie.post(PASTE, FORM | {"action": "confirm"}))
    assert Appeal.objects.get().is_active
    assert "This appeal is already saved" in words(eddie.post(PASTE, FORM | {"action": "read"}))


def test_nothing_is_confirmed_that_is_not_in_the_text(eddie: Client, publication: Publication) -> None:
    make.appeal(publication, is_active=False)
    eddie.post(PASTE, FORM | {"action": "confirm"})
    assert not Appeal.objects.get().is_active


def test_words_of_others_get_no_destination_of_ours(eddie: Client, publication: Publication) -> None:
    make.appeal(publication, url="https://post.example.org/our-gifts", button="Our button")
    page = eddie.post(PASTE, FORM | {"action": "read"}).content.decode()
    assert "our-gifts" not in page
    assert "Our button" not in page


def test_an_appeal_of_ours_is_known_whatever_unseen_signs_it_was_copied_with(
    eddie: Client, publication: Publication
) -> None:
    eddie.post(PASTE, FORM | APPEAL | {"action": "keep"})
    eddie.post(PASTE, FORM | {"action": "confirm"})
    odd = TEXT.replace("Reporters in five", "Re\u00adporters\u00a0in\u200b five").replace("gift of", "GIFT\u00a0of")
    assert "This appeal is already saved" in words(eddie.post(PASTE, FORM | {"text": odd, "action": "read"}))


def test_an_appeal_that_lacks_something_is_shown_again_as_typed(eddie: Client, publication: Publication) -> None:
    page = eddie.post(PASTE, FORM | APPEAL | {"appeal-url": "", "action": "keep"})
    assert 'id="id_appeal-url_error"' in page.content.decode()
    assert 'value="Support us"' in page.content.decode()
    assert Appeal.objects.count() == 0


def test_what_was_typed_of_the_appeal_survives_another_look(eddie: Client, publication: Publication) -> None:
    page = eddie.post(PASTE, FORM | APPEAL | {"line-3": "ignored", "action": "read"})
    assert 'value="https://post.example.org/give"' in page.content.decode()


def test_a_curator_sees_the_appeal_but_does_not_keep_it(cora: Client, publication: Publication) -> None:
    assert "an editor can save it" in words(cora.post(PASTE, FORM | {"action": "read"}))
    assert cora.post(PASTE, FORM | APPEAL | {"action": "keep"}).status_code == 403
    assert Appeal.objects.count() == 0


# --- its picture ------------------------------------------------------------------------------


def handed(data: bytes) -> dict[str, SimpleUploadedFile]:
    return {"picture_file": SimpleUploadedFile("tower.webp", data, content_type="image/webp")}


def test_a_picture_is_handed_over_with_the_pasted_story(cora: Client, publication: Publication) -> None:
    said = {"action": "add", "picture_alt": "A white tower", "picture_credit": "Odd Lunde"}
    cora.post(PASTE, FORM | said | handed(file(photo(2400, 1350), "WEBP")))
    story = Story.objects.select_related("picture").get()
    assert story.picture
    assert (story.picture.kind, story.picture.width) == ("jpg", 1200)
    assert (story.picture_alt, story.picture_credit) == ("A white tower", "Odd Lunde")


def test_a_pasted_storys_picture_can_be_fetched_from_an_address(cora: Client, publication: Publication) -> None:
    said = {"action": "add", "picture_url": "https://post.example.org/t.jpg", "picture_decorative": "on"}
    assert "The picture is being fetched" in follow(cora.post(PASTE, FORM | said), cora)
    assert Story.objects.get().picture_decorative


@pytest.mark.parametrize(
    ("more", "problem", "field"),
    [
        (handed(b"no picture") | {"picture_alt": "A tower"}, "Cannot be read as a picture.", "picture_file"),
        (handed(file(photo(), "WEBP")), "Describe the picture", "picture_alt"),
        (handed(file(photo(), "WEBP")), "Choose the file again", "picture_file"),
        (handed(file(photo(), "WEBP")) | {"url": "nowhere"}, "Choose the file again", "picture_file"),
        (handed(file(photo(), "WEBP")) | {"action": "read"}, "Choose the file again", "picture_file"),
    ],
)
def test_a_refused_picture_loses_nothing_that_was_typed(
    cora: Client, publication: Publication, more: dict[str, object], problem: str, field: str
) -> None:
    said = {"action": "add", "line-3": "ignored", "picture_credit": "Odd Lunde"}
    page = cora.post(PASTE, FORM | said | more)
    text = page.content.decode()
    assert problem in words(page)
    assert f'id="id_{field}_error"' in text
    assert "Odd Lunde" in text
    assert "sailcloth" in text
    assert '<option value="ignored" selected>' in text
    assert '<details open id="pictured"' in text
    assert Story.objects.count() == 0


ARTICLE = "\n\n".join(
    [
        "The harbour gets its light back",
        "It was lit on Friday, and many people came to see it from all the villages along the coast.",
        "Our members get ten percent off all books in the shop.",
        "The keeper said that it would burn each night until spring, as it had done for a hundred years.",
    ]
)
AGAIN = ARTICLE.replace("The harbour gets its light back", "The ferry stays in the harbour")


def test_a_line_that_was_left_out_is_left_out_of_the_next_text_of_the_site(
    cora: Client, publication: Publication
) -> None:
    page, left_out = "/desk/morning/paste/", {"line-5": "ignored"}
    first = {"text": ARTICLE, "url": "https://www.post.example.org/a", "action": "add"}
    cora.post(page, first | left_out)
    assert "ten percent" not in Story.objects.get().body
    second = {"text": AGAIN, "url": "https://post.example.org/b", "action": "add"}
    shown = words(cora.post(page, second))
    assert "1 line has another type now, as you corrected before on example.org. Check the story, then add it." in shown
    assert "choose “Detected” to forget it" in shown
    assert Story.objects.count() == 1
    repeated = {"corrected": "example.org"}
    cora.post(page, second | repeated | left_out)
    assert "ten percent" not in Story.objects.latest("pk").body

    third = second | {"url": "https://post.example.org/c"}
    cora.post(page, third | repeated | {"line-5": ""})  # detected is right after all
    assert "ten percent" in Story.objects.latest("pk").body
    assert not SiteCorrection.objects.exists()


def test_a_text_of_another_site_is_added_at_once(cora: Client, publication: Publication) -> None:
    page = "/desk/morning/paste/"
    cora.post(page, {"text": ARTICLE, "url": "https://a.example.org/a", "action": "add", "line-5": "ignored"})
    cora.post(page, {"text": AGAIN, "url": "https://a.example.net/b", "action": "add"})
    assert Story.objects.count() == 2


def test_a_pasted_text_takes_as_many_paragraphs_as_a_link_and_more_by_a_click(
    cora: Client, publication: Publication
) -> None:
    lines = [f"The council of town number {n} met on Friday and decided about the harbour." for n in range(6)]
    form = {"text": "\n\n".join(["The harbour gets its light back", *lines]), "url": "https://post.example.org/a"}
    shown = words(cora.post(PASTE, form))
    assert (
        "The teaser takes the first 4 paragraphs, as the publication sets. 2 further paragraphs are left out" in shown
    )
    assert "1 further paragraph is left out" in words(cora.post(PASTE, form | {"bring-back": "13"}))
    cora.post(PASTE, form | {"line-13": "paragraph", "action": "add"})
    body = Story.objects.get().body
    assert [line in body for line in lines] == [True, True, True, True, False, True]
