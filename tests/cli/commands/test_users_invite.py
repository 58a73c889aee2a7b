"""newsletter users invite and its neighbours do what the pages do."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from newsletter.accounts.models import Role, StaffEmail, User
from newsletter.audit.acts import Act, Door
from newsletter.audit.models import Record
from tests.cli.conftest import Command
from tests.support import factories as make


@pytest.fixture
def nora(db: None) -> User:
    return make.person(Role.EDITOR, "Nora", password=make.PASSWORD)


def test_somebody_is_invited_listed_invited_again_and_the_invitation_withdrawn(newsletter: Command) -> None:
    make.publication(slug="morning")
    words = ("users", "invite", "Rosa@example.org", "--role", "editor", "-p", "morning", "--json")
    assert newsletter(*words).data["publications"] == ["morning"]
    [listed] = newsletter("users", "invitations", "--json").data
    assert (listed["email"], listed["role"], listed["email_state"]) == (
        "rosa@example.org",
        "editor",
        "email is waiting to be sent",
    )
    assert newsletter(*words).status == 1
    assert newsletter("users", "invite", "rosa@example.org", "--again").status == 0
    assert newsletter("users", "withdraw", "rosa@example.org").status == 0
    assert newsletter("users", "invitations", "--json").data == []
    assert newsletter("users", "withdraw", "rosa@example.org").status == 1
    assert Record.objects.filter(act=Act.USER_INVITED, door=Door.COMMAND).count() == 1


def test_an_address_that_cannot_be_mailed_or_has_an_account_is_not_invited(newsletter: Command, nora: User) -> None:
    for address in ("rosa", "rosa@", nora.email):
        assert newsletter("users", "invite", address).status == 1
    assert not StaffEmail.objects.exists()


def test_a_reset_link_is_printed_or_sent(newsletter: Command, nora: User) -> None:
    printed = newsletter("users", "reset-link", nora.email).out.strip()
    found = re.fullmatch(r"http://\S+(/password/reset/\S+)", printed)
    assert found
    assert Client().get(found[1]).status_code == 200
    assert newsletter("users", "reset-link", nora.email, "--send").out == ""
    assert StaffEmail.objects.get().to == nora.email
    make.person(Role.ADMIN, "Ada")
    newsletter("users", "close", nora.email)
    assert newsletter("users", "reset-link", nora.email).status == 1


def test_a_lost_second_factor_is_removed_and_the_list_shows_who_has_one(newsletter: Command, nora: User) -> None:
    assert newsletter("users", "remove-second-factor", nora.email).status == 1
    Authenticator.objects.create(user=nora, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert newsletter("users", "list", "--json").data[0]["second_factor"] is True
    assert newsletter("users", "remove-second-factor", nora.email).status == 0
    [listed] = newsletter("users", "list", "--json").data
    assert (listed["second_factor"], listed["state"]) == (False, "open")


def test_the_last_administrator_stays(newsletter: Command, nora: User) -> None:
    ada = make.person(Role.ADMIN, "Ada")
    for words in (("close", ada.email), ("set-role", ada.email, "editor")):
        result = newsletter("users", *words)
        assert (result.status, "last administrator" in result.err) == (1, True)
