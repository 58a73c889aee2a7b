"""What strangers and thieves try on the pages of accounts."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import URLPattern

from newsletter.accounts import browser_sessions
from newsletter.accounts.models import Role, User
from newsletter.publications.models import Publication
from newsletter.urls import ACCOUNT
from tests.support import factories as make
from tests.web.conftest import signed_in

PARTS = {"<str:token>": "x-y", "<int:pk>": "1"}


def posted(pattern: URLPattern) -> str:
    path = "/" + str(pattern.pattern)
    for part, value in PARTS.items():
        path = path.replace(part, value)
    return path


@pytest.mark.parametrize("pattern", ACCOUNT, ids=lambda pattern: pattern.name)
def test_no_form_of_an_account_is_sent_from_another_site(pattern: URLPattern, db: None) -> None:
    nora = make.person(Role.ADMIN, "Nora")
    browser = signed_in(nora)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    assert strict.post(posted(pattern), {"session": "others"}).status_code in (403, 405)


@pytest.mark.parametrize(
    "path", ["/readers/export/morning.csv", "/readers/export/morning/consent.csv", "/editions/{edition}/send/"]
)
def test_a_session_left_open_neither_exports_readers_nor_sends(path: str, publication: Publication) -> None:
    edition = make.approved_edition(publication)
    browser = Client()
    browser.force_login(make.person(Role.ADMIN, "Ada"))
    answer = browser.get(path.format(edition=edition.pk))
    assert answer["Location"].startswith("/account/confirm/?next=")
    sent = browser.post(f"/editions/{edition.pk}/send-now/", {})
    assert sent["Location"] == f"/account/confirm/?next=%2Feditions%2F{edition.pk}%2Fsend%2F"
    edition.refresh_from_db()
    assert edition.state == "approved"


def test_no_file_of_readers_is_downloaded_from_a_session_left_open(publication: Publication) -> None:
    browser = Client()
    browser.force_login(make.person(Role.ADMIN, "Ada"))
    for path in ("/ops/dispatches/1/missing.csv", "/readers/imports/1/rows.csv"):
        assert browser.get(path)["Location"] == f"/account/confirm/?{urlencode({'next': path})}"


def test_the_second_step_belongs_to_the_browser_that_knew_the_password(db: None) -> None:
    for path in ("/sign-in/code/", "/account/second-factor/codes/"):
        assert Client().get(path)["Location"].startswith("/sign-in/")
        assert Client().post(path, {"code": "123456"})["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_no_page_leads_to_another_site(where: str, db: None) -> None:
    nora = make.person(Role.OPS, "Nora", password=make.PASSWORD)
    form = {"username": nora.email, "password": make.PASSWORD, "next": where}
    assert Client().post("/sign-in/", form)["Location"] == "/ops/"
    assert signed_in(nora).post("/account/confirm/", {"password": make.PASSWORD, "next": where})["Location"] == "/ops/"


def test_a_link_in_an_email_is_neither_cached_nor_sent_on_as_referrer(db: None) -> None:
    for path in ("/invitations/x", "/password/reset/x"):
        answer = Client().get(path)
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"


def test_a_session_of_somebody_deleted_or_closed_is_nobodys(db: None) -> None:
    nora = make.person(Role.CURATOR, "Nora")
    browser = signed_in(nora)
    User.objects.filter(pk=nora.pk).update(is_active=False)  # as by another program, without ending the sessions
    assert browser.get("/account/")["Location"].startswith("/sign-in/")
    assert browser_sessions.sessions_of(nora, now=make.MONDAY) == []
