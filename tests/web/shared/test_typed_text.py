"""No text is lost when the session has ended: the answer shows it, and leads back to the form."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from newsletter.web.shared.typed_text import CHOSEN, OF_PAGE, SECRET, SEEN
from tests.support import factories as make
from tests.web.asking import words
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
DECLINE = "/pitches/{}/decline/"
ON_PAGE = {"Referer": "http://testserver/desk/morning/pitches/?page=2"}


@pytest.fixture
def pitch(publication: Publication) -> Story:
    return make.story(publication, headline="The ferry", state="pitched", pitch="Islanders ask.")


def test_what_was_typed_is_shown_and_signing_in_leads_back_to_the_page_of_the_form(pitch: Story) -> None:
    typed = {"reason": "We <b>ran</b> it in May.", "csrfmiddlewaretoken": "x", "seen-reason": "", "password": "secret"}
    answer = Client().post(DECLINE.format(pitch.pk), typed, headers=ON_PAGE)
    assert answer.status_code == 403
    assert "You are signed out Nothing was saved." in words(answer)
    page = answer.content.decode()
    assert "We &lt;b&gt;ran&lt;/b&gt; it in May.</textarea>" in page
    assert 'href="/sign-in/?next=/desk/morning/pitches/%3Fpage%3D2"' in page
    assert f'data-action="{DECLINE.format(pitch.pk)}"' in page
    assert page.count("<textarea") == 1
    pitch.refresh_from_db()
    assert pitch.state == "pitched"


def test_a_page_elsewhere_is_no_way_back(pitch: Story) -> None:
    answer = Client().post(DECLINE.format(pitch.pk), {"reason": "No."}, headers={"Referer": "https://bad.example/x"})
    assert 'href="/sign-in/?next=/"' in answer.content.decode()


def test_a_form_without_text_leads_to_the_sign_in_page_as_before(pitch: Story) -> None:
    assert Client().post(DECLINE.format(pitch.pk), {"reason": " "})["Location"] == "/sign-in/?next=/"


@pytest.mark.parametrize(("site", "is_shown"), [("same-origin", True), ("cross-site", False)])
def test_a_stale_form_of_our_own_pages_is_shown_with_its_text(pitch: Story, site: str, *, is_shown: bool) -> None:
    browser = signed_in(make.cora())
    browser.handler.enforce_csrf_checks = True
    headers = ON_PAGE | {"Sec-Fetch-Site": site}
    page = words(browser.post(DECLINE.format(pitch.pk), {"reason": "We ran it."}, headers=headers))
    assert "Your session has expired" in page
    assert ("We ran it." in page) is is_shown


@pytest.mark.parametrize(
    "clicked", [{"to": "up"}, {"act": "4", "page": "desk"}, {"publication": "3", "role": "editor"}]
)
def test_a_click_is_no_text(pitch: Story, clicked: dict[str, str]) -> None:
    assert Client().post(DECLINE.format(pitch.pk), clicked)["Location"] == "/sign-in/?next=/"


def test_the_names_of_hidden_fields_and_buttons_are_known() -> None:
    found = set()
    for page in Path(settings.BASE_DIR, "templates/web").rglob("*.html"):
        if page.parent.name in ("readers", "archive"):  # nobody signs in there
            continue
        for tag in re.findall(r"<(?:button\b|input type=.hidden.)[^>]*>", page.read_text()):
            found |= set(re.findall(r'\bname="([^"{]+)"', tag))
    assert len(found) > 30
    unknown = found - OF_PAGE - CHOSEN
    assert not {name for name in unknown if not name.startswith(SEEN) and not any(each in name for each in SECRET)}
