"""What an edition does about pictures that are not here yet."""

from datetime import timedelta
from typing import Any

import pytest

from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition
from newsletter.pictures.models import Picture, PictureState, Use
from newsletter.publications.models import Layout, Publication
from newsletter.stories import story_queue
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
ADDRESS = "https://elsewhere.example.org/p.jpg"
NOW = MONDAY - timedelta(hours=1)


def coming(*, asked_at: Any = NOW - timedelta(minutes=5), **said: Any) -> Picture:
    picture = Picture.objects.create(**{"use": Use.STORY, "source_url": ADDRESS} | said)
    Picture.objects.filter(pk=picture.pk).update(asked_at=asked_at)
    return picture


def edition_with(picture: Picture | None, publication: Publication | None = None, **said: Any) -> Edition:
    publication = publication or make.publication()
    make.story(publication, picture=picture, picture_url=ADDRESS, picture_alt="A street", **said)
    return make.edition(publication)


def assembled(edition: Edition, *, now: Any = NOW) -> Edition:
    return assemble_edition.assemble(edition.pk, now=now)


def warnings(edition: Edition) -> dict[str, str]:
    """Codes and mends of what was found about pictures."""
    letter = edition.letters.get()
    return {f["code"]: f["hint"] for f in letter.findings if f["code"] in ("picture.missing", "logo.missing")}


def test_a_letter_shows_our_own_copy_at_the_size_of_its_column() -> None:
    picture = make.picture(width=1200, height=800)
    letter = assembled(edition_with(picture)).letters.get()
    assert f'src="http://127.0.0.1:8000/pictures/{picture.name}" alt="A street" width="536" height="357"' in letter.html
    assert "elsewhere.example.org" not in letter.html
    assert [f for f in letter.findings if f["code"].startswith("picture")] == []


@pytest.mark.parametrize("made", [lambda: None, coming, lambda: coming(state=PictureState.FAILED, problem="It broke.")])
def test_a_picture_that_is_not_here_is_left_out_with_a_warning_and_never_linked_to(made: Any) -> None:
    edition = assembled(edition_with(made()))
    assert edition.state == EditionState.ASSEMBLED
    letter = edition.letters.get()
    assert "elsewhere.example.org" not in letter.html + letter.text
    assert warnings(edition)["picture.missing"].startswith("The email is sent without this picture.")


def test_the_warning_names_the_story_the_reason_and_the_mend() -> None:
    failed = coming(state=PictureState.FAILED, problem="Its server answered 404.", hint="Upload it.")
    [finding] = [
        f for f in assembled(edition_with(failed, headline="Rain")).letters.get().findings if "picture" in f["code"]
    ]
    assert finding["place"] == "Story 1, “Rain”"
    assert finding["hint"].endswith("Its server answered 404. Upload it.")
    assert finding["severity"] == "warn"


def test_a_picture_that_would_not_be_printed_is_not_missed() -> None:
    briefing = make.publication(layout=Layout.BRIEFING)
    assert warnings(assembled(edition_with(None, briefing))) == {}


def test_a_first_try_is_waited_for_half_a_minute_and_no_longer() -> None:
    edition = edition_with(coming(asked_at=NOW - timedelta(seconds=29)))
    assert assembled(edition).state == EditionState.PLANNED
    assert assembled(edition, now=NOW + timedelta(seconds=1)).state == EditionState.ASSEMBLED


def test_nothing_is_waited_for_once_the_edition_is_due() -> None:
    edition = edition_with(coming(asked_at=MONDAY))
    assert assembled(edition, now=MONDAY).state == EditionState.ASSEMBLED


def test_one_whose_first_try_failed_is_not_waited_for() -> None:
    assert assembled(edition_with(coming(asked_at=NOW, problem="It is slow."))).state == EditionState.ASSEMBLED


def test_a_picture_that_comes_later_does_not_take_an_approval_away() -> None:
    picture = coming()
    edition = assembled(edition_with(picture))
    picture.refresh_from_db()
    assert picture.state == PictureState.FAILED  # nobody fetches it any more
    assert not assemble_edition.is_stale(edition)


def test_a_picture_that_is_asked_for_anew_brings_the_letter_back() -> None:
    edition = assembled(edition_with(coming(state=PictureState.FAILED, problem="It broke.")))
    story = edition.stories.get()
    story_queue.update(story, picture_url=ADDRESS)
    assert not assemble_edition.is_stale(edition)  # the letter is the same until it is here
    assert story.picture
    Picture.objects.filter(pk=story.picture.pk).update(
        state=PictureState.STORED, digest="0" * 32, kind="jpg", width=1200, height=800
    )
    assert assemble_edition.is_stale(edition)


def test_a_logo_that_is_not_here_leaves_the_name_and_a_warning() -> None:
    logo = coming(use=Use.LOGO)
    publication = make.publication(name="The Tideline", logo_url=ADDRESS, logo=logo)
    edition = assembled(edition_with(make.picture(), publication))
    assert "The Tideline" in edition.letters.get().html
    assert list(warnings(edition)) == ["logo.missing"]
    logo.refresh_from_db()
    assert logo.state == PictureState.FAILED


def test_a_logo_stands_in_the_letter_with_numbers_for_its_size() -> None:
    logo = make.picture(use=Use.LOGO, kind="png", width=720, height=160)
    publication = make.publication(logo_url=ADDRESS, logo=logo, logo_width=180)
    html = assembled(edition_with(make.picture(), publication)).letters.get().html
    assert f'src="http://127.0.0.1:8000/pictures/{logo.name}" alt="The Morning Post" width="180" height="40"' in html
