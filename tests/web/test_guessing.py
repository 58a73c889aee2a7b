"""Guessing passwords: how far strangers get, whatever they vary, and that they keep nobody out."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.web.site.sign_in.attempt_limits import RATES
from tests.support import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.long]

EMAIL = "eddie@example.org"
SPELLINGS = [EMAIL.upper(), f"  {EMAIL}\t", "Eddie@Example.org"]
ACCOUNT_HERE, ADDRESS, NETWORK, ACCOUNT = (
    int(RATES[name].partition("/")[0]) for name in ("account-in-network", "address", "network", "account")
)


def attempt(password: str, *, email: str = EMAIL, client: Client | None = None, **meta: Any) -> int:
    """302 in, 200 wrong, 429 not even tried."""
    return (client or Client()).post("/sign-in/", {"username": email, "password": password}, **meta).status_code


# Thirty posts, and what each varies. All of them wrong.
VARIED: dict[str, Callable[[int], tuple[dict[str, str], dict[str, Any]]]] = {
    "nothing": lambda _: ({}, {}),
    "an empty password between": lambda n: ({"password": "" if n % 5 == 4 else f"wrong {n}"}, {}),
    "blanks for a password": lambda n: ({"password": " " * (n % 3 + 1)}, {}),
    "the spelling of the address": lambda n: ({"username": SPELLINGS[n % 3]}, {}),
    "X-Forwarded-For": lambda n: ({}, {"HTTP_X_FORWARDED_FOR": f"203.0.113.{n}"}),
    "other forwarding headers": lambda n: (
        {},
        {f"HTTP_{name}": f"203.0.113.{n}" for name in ("X_REAL_IP", "CLIENT_IP", "TRUE_CLIENT_IP", "FORWARDED")},
    ),
    "the address in its network": lambda n: ({}, {"REMOTE_ADDR": f"198.51.100.{n}"}),
    "the IPv6 address on its line": lambda n: ({}, {"REMOTE_ADDR": f"2001:db8:1:2::{n:x}"}),
    "the host name": lambda n: ({}, {"HTTP_HOST": ["testserver", "localhost", "127.0.0.1"][n % 3]}),
    "the kind of answer": lambda n: (
        {},
        {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest", "HTTP_ACCEPT": "application/json"} if n % 2 else {},
    ),
    "a made-up cookie": lambda n: ({}, {"HTTP_COOKIE": f"known-0123456789abcdef=x{n}:1abc:forged; sessionid=x{n}"}),
    "extra fields": lambda n: (dict.fromkeys(("email", "login", "remember"), f"other-{n}@example.org"), {}),
}  # fmt: skip


@pytest.mark.parametrize("varied", VARIED)
def test_of_thirty_wrong_guesses_few_are_tried_whatever_is_varied(varied: str, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
    eddie = make.eddie(make.PASSWORD)
    for number in range(30):
        form, meta = VARIED[varied](number)
        Client().post("/sign-in/", {"username": EMAIL, "password": f"wrong {number}", **form}, **meta)
    tried = Record.objects.filter(act=Act.SIGN_IN_FAILED, subject_id=eddie.pk).count()
    assert tried == ACCOUNT_HERE
    _, last = VARIED[varied](29)
    last.pop("HTTP_ACCEPT", None)
    assert attempt(make.PASSWORD, **last) == 429, "even the right one waits"


def test_an_empty_password_takes_nothing_back() -> None:
    make.eddie(make.PASSWORD)
    for password in ["wrong"] * 4 + [""] + ["wrong"] * 4:
        assert attempt(password) == 200
    assert attempt(make.PASSWORD) == 429


def test_signing_in_to_an_account_of_ones_own_takes_nothing_back() -> None:
    make.eddie(make.PASSWORD)
    make.cora(make.PASSWORD)
    for _ in range(ACCOUNT_HERE):
        assert attempt("wrong") == 200
        assert attempt(make.PASSWORD, email="cora@example.org") == 302
    assert attempt(make.PASSWORD) == 429


def test_many_made_up_names_push_no_count_out_and_are_stopped_themselves() -> None:
    make.eddie(make.PASSWORD)
    for _ in range(ACCOUNT_HERE):
        attempt("wrong")
    answers = [attempt("wrong", email=f"made-up-{n}@example.org", REMOTE_ADDR=f"198.51.100.{n}") for n in range(70)]
    assert answers.count(200) == NETWORK
    assert attempt(make.PASSWORD) == 429


def test_one_address_cannot_try_many_accounts() -> None:
    answers = [attempt("wrong", email=f"person-{n}@example.org") for n in range(ADDRESS + 5)]
    assert answers == [200] * ADDRESS + [429] * 5


def test_a_stranger_elsewhere_keeps_nobody_out() -> None:
    make.eddie(make.PASSWORD)
    for _ in range(30):
        attempt("wrong", REMOTE_ADDR="198.51.100.7")
    assert attempt(make.PASSWORD, REMOTE_ADDR="192.0.2.1") == 302


def test_guesses_from_everywhere_are_stopped_and_a_known_browser_still_gets_in() -> None:
    make.eddie(make.PASSWORD)
    known = Client()
    assert attempt(make.PASSWORD, client=known) == 302
    known.post("/sign-out/")
    answers = [attempt("wrong", REMOTE_ADDR=f"10.1.{n}.1") for n in range(ACCOUNT + 5)]
    assert answers == [200] * ACCOUNT + [429] * 5
    assert attempt(make.PASSWORD, REMOTE_ADDR="10.2.0.1") == 429
    assert attempt(make.PASSWORD, client=known, REMOTE_ADDR="10.2.0.2") == 302


def test_a_known_browser_is_known_to_its_own_account_only_and_may_not_guess_for_ever() -> None:
    make.eddie(make.PASSWORD)
    make.cora(make.PASSWORD)
    browser = Client()
    attempt(make.PASSWORD, email="cora@example.org", client=browser)
    browser.post("/sign-out/")
    assert [attempt("wrong", client=browser) for _ in range(ACCOUNT_HERE + 1)][-1] == 429
    assert attempt(make.PASSWORD, email="cora@example.org", client=browser) == 302
    browser.post("/sign-out/")
    answers = [attempt("wrong", email="cora@example.org", client=browser, REMOTE_ADDR=f"10.3.{n}.1") for n in range(9)]
    assert answers == [200] * 8 + [429]


def test_behind_proxies_of_ours_each_client_is_counted_by_itself(settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 2
    make.eddie(make.PASSWORD)
    proxies: dict[str, Any] = {"REMOTE_ADDR": "172.18.0.2"}
    for number in range(30):
        spoofed = f"203.0.113.{number}, 198.51.100.7, 172.18.0.1"
        attempt("wrong", HTTP_X_FORWARDED_FOR=spoofed, **proxies)
    assert attempt(make.PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.7, 172.18.0.1", **proxies) == 429
    assert attempt(make.PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.1, 172.18.0.1", **proxies) == 302


def test_what_was_tried_and_refused_is_recorded_and_a_flood_of_refusals_once() -> None:
    eddie = make.eddie(make.PASSWORD)
    for _ in range(ACCOUNT_HERE + 10):
        attempt("wrong")
    attempt("rita@readers.example", email="rita@readers.example", REMOTE_ADDR="192.0.2.9")
    rows = list(Record.objects.order_by("pk"))
    acts = [row.act for row in rows]
    assert acts == [Act.SIGN_IN_FAILED] * ACCOUNT_HERE + [Act.SIGN_IN_REFUSED, Act.SIGN_IN_FAILED]
    assert {(row.subject_id, row.door, row.place) for row in rows[:-1]} == {(eddie.pk, "page", "127.0.0.1")}
    last = rows[-1]
    assert (last.subject, last.who, last.details, last.place) == ("", "", {}, "192.0.2.9"), "whoever that is"


def test_the_old_password_cannot_be_guessed_in_an_open_session() -> None:
    eddie = make.eddie(make.PASSWORD)
    browser = Client()
    browser.force_login(eddie)
    new = {"new_password1": "another long sentence", "new_password2": "another long sentence"}
    answers = [browser.post("/password/", {"old_password": f"wrong {n}", **new}).status_code for n in range(20)]
    assert answers == [200] * 8 + [429] * 12
    assert browser.post("/password/", {"old_password": make.PASSWORD, **new}).status_code == 429
    eddie.refresh_from_db()
    assert eddie.check_password(make.PASSWORD)


def test_a_mistake_in_the_new_password_is_no_guess() -> None:
    eddie = make.eddie(make.PASSWORD)
    browser = Client()
    browser.force_login(eddie)
    form = {"old_password": make.PASSWORD, "new_password1": "short", "new_password2": "short"}
    assert [browser.post("/password/", form).status_code for _ in range(12)] == [200] * 12


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_find_no_gap() -> None:
    make.eddie(make.PASSWORD)
    answers: list[int] = []

    def guess() -> None:
        try:
            answers.append(attempt("wrong"))
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20
    assert Record.objects.filter(act=Act.SIGN_IN_FAILED).count() <= ACCOUNT_HERE
