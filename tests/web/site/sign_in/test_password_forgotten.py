"""A forgotten password: one answer for every address, one use of a link, and no way around a second factor."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newsletter.accounts import manage_users, password_reset
from newsletter.accounts.models import Role, StaffEmail, User
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.lib import clock
from tests.support import factories as make
from tests.web.asking import words
from tests.web.conftest import signed_in
from tests.web.site.mailbox import emails_to, link_to

NEW = "quite another sentence"
FORM = {"password1": NEW, "password2": NEW}


@pytest.fixture
def nora(db: None) -> User:
    return make.person(Role.EDITOR, "Nora", password=make.PASSWORD)


def asked(client: Client, email: str = "nora@example.org") -> Any:
    return client.post("/password/forgotten/", {"email": email}, follow=True)


def test_the_link_sets_a_password_once_and_ends_all_sessions(nora: User, client: Client) -> None:
    other = signed_in(nora)
    assert other.get("/account/").status_code == 200
    asked(client)
    link = link_to(nora.email)
    assert nora.email in words(client.get(link))
    assert client.post(link, FORM)["Location"] == "/sign-in/"
    assert other.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 302  # it signs nobody in: a second factor may be missing
    for answer in (client.get(link), client.post(link, {"password1": "x" * 20, "password2": "x" * 20})):
        assert answer.status_code == 410
    nora.refresh_from_db()
    assert nora.check_password(NEW)
    assert {Act.PASSWORD_RESET_ASKED, Act.PASSWORD_RESET} <= set(Record.objects.values_list("act", flat=True))
    assert "Your password was changed" in [email["subject"] for email in emails_to(nora.email)]


def test_guesses_from_everywhere_keep_nobody_out_who_has_the_link(nora: User, client: Client) -> None:
    form = {"username": nora.email, "password": "wrong"}
    statuses = [Client(REMOTE_ADDR=f"198.51.{number}.1").post("/sign-in/", form).status_code for number in range(61)]
    assert statuses[-1] == 429
    asked(client)
    client.post(link_to(nora.email), FORM)
    assert Client().post("/sign-in/", form | {"password": NEW}).status_code == 429
    assert client.post("/sign-in/", form | {"password": NEW}).status_code == 302


def test_an_unknown_address_gets_the_same_answer_and_costs_the_same(nora: User) -> None:
    asked(Client(), "warm@example.org")  # the counts of the network have a row from now on
    answers, statements = [], []
    for email in ("nora@example.org", "nobody@example.org"):
        with CaptureQueriesContext(connection) as seen:
            answers.append(asked(Client(), email))
        statements.append([query["sql"].split(" ")[0] for query in seen])
    assert words(answers[0]) == words(answers[1])
    assert statements[0] == statements[1]
    assert emails_to("nobody@example.org") == []
    assert StaffEmail.objects.count() == 3


def test_one_address_gets_three_links_an_hour_and_nobody_learns_that_it_got_no_more(nora: User, client: Client) -> None:
    answers = [words(asked(client)) for _ in range(5)]
    assert len(set(answers)) == 1
    assert StaffEmail.objects.count() == 3


def test_one_network_address_asks_ten_times_an_hour(client: Client, db: None) -> None:
    statuses = [asked(client, f"person{number}@example.org").status_code for number in range(12)]
    assert statuses == [200] * 10 + [429] * 2


def test_a_link_is_void_after_a_sign_in_a_closing_a_new_password_and_four_hours(
    nora: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link() -> str:
        nora.refresh_from_db()
        return f"/password/reset/{password_reset.create_token(nora)}"

    first = link()
    assert client.get(first).status_code == 200
    client.post("/sign-in/", {"username": nora.email, "password": make.PASSWORD})
    assert client.get(first).status_code == 410
    second = link()
    manage_users.close_account(nora, by=None, now=clock.now())
    assert client.get(second).status_code == 410
    manage_users.reopen_account(nora, by=None, now=clock.now())
    assert client.post(second, FORM).status_code == 410
    third = link()
    manage_users.set_password(nora, password=NEW, by=None, now=clock.now())
    assert client.get(third).status_code == 410
    fourth = link()
    later = clock.now().replace(tzinfo=None) + timedelta(hours=4, minutes=1)
    monkeypatch.setattr(password_reset.ResetTokens, "_now", lambda _: later)
    assert client.get(fourth).status_code == 410


@pytest.mark.parametrize("token", ["x", "1-", "1-x-y", "zzzzzzzzzzzzz-a-b", "-", "é-1", "%00-1"])
def test_a_made_up_link_is_void(nora: User, client: Client, token: str) -> None:
    assert client.get(f"/password/reset/{token}").status_code == 410
    assert client.post(f"/password/reset/{token}", FORM).status_code == 410


def test_a_weak_password_is_refused(nora: User, client: Client) -> None:
    asked(client)
    for password in ("short", "password123", "nora@example.org"):
        assert client.post(link_to(nora.email), {"password1": password, "password2": password}).status_code == 422
    assert "do not match" in words(client.post(link_to(nora.email), FORM | {"password2": "another"}))


def test_the_forms_need_the_proof_of_origin(nora: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    for path in ("/password/forgotten/", f"/password/reset/{password_reset.create_token(nora)}"):
        assert strict.post(path, {"email": nora.email} | FORM).status_code == 403
