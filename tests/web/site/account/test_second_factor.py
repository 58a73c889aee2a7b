"""Second factors: an app, recovery codes, roles that must have one, limits on guesses."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.webauthn.forms import LoginWebAuthnForm
from django.test import Client

from newsletter.accounts import manage_users, password_reset, second_factors
from newsletter.accounts.models import Role, User
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState
from tests.support import factories as make
from tests.web.asking import words
from tests.web.conftest import signed_in
from tests.web.site.mailbox import emails_to

PASSWORD = {"username": "nora@example.org", "password": make.PASSWORD}


@pytest.fixture
def nora(db: None) -> User:
    make.publication()
    return make.person(Role.EDITOR, "Nora", password=make.PASSWORD)


def code_of(secret: str, *, ahead: int = 0) -> str:
    """Return the code that an app shows now, or so many steps later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead)))


def set_up_app(browser: Client) -> tuple[str, list[str]]:
    """Set up an app on the pages. Return its secret and the recovery codes that were shown."""
    page = browser.get("/account/second-factor/app/").content.decode()
    found = re.search(r'class="app-key">([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    answer = browser.post("/account/second-factor/app/", {"code": code_of(secret, ahead=-1)})
    assert answer["Location"] == "/account/second-factor/codes/"
    shown = re.findall(r"<code>(\d{4} \d{4})</code>", browser.get(answer["Location"]).content.decode())
    assert len(shown) == 10
    return secret, shown


def test_with_an_app_a_password_alone_opens_nothing_and_a_code_works_once(nora: User) -> None:
    secret, _ = set_up_app(signed_in(nora))
    browser = Client()
    assert browser.post("/sign-in/", PASSWORD)["Location"] == "/sign-in/code/"
    assert not Record.objects.filter(act=Act.SIGNED_IN).exists()
    for path in ("/", "/account/", "/account/second-factor/", "/account/confirm/"):
        assert browser.get(path)["Location"].startswith("/sign-in/"), path
    assert browser.post("/sign-in/code/", {"code": "000000"}).status_code == 422
    assert "Forgot your password?" in words(browser.get("/sign-in/"))  # they may be somebody else after all
    assert browser.get("/sign-in/passkey/").status_code == 200
    browser.post("/sign-in/", PASSWORD)
    code = code_of(secret)
    assert browser.post("/sign-in/code/", {"code": code})["Location"] == "/"
    assert browser.get("/account/").status_code == 200
    assert Record.objects.get(act=Act.SIGNED_IN).details == {"second_factor": "totp"}
    thief = Client()
    thief.post("/sign-in/", PASSWORD)
    assert thief.post("/sign-in/code/", {"code": code}).status_code == 422  # seen over the shoulder


@pytest.mark.parametrize("change", ["password", "closed"])
def test_a_sign_in_that_began_before_a_new_password_or_a_closing_ends_with_it(nora: User, change: str) -> None:
    secret, _ = set_up_app(signed_in(nora))
    thief, now = Client(), clock.now()
    assert thief.post("/sign-in/", PASSWORD)["Location"] == "/sign-in/code/"
    if change == "password":
        password_reset.reset_password(password_reset.create_token(nora), password="quite another", now=now)
    else:
        manage_users.reopen_account(manage_users.close_account(nora, by=None, now=now), by=None, now=now)
    answer = thief.post("/sign-in/code/", {"code": code_of(secret)}, follow=True)
    assert "Your account was changed while you signed in. Sign in again." in words(answer)
    assert thief.get("/account/")["Location"].startswith("/sign-in/")
    assert not Record.objects.filter(act=Act.SIGNED_IN).exists()


def test_the_secret_is_not_in_the_database_as_text(nora: User) -> None:
    secret, codes = set_up_app(signed_in(nora))
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not any(code.replace(" ", "") in stored for code in codes)


def test_a_recovery_code_works_once_and_its_owner_is_told(nora: User) -> None:
    _, codes = set_up_app(signed_in(nora))
    for expected in (302, 422):
        browser = Client()
        browser.post("/sign-in/", PASSWORD)
        assert browser.post("/sign-in/code/", {"code": codes[3]}).status_code == expected
    assert "Codes left: 9." in emails_to(nora.email)[-1]["lines"][0]
    assert Record.objects.filter(act=Act.RECOVERY_CODE_USED).count() == 1


def test_recovery_codes_are_shown_once_and_new_ones_replace_them(nora: User) -> None:
    browser = signed_in(nora)
    _, codes = set_up_app(browser)
    assert codes[0] not in browser.get("/account/second-factor/codes/").content.decode()
    answer = browser.post("/account/second-factor/codes/new/", follow=True)
    assert codes[0] not in answer.content.decode()
    assert "New recovery codes were made" in [email["subject"] for email in emails_to(nora.email)]
    thief = Client()
    thief.post("/sign-in/", PASSWORD)
    assert thief.post("/sign-in/code/", {"code": codes[0]}).status_code == 422


def guesses(network: int, *codes: str, browser: Client | None = None) -> list[int]:
    """Enter the right password once, then these codes: 302 in, 422 wrong, 429 not even tried."""
    browser = browser or Client(REMOTE_ADDR=f"10.9.{network}.1")
    assert browser.post("/sign-in/", PASSWORD)["Location"] == "/sign-in/code/"
    return [browser.post("/sign-in/code/", {"code": code}).status_code for code in codes]


WRONG = "000000"


def test_guesses_at_codes_in_one_network_keep_its_owner_out_of_no_other(nora: User) -> None:
    _, codes = set_up_app(signed_in(nora))
    assert guesses(1, *[WRONG] * 10, codes[0]) == [422] * 8 + [429] * 3, "the right one waits, too"
    assert Record.objects.filter(act=Act.SECOND_FACTOR_FAILED).count() == 9  # the refusal is recorded once
    subjects = [email["subject"] for email in emails_to(nora.email)]
    assert subjects.count("Many wrong codes for your account") == 1
    assert guesses(2, codes[0]) == [302]


def test_guesses_at_codes_from_everywhere_are_forty_a_day_and_a_browser_of_the_owner_still_gets_in(nora: User) -> None:
    _, codes = set_up_app(signed_in(nora))
    own, reset = Client(REMOTE_ADDR="10.8.0.1"), Client(REMOTE_ADDR="10.8.0.2")
    assert guesses(0, codes[0], browser=own) == [302]
    own.post("/sign-out/")
    token = password_reset.create_token(nora)
    password = {"password1": make.PASSWORD, "password2": make.PASSWORD}
    assert reset.post(f"/password/reset/{token}", password)["Location"] == "/sign-in/"
    answers = [answer for network in range(9) for answer in guesses(network, *[WRONG] * 5)]
    assert answers == [422] * 40 + [429] * 5
    assert guesses(99, codes[1]) == [429]
    assert guesses(0, codes[1], browser=reset) == [429], "who reads the mailbox makes no known browsers for codes"
    assert guesses(0, *[WRONG] * 7, codes[1], browser=own) == [422] * 7 + [302]
    own.post("/sign-out/")
    assert guesses(0, WRONG, WRONG, browser=own) == [422, 429], "nor does that one guess for ever"
    subjects = [email["subject"] for email in emails_to(nora.email)]
    assert subjects.count("Many wrong codes for your account") == 1


def test_slow_guesses_that_reach_no_limit_are_told_to_the_owner_too(nora: User) -> None:
    set_up_app(signed_in(nora))
    for network in range(5):
        guesses(network, WRONG)
    assert "Many wrong codes for your account" not in [email["subject"] for email in emails_to(nora.email)]
    guesses(6, WRONG)
    assert emails_to(nora.email)[-1]["subject"] == "Many wrong codes for your account"


def test_guesses_at_the_password_in_a_stolen_session_stop_no_other_session(nora: User) -> None:
    thief, own = Client(), Client()
    thief.force_login(nora)
    own.force_login(nora)
    assert [thief.post("/account/confirm/", {"password": "x"}).status_code for _ in range(9)] == [422] * 8 + [429]
    assert own.post("/account/confirm/", {"password": make.PASSWORD})["Location"] == "/"


def test_a_newsroom_behind_one_address_signs_in_with_passkeys_and_made_up_ones_are_limited(
    nora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    passkey = Authenticator.objects.create(user=nora, type=Authenticator.Type.WEBAUTHN, data={"name": "Phone"})
    with monkeypatch.context() as patched:
        patched.setattr(LoginWebAuthnForm, "clean_credential", lambda _form: passkey)  # its signature is right
        for _ in range(25):
            browser = Client()
            assert browser.get("/sign-in/passkey/").status_code == 200
            assert browser.post("/sign-in/passkey/", {"credential": '{"id": 1}'})["Location"] == "/"
    stranger = Client()
    answers = [stranger.post("/sign-in/passkey/", {"credential": '{"id": 1}'}).status_code for _ in range(22)]
    assert answers == [302] * 20 + [429] * 2
    elsewhere = Client(REMOTE_ADDR="10.9.9.9").post("/sign-in/passkey/", {"credential": '{"id": 1}'})
    assert elsewhere["Location"] == "/sign-in/"


def test_a_new_factor_ends_the_sessions_that_began_without_it(nora: User) -> None:
    other, own = signed_in(nora), signed_in(nora)
    assert other.get("/account/").status_code == 200
    set_up_app(own)
    assert other.get("/account/").status_code == 302
    assert own.get("/account/").status_code == 200
    assert "A second factor was added" in [email["subject"] for email in emails_to(nora.email)]


def test_whoever_must_have_one_reaches_only_the_page_that_sets_it_up(nora: User, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = ["editor", "admin"]
    browser = signed_in(nora)
    for path in ("/", "/readers/", "/desk/morning/"):
        assert browser.get(path)["Location"] == "/account/second-factor/", path
    assert browser.get("/readers/", HTTP_HX_REQUEST="true")["HX-Redirect"] == "/account/second-factor/"
    assert browser.post("/stories/1/drop/")["Location"] == "/account/second-factor/"
    for path in ("/account/", "/account/second-factor/", "/password/"):
        assert browser.get(path).status_code == 200
    set_up_app(browser)
    assert browser.get("/").status_code == 200
    browser.post("/account/second-factor/app/remove/")
    assert browser.get("/")["Location"] == "/account/second-factor/"
    assert signed_in(make.cora()).get("/").status_code == 200


def test_security_settings_need_a_sign_in_of_the_last_quarter_of_an_hour(nora: User) -> None:
    browser = Client()
    browser.force_login(nora)
    paths = ("app/", "codes/new/", "passkeys/new/")
    for path in paths:
        assert browser.get(f"/account/second-factor/{path}")["Location"].startswith("/account/confirm/?next=")
        assert browser.post(f"/account/second-factor/{path}")["Location"].startswith("/account/confirm/?next=")
    wrong = browser.post("/account/confirm/", {"password": "wrong", "next": "/account/"})
    assert wrong.status_code == 422
    before = browser.session.session_key
    where = browser.post("/account/confirm/", {"password": make.PASSWORD, "next": "https://evil.example/"})
    assert browser.session.session_key != before
    assert where["Location"] == "/"
    for path in paths:
        assert browser.get(f"/account/second-factor/{path}").status_code == 200
    assert {Act.REAUTHENTICATED, Act.REAUTHENTICATION_FAILED} <= set(Record.objects.values_list("act", flat=True))


def test_confirming_is_limited_like_the_password_page(nora: User) -> None:
    browser = Client()
    browser.force_login(nora)
    statuses = [browser.post("/account/confirm/", {"password": "wrong"}).status_code for _ in range(10)]
    assert statuses == [422] * 8 + [429] * 2


def test_an_administrator_removes_what_somebody_lost(nora: User) -> None:
    browser = signed_in(nora)
    set_up_app(browser)
    ada = make.person(Role.ADMIN, "Ada")
    with pytest.raises(InvalidState, match="does not permit"):
        second_factors.remove_second_factors(ada, by=nora, now=clock.now())
    signed_in(ada).post(f"/users/{nora.pk}/remove-second-factor/")
    assert not Authenticator.objects.exists()
    assert browser.get("/account/").status_code == 302
    assert Client().post("/sign-in/", PASSWORD)["Location"] == "/"
    assert "A second factor was removed" in [email["subject"] for email in emails_to(nora.email)]


def test_a_password_reset_goes_around_no_second_factor(nora: User) -> None:
    set_up_app(signed_in(nora))
    manage_users.set_password(nora, password="another sentence", by=None, now=clock.now())
    answer = Client().post("/sign-in/", PASSWORD | {"password": "another sentence"})
    assert answer["Location"] == "/sign-in/code/"


@pytest.mark.parametrize(
    "credential", ["", "x", "[]", "1", "null", "{}", '{"id":1,"response":[]}', '{"response":null}']
)
def test_a_made_up_passkey_is_refused_everywhere(nora: User, credential: str) -> None:
    stranger, browser = Client(), signed_in(nora)
    assert stranger.get("/sign-in/passkey/").json()["publicKey"]["challenge"]
    assert stranger.post("/sign-in/passkey/", {"credential": credential})["Location"] == "/sign-in/"
    on = stranger.post("/sign-in/passkey/", {"credential": credential, "next": "/editions/?a=1&b=2"})
    assert on["Location"] == "/sign-in/?next=%2Feditions%2F%3Fa%3D1%26b%3D2"
    out = stranger.post("/sign-in/passkey/", {"credential": credential, "next": "https://evil.example/"})
    assert out["Location"] == "/sign-in/"
    assert stranger.get("/account/").status_code == 302
    assert browser.post("/account/second-factor/passkeys/new/", {"credential": credential}).status_code == 422
    assert browser.post("/account/confirm/", {"credential": credential}).status_code == 422
    assert not Authenticator.objects.exists()


def test_the_qr_code_is_an_image_of_the_server_without_style_or_script(nora: User) -> None:
    page = signed_in(nora).get("/account/second-factor/app/")
    svg = page.content.decode().partition("<svg")[2].partition("</svg>")[0]
    assert "<path" in svg
    assert "style=" not in svg
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    assert "no-store" in page["Cache-Control"]
