"""Signing in, out, and changing a password."""

import pytest
from django.test import Client

from newsletter.accounts.models import Role, User
from tests.support import factories as make
from tests.web.asking import follow, words

pytestmark = pytest.mark.django_db


def sign_in(client: Client, email: str, password: str) -> int:
    return client.post("/sign-in/", {"username": email, "password": password}).status_code


def test_a_curator_signs_in_and_stands_at_the_desk(client: Client) -> None:
    make.cora(make.PASSWORD)
    answer = client.post("/sign-in/", {"username": "cora@example.org", "password": make.PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_somebody_from_ops_begins_at_ops(client: Client) -> None:
    make.otto(make.PASSWORD)
    answer = client.post("/sign-in/", {"username": "otto@example.org", "password": make.PASSWORD})
    assert answer["Location"] == "/ops/"


@pytest.mark.parametrize("role", Role)
def test_whoever_opens_the_site_lands_on_a_page_they_may_see(client: Client, role: Role) -> None:
    make.person(role, "Somebody", password=make.PASSWORD)
    make.publication(slug="morning")
    asked = client.get("/")["Location"]
    answer = client.post(asked, {"username": "somebody@example.org", "password": make.PASSWORD}, follow=True)
    assert answer.status_code == 200
    pages = {Role.OPS: "/ops/", Role.AUDIENCE: "/readers/", Role.CONTRIBUTOR: "/desk/morning/pitches/"}
    assert answer.redirect_chain[-1][0] == pages.get(role, "/")


def test_capitals_in_an_address_do_not_keep_anybody_out(client: Client) -> None:
    make.cora(make.PASSWORD)
    assert sign_in(client, " Cora@Example.ORG ", make.PASSWORD) == 302


def test_a_wrong_password_says_nothing_about_whether_the_address_is_known(client: Client) -> None:
    make.cora(make.PASSWORD)
    known = client.post("/sign-in/", {"username": "cora@example.org", "password": "wrong"})
    unknown = client.post("/sign-in/", {"username": "nobody@example.org", "password": "wrong"})
    assert "Incorrect email address or password" in words(known)
    assert words(known).replace("cora", "nobody") == words(unknown)


def test_a_closed_account_does_not_open(client: Client) -> None:
    cora = make.cora(make.PASSWORD)
    cora.is_active = False
    cora.save()
    answer = client.post("/sign-in/", {"username": "cora@example.org", "password": make.PASSWORD})
    assert (answer.status_code, "This account is deactivated" in words(answer)) == (200, True)
    assert "Incorrect email address or password" in words(
        client.post("/sign-in/", {"username": "cora@example.org", "password": "wrong"})
    )


def test_signing_in_does_not_lead_off_the_site(client: Client) -> None:
    make.cora(make.PASSWORD)
    form = {"username": "cora@example.org", "password": make.PASSWORD, "next": "https://elsewhere.example/"}
    assert client.post("/sign-in/", form)["Location"] == "/"


def test_a_visitor_is_led_to_sign_in_and_back(client: Client) -> None:
    make.publication(slug="morning")
    assert client.get("/desk/morning/?a=1")["Location"] == "/sign-in/?next=/desk/morning/%3Fa%3D1"


def test_a_fragment_asked_for_after_the_session_ended_leads_the_whole_page_to_sign_in(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/ops/?a=1&b=2"}
    answer = client.get("/ops/", headers=headers)
    assert answer["HX-Redirect"] == "/sign-in/?next=%2Fops%2F%3Fa%3D1%26b%3D2"


def test_signing_out_takes_a_form_and_ends_the_session(cora: Client) -> None:
    assert cora.get("/sign-out/").status_code == 405
    assert cora.post("/sign-out/")["Location"] == "/sign-in/"
    assert cora.get("/").status_code == 302


@pytest.mark.parametrize("role", Role)
def test_everybody_may_change_their_own_password(client: Client, role: Role) -> None:
    client.force_login(make.person(role, "Somebody", password=make.PASSWORD))
    new = "another long sentence"
    form = {"old_password": make.PASSWORD, "new_password1": new, "new_password2": new}
    assert "Your password has been changed." in follow(client.post("/password/", form), client)
    client.logout()
    assert sign_in(client, "somebody@example.org", new) == 302


def test_a_short_password_is_refused_with_a_reason(client: Client) -> None:
    client.force_login(make.cora(make.PASSWORD))
    form = {"old_password": make.PASSWORD, "new_password1": "short", "new_password2": "short"}
    assert "at least 10 characters" in words(client.post("/password/", form))


def test_the_rules_for_a_password_are_said_in_one_plain_line(client: Client) -> None:
    client.force_login(make.cora())
    page = client.get("/password/")
    assert "At least 10 characters that are hard to guess, such as several words that do not belong together." in words(
        page
    )
    assert "Confirm new password" in words(page)
    assert "&lt;" not in page.content.decode()


def test_a_phone_offers_the_keys_of_an_address_to_somebody_signing_in(client: Client) -> None:
    assert 'inputmode="email"' in client.get("/sign-in/").content.decode()


@pytest.mark.parametrize(
    "path",
    [
        *("/signup/", "/sign-up/", "/accounts/signup/", "/accounts/login/", "/login/", "/sign-in/signup/", "/email/"),
        *(
            "/password/reset/",
            "/password/set/",
            "/sign-in/code/login/",
            "/reauthenticate/",
            "/confirm-email/",
            "/inactive/",
        ),
    ],
)
def test_nobody_can_sign_up_and_no_other_page_of_an_account_exists(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, {"email": "new@example.org", "password1": make.PASSWORD}).status_code == 404


def test_an_answer_for_programs_is_not_given_at_sign_in(client: Client) -> None:
    make.cora(make.PASSWORD)
    form = {"username": "cora@example.org", "password": "wrong"}
    answer = client.post("/sign-in/", form, HTTP_ACCEPT="application/json", HTTP_X_REQUESTED_WITH="XMLHttpRequest")
    assert answer["Content-Type"].startswith("text/html")


def test_an_international_domain_signs_in_as_it_is_typed(client: Client) -> None:
    User.objects.create_user("cora@münchen.example", make.PASSWORD)
    assert sign_in(client, "Cora@münchen.example", make.PASSWORD) == 302
