"""One's own account: profile and sessions."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newsletter.accounts import browser_sessions
from newsletter.accounts.models import BrowserSession, Role, User
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.lib import clock
from tests.support import factories as make
from tests.web.asking import words
from tests.web.conftest import signed_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1"


@pytest.fixture
def nora(db: None) -> User:
    return make.person(Role.EDITOR, "Nora", password=make.PASSWORD)


def sign_in(**headers: str) -> Client:
    browser = Client(**headers)  # type: ignore[arg-type]  # header values
    browser.post("/sign-in/", {"username": "nora@example.org", "password": make.PASSWORD})
    return browser


def test_name_and_time_zone_are_saved_and_recorded(nora: User) -> None:
    browser = signed_in(nora)
    browser.post("/account/", {"name": " Nora N. ", "time_zone": "Europe/Berlin"})
    nora.refresh_from_db()
    assert (nora.name, nora.time_zone) == ("Nora N.", "Europe/Berlin")
    assert Record.objects.get(act=Act.PROFILE_CHANGED).details["time_zone"] == "UTC → Europe/Berlin"
    wrong = browser.post("/account/", {"name": "Nora", "time_zone": "Mars/Base"})
    assert (wrong.status_code, "Unknown time zone" in words(wrong)) == (422, True)
    assert 'value="Mars/Base"' in wrong.content.decode()


def test_sessions_are_listed_with_browser_and_network_and_ended_from_elsewhere(nora: User) -> None:
    laptop = sign_in(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="198.51.100.77")
    phone = sign_in(HTTP_USER_AGENT=PHONE, REMOTE_ADDR="2001:db8:1:2:3::9")
    page = words(laptop.get("/account/sessions/"))
    assert "Firefox on Linux this browser" in page
    assert "Safari on iPhone" in page
    assert "198.51.100.0/24" in page
    assert "2001:db8:1:2::/64" in page
    assert "198.51.100.77" not in page
    other = BrowserSession.objects.get(browser="Safari on iPhone")
    laptop.post("/account/sessions/", {"session": str(other.pk)})
    assert phone.get("/account/").status_code == 302
    assert laptop.get("/account/").status_code == 200
    assert Record.objects.get(act=Act.SESSIONS_ENDED).details["browser"] == "Safari on iPhone"
    third = sign_in()
    laptop.post("/account/sessions/", {"session": "others"})
    assert third.get("/account/").status_code == 302
    assert laptop.get("/account/").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(nora: User, cora: Client) -> None:
    hers = sign_in()
    aged = Client()
    aged.force_login(nora)
    assert aged.post("/account/sessions/", {"session": "others"})["Location"].startswith("/account/confirm/")
    for value in (str(BrowserSession.objects.filter(user=nora).earliest("pk").pk), "0", "x", "9" * 30, "'", "-1"):
        cora.post("/account/sessions/", {"session": value})
    cora.post("/account/sessions/", {"session": "others"})
    assert hers.get("/account/").status_code == 200
    assert "Nora" not in words(cora.get("/account/sessions/"))


def test_a_session_ends_when_it_was_not_used_and_long_after_its_sign_in(nora: User, settings: Any) -> None:
    settings.SESSION_IDLE_HOURS, settings.SESSION_MAX_HOURS = 1, 10

    def aged(**ages: float) -> Client:
        browser = sign_in()
        session = browser.session
        for name, hours in ages.items():
            session[name] = int((clock.now() - timedelta(hours=hours)).timestamp())
        session.save()
        return browser

    assert aged(used_at=0.9, signed_in_at=9).get("/account/").status_code == 200
    assert aged(used_at=1.1, signed_in_at=2).get("/account/").status_code == 302
    assert aged(used_at=0, signed_in_at=10.1).get("/account/").status_code == 302
    over = aged(used_at=1.1)
    over.get("/account/")
    assert over.session.get("_auth_user_id") is None


def test_use_is_written_once_a_minute_and_refreshes_of_a_page_are_no_use(nora: User) -> None:
    browser = sign_in()
    BrowserSession.objects.update(last_used_at=clock.now() - timedelta(minutes=9))
    with CaptureQueriesContext(connection) as seen:
        browser.get("/account/sessions/")
    assert not [query for query in seen if query["sql"].startswith(("UPDATE", "INSERT"))]
    session = browser.session
    session[browser_sessions.USED_AT] -= 120
    session.save()
    browser.get("/account/", HTTP_HX_REQUEST="true")
    assert BrowserSession.objects.filter(last_used_at__lt=clock.now() - timedelta(minutes=8)).exists()
    browser.get("/account/")
    assert not BrowserSession.objects.filter(last_used_at__lt=clock.now() - timedelta(minutes=1)).exists()


def test_a_session_that_ends_while_its_request_arrives_is_anonymous(
    nora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in()
    session = browser.session
    session[browser_sessions.USED_AT] -= 120
    session.save()
    is_over = browser_sessions.is_over

    def end_meanwhile(*args: Any, **kwargs: Any) -> bool:
        Session.objects.all().delete()
        return is_over(*args, **kwargs)

    monkeypatch.setattr(browser_sessions, "is_over", end_meanwhile)
    assert browser.get("/account/")["Location"].startswith("/sign-in/")


def test_a_sign_in_gets_a_new_key_and_the_session_of_before_is_gone(nora: User, client: Client) -> None:
    client.get("/sign-in/passkey/")  # stores a question, so there is a session before the sign-in
    planted = client.session.session_key
    client.post("/sign-in/", {"username": nora.email, "password": make.PASSWORD})
    assert client.session.session_key != planted
    assert not Session.objects.filter(pk=planted).exists()


def test_a_new_password_ends_all_other_sessions(nora: User) -> None:
    own, other = sign_in(), sign_in()
    new = "another long sentence"
    own.post("/password/", {"old_password": make.PASSWORD, "new_password1": new, "new_password2": new})
    assert own.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert [one.session_id for one in BrowserSession.objects.filter(user=nora)] == [own.session.session_key]


def test_a_page_for_readers_asks_nothing_about_a_session(client: Client, db: None) -> None:
    make.publication()
    with CaptureQueriesContext(connection) as seen:
        answer = client.get("/j/morning")
    assert not [query for query in seen if "session" in query["sql"]]
    assert answer.status_code in (200, 404)


@pytest.mark.parametrize(
    ("agent", "name"),
    [(FIREFOX, "Firefox on Linux"), (PHONE, "Safari on iPhone"), ("", "A browser"), ("curl/8", "A browser")],
)
def test_a_browser_is_named_in_words(agent: str, name: str) -> None:
    assert browser_sessions.browser_name(agent) == name
