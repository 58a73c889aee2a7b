"""The pages of work that was given up."""

import pytest
from django.test import Client

from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.ops.given_up.kinds_of_work import KINDS
from newsletter.pictures.models import Picture, PictureState
from tests.ops.given_up_rows import give_up_one_of_each
from tests.support import factories as make
from tests.web.asking import follow, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed_picture() -> Picture:
    give_up_one_of_each(make.publication(slug="morning"))
    return Picture.objects.get()


def test_without_such_work_the_page_says_so(otto: Client) -> None:
    assert "Nothing was given up" in words(otto.get("/ops/given-up/"))


def test_each_kind_is_listed_and_only_what_can_be_discarded_has_the_button(
    otto: Client, failed_picture: Picture
) -> None:
    page = words(otto.get("/ops/given-up/"))
    assert "Webhook posts: 1" in page
    assert f"Picture {failed_picture.pk} from https://post.example.org/1.jpg" in page
    html = otto.get("/ops/given-up/").content.decode()
    assert [kind.code for kind in KINDS if f"/ops/given-up/{kind.code}/discard/" not in html] == ["feeds"]
    assert otto.get("/ops/given-up/feeds/discard/").status_code == 404


def test_a_picture_is_tried_again_after_the_page_has_said_what_happens(otto: Client, failed_picture: Picture) -> None:
    at = f"/ops/given-up/pictures/retry/{failed_picture.pk}/"
    asked = words(otto.get(at))
    assert f"Try Picture {failed_picture.pk} from https://post.example.org/1.jpg again?" in asked
    assert "Workers fetch it again, at most six times." in asked
    assert "1 picture: will be tried again." in follow(otto.post(at), otto)
    failed_picture.refresh_from_db()
    assert failed_picture.state == PictureState.PENDING
    assert Record.objects.get().act == Act.WORK_RETRIED
    assert "There is nothing to decide" in words(otto.get(at))
    assert "somebody has acted already" in follow(otto.post(at), otto)


def test_all_of_a_kind_are_discarded(otto: Client, failed_picture: Picture) -> None:
    make.story(make.publication(), picture=_another())
    at = "/ops/given-up/pictures/discard/"
    assert "Discard 2 pictures?" in words(otto.get(at))
    assert "2 pictures: discarded." in follow(otto.post(at), otto)
    assert Record.objects.get().details == {"kind": "pictures", "rows": 2}


def test_a_pasted_text_is_explained_and_an_unknown_one_is_kept(otto: Client) -> None:
    known = words(otto.post("/ops/failures/", {"text": "550 5.7.26 for rita@readers.example"}))
    assert "wants SPF, DKIM and DMARC" in known
    unknown = otto.post("/ops/failures/", {"text": "never seen <b>before</b>"})
    assert "has none of the words in this text" in words(unknown)
    assert b"never seen &lt;b&gt;before" in unknown.content


def _another() -> Picture:
    return Picture.objects.create(
        use="story", state=PictureState.FAILED, source_url="https://post.example.org/2.jpg", problem="404"
    )
