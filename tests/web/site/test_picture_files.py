"""Pictures at the desk and on the web: handed over, shown, kept by whoever asked."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from newsletter.pictures import import_pictures, picture_storage
from newsletter.pictures.models import Picture, PictureState, Use
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from tests.pictures.drawn import file, opened, photo, plain
from tests.support import factories as make
from tests.support.factories import MONDAY
from tests.web.asking import follow, words
from tests.web.desk.test_stories import FORM, NEW

ADDRESS = "https://example.org/p.jpg"


def handed_over(data: bytes, name: str = "p.webp") -> dict[str, SimpleUploadedFile]:
    return {"picture_file": SimpleUploadedFile(name, data, content_type="image/webp")}


# --- serving --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_picture_is_given_to_anybody_and_kept_for_ever(client: Client) -> None:
    picture = import_pictures.save_upload(file(photo()), Use.STORY, now=MONDAY)
    answer = client.get(f"/pictures/{picture.name}")
    assert answer.content == picture_storage.read(picture.name)
    assert opened(answer.content).size == (picture.width, picture.height)
    told = {name: answer[name] for name in ("Content-Type", "Cache-Control", "X-Content-Type-Options", "ETag")}
    assert told == {
        "Content-Type": "image/jpeg",
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
        "ETag": f'"{picture.name}"',
    }
    assert answer["Content-Security-Policy"] == "default-src 'none'"
    assert not answer.has_header("Vary")
    assert dict(answer.cookies) == {}


@pytest.mark.django_db
def test_who_has_it_is_told_so_and_gets_nothing(client: Client) -> None:
    picture = import_pictures.save_upload(file(plain(300, 200)), Use.STORY, now=MONDAY)
    address = f"/pictures/{picture.name}"
    again = client.get(address, HTTP_IF_NONE_MATCH=f'"{picture.name}"')
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(address)
    assert (head.status_code, head.content, head["Content-Type"]) == (200, b"", "image/png")
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("name", ["0" * 32 + ".jpg", "x.jpg", "..%2fsecret-key", "0" * 32 + ".svg"])
def test_what_is_not_there_is_told_without_asking_the_database(client: Client, name: str) -> None:
    answer = client.get(f"/pictures/{name}")
    assert answer.status_code == 404
    assert "public" not in answer.get("Cache-Control", "")


# --- handing over ---------------------------------------------------------------------------


def test_a_file_is_handed_over_made_fit_and_shown(cora: Client, publication: Publication) -> None:
    sent = FORM | {"picture_alt": "A wet street"} | handed_over(file(photo(2400, 1350), "WEBP"))
    assert "was added to the queue." in follow(cora.post(NEW, sent), cora)
    story = Story.objects.get()
    assert story.picture
    assert (story.picture.state, story.picture.kind, story.picture.width) == (PictureState.STORED, "jpg", 1200)
    assert story.picture_url == ""
    page = cora.get(f"/stories/{story.pk}/").content.decode()
    assert f'<img src="/pictures/{story.picture.name}" alt="A wet street" width="1200"' in page
    assert cora.get(f"/pictures/{story.picture.name}").status_code == 200


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7 not a picture", "Cannot be read as a picture. Use a JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Is an SVG drawing"),
        (b"\xff" * 20_000_001, "Is too large. Choose a file under 20 MB."),
        (b"", "The submitted file is empty."),
    ],
    ids=["pdf", "svg", "large", "empty"],
)
def test_a_file_that_is_of_no_use_is_told_at_its_field_and_nothing_typed_is_lost(
    cora: Client, publication: Publication, data: bytes, said: str
) -> None:
    page = cora.post(NEW, FORM | {"picture_alt": "A street"} | handed_over(data))
    assert said in words(page)
    assert 'id="id_picture_file_error"' in page.content.decode()
    assert 'value="Rain at last"' in page.content.decode()
    assert not Story.objects.exists()


def test_a_file_that_a_browser_forgets_is_asked_for_once_more(cora: Client, publication: Publication) -> None:
    page = cora.post(NEW, FORM | handed_over(file(plain(300, 200))))
    assert "Describe the picture" in words(page)
    assert "Choose the file again" in words(page)


def test_a_decorative_picture_needs_no_words(cora: Client, publication: Publication) -> None:
    cora.post(NEW, FORM | {"picture_decorative": "on"} | handed_over(file(plain(300, 200))))
    story = Story.objects.get()
    assert (story.picture_decorative, story.picture_alt, story.picture is not None) == (True, "", True)


def test_a_picture_is_taken_out_and_one_that_was_handed_over_stays_when_nothing_is_said(
    cora: Client, publication: Publication
) -> None:
    story = make.story(publication, picture=make.picture(), picture_alt="A street")
    page = f"/stories/{story.pk}/"
    cora.post(page, FORM | {"picture_alt": "A wet street"})
    story.refresh_from_db()
    assert (story.picture_alt, story.picture is not None) == ("A wet street", True)
    cora.post(page, FORM | {"picture_alt": "A wet street", "picture_out": "on"})
    story.refresh_from_db()
    assert (story.picture, story.picture_url, story.picture_alt) == (None, "", "")


# --- by its address -------------------------------------------------------------------------


def test_an_address_is_an_order_that_the_request_does_not_wait_for(cora: Client, publication: Publication) -> None:
    said = follow(cora.post(NEW, FORM | {"picture_url": ADDRESS, "picture_alt": "A street"}), cora)
    assert "The picture is being fetched." in said
    assert "Fetching picture" in said
    picture = Picture.objects.get()
    assert (picture.state, picture.source_url, picture.tries) == (PictureState.PENDING, ADDRESS, 0)


def test_the_page_asks_again_until_the_picture_is_there(cora: Client, publication: Publication) -> None:
    cora.post(NEW, FORM | {"picture_url": ADDRESS, "picture_alt": "A street"})
    story = Story.objects.get()
    asked = f"/stories/{story.pk}/picture/"
    assert f'hx-get="{asked}" hx-trigger="every 2s"' in cora.get(asked).content.decode()
    Story.objects.update(picture=make.picture())
    fragment = cora.get(asked).content.decode()
    assert "hx-get" not in fragment
    assert "<img" in fragment


def test_one_that_cannot_be_fetched_says_why_and_saving_tries_again(cora: Client, publication: Publication) -> None:
    cora.post(NEW, FORM | {"picture_url": ADDRESS, "picture_alt": "A street"})
    problem = {"problem": "The server responded with status 404 instead of a picture.", "hint": "Open it in a browser."}
    Picture.objects.update(state=PictureState.FAILED, **problem)
    story = Story.objects.get()
    assert f"Picture missing: {problem['problem']}" in words(cora.get("/"))
    page = words(cora.get(f"/stories/{story.pk}/"))
    assert f"could not be fetched {problem['problem']} {problem['hint']} Save the story to try again" in page
    cora.post(f"/stories/{story.pk}/", FORM | {"picture_url": ADDRESS, "picture_alt": "A street"})
    story.refresh_from_db()
    assert story.picture
    assert (story.picture.state, story.picture.problem) == (PictureState.PENDING, "")


def test_saving_other_words_does_not_order_the_same_picture_twice(cora: Client, publication: Publication) -> None:
    cora.post(NEW, FORM | {"picture_url": ADDRESS, "picture_alt": "A street"})
    story = Story.objects.get()
    cora.post(f"/stories/{story.pk}/", FORM | {"kicker": "New", "picture_url": ADDRESS, "picture_alt": "A street"})
    assert Picture.objects.count() == 1
    cora.post(f"/stories/{story.pk}/", FORM | {"picture_url": f"{ADDRESS}?2", "picture_alt": "A street"})
    assert Picture.objects.count() == 2


def test_a_letter_may_load_our_pictures_and_nothing_else(cora: Client, publication: Publication) -> None:
    make.story(publication, picture=make.picture(), picture_alt="A street")
    edition = make.edition(publication)
    letter = cora.get(f"/editions/{edition.pk}/letter/")
    assert "img-src http://127.0.0.1:8000/pictures/;" in letter["Content-Security-Policy"]
    assert 'src="http://127.0.0.1:8000/pictures/' in letter.content.decode()
