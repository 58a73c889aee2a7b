"""A publication's logos at the desk: handed over, seen, refused with reasons, taken out."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from tests.pictures.drawn import file, plain
from tests.web.asking import follow, words

LOGOS = "/desk/morning/logos/"
WIDTH = {"logo_width": "200"}


def png(width: int = 720, height: int = 160) -> SimpleUploadedFile:
    return SimpleUploadedFile("logo.png", file(plain(width, height)), content_type="image/png")


def test_logos_are_handed_over_and_seen(eddie: Client, publication: Publication) -> None:
    page = eddie.post(LOGOS, WIDTH | {"logo": png(2400, 600), "logo_dark": png(720, 180)})
    assert "Logos saved." in follow(page, eddie)
    publication.refresh_from_db()
    assert publication.logo
    assert publication.logo_dark
    assert (publication.logo.width, publication.logo.kind, publication.logo_width) == (1200, "png", 200)
    text = eddie.get(LOGOS).content.decode()
    assert f"/pictures/{publication.logo.name}" in text
    assert f'alt="{publication.name}"' in text


def test_a_file_wins_over_an_address_and_one_alone_leaves_the_other(eddie: Client, publication: Publication) -> None:
    both = "https://post.example.org/day.png", "https://post.example.org/night.png"
    edit_publication.update_publication(publication, logo_url=both[0], logo_dark_url=both[1])
    eddie.post(LOGOS, WIDTH | {"logo": png()})
    publication.refresh_from_db()
    assert publication.logo
    assert publication.logo_dark
    assert (publication.logo.is_stored, publication.logo_url) == (True, "")
    assert (publication.logo_dark.is_pending, publication.logo_dark_url) == (True, both[1])


def test_logos_are_taken_out(eddie: Client, publication: Publication) -> None:
    eddie.post(LOGOS, WIDTH | {"logo": png(), "logo_dark": png()})
    assert "needs a light logo" in words(eddie.post(LOGOS, WIDTH | {"logo_out": "on"})).replace("Needs", "needs")
    eddie.post(LOGOS, WIDTH | {"logo_out": "on", "logo_dark_out": "on"})
    publication.refresh_from_db()
    assert (publication.logo, publication.logo_dark) == (None, None)


@pytest.mark.parametrize(
    ("given", "problem", "field"),
    [
        ({"logo": SimpleUploadedFile("a.png", b"no picture")}, "Cannot be read", "logo"),
        ({"logo": SimpleUploadedFile("a.svg", b"<svg></svg>")}, "Save it as a PNG", "logo"),
        ({"logo_dark": png()}, "Needs a light logo.", "logo_dark"),
        (
            {"logo": png(), "logo_dark": png(300, 300)},
            "Is 300 × 300 pixels, but the light logo is 720 × 160",
            "logo_dark",
        ),
        ({"logo": png(), "logo_dark": png(300, 300)}, "Choose the file again", "logo"),
        ({"logo": png(), "logo_width": "9000"}, "Enter a number from 16 to 600", "logo_width"),
        ({"logo": png(), "logo_width": "9000"}, "Choose the file again", "logo"),
    ],
)
def test_what_cannot_be_a_logo_is_refused_at_its_field_and_changes_nothing(
    eddie: Client, publication: Publication, given: dict[str, object], problem: str, field: str
) -> None:
    for each in given.values():
        if isinstance(each, SimpleUploadedFile):
            each.seek(0)
    page = eddie.post(LOGOS, {"logo_width": "231"} | given)
    assert problem in words(page)
    assert f'id="id_{field}_error"' in page.content.decode()
    assert ("231" in page.content.decode()) != ("logo_width" in given)  # what was typed stays
    assert "/pictures/" not in page.content.decode()
    publication.refresh_from_db()
    assert (publication.logo, publication.logo_dark, publication.logo_width) == (None, None, 180)


def test_curators_do_not_change_logos(cora: Client, publication: Publication) -> None:
    assert cora.get(LOGOS).status_code == 403
    assert "Logos" not in words(cora.get("/desk/morning/"))


def test_a_logo_that_somebody_else_has_given_meanwhile_is_not_replaced_without_a_word(
    eddie: Client, publication: Publication
) -> None:
    eddie.post(LOGOS, WIDTH | {"logo": png()})
    publication.refresh_from_db()
    theirs = publication.logo_id
    page = eddie.post(LOGOS, WIDTH | {"logo": png(600, 160), "seen-logo": "", "seen-logo_width": "200"})
    assert "Someone else changed this while you were editing" in words(page)
    publication.refresh_from_db()
    assert publication.logo_id == theirs
