import pytest

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import Permission, has_permission
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.publications.publication_roles import grant_publication_role
from tests.cli.conftest import Command
from tests.support import factories as make

PASSWORD = "a password for everyone"


def add(newsletter: Command, *words: str) -> None:
    assert newsletter("users", "add", *words, "--password-stdin", stdin="a password for everyone\n").status == 0


def test_somebody_is_added_and_can_sign_in(newsletter: Command) -> None:
    add(newsletter, " Cora@Example.org ", "--role", "editor", "--name", "Cora")
    cora = User.objects.get()
    assert (cora.email, cora.name, cora.role) == ("cora@example.org", "Cora", Role.EDITOR)
    assert cora.check_password("a password for everyone")
    assert newsletter("users", "list").text.endswith("cora@example.org Cora editor open no never")


def test_nobody_is_added_twice_or_with_a_bad_address(newsletter: Command) -> None:
    add(newsletter, "cora@example.org")
    for address in ("CORA@example.org", "cora"):
        result = newsletter("users", "add", address, "--password-stdin", stdin="a password for everyone\n")
        assert (result.status, result.out) == (1, "")
    assert User.objects.count() == 1


@pytest.mark.parametrize("password", ["", "short", "password123", "cora@example.org"])
def test_a_weak_password_is_refused_and_never_repeated(newsletter: Command, password: str) -> None:
    result = newsletter("users", "add", "cora@example.org", "--password-stdin", stdin=password + "\n")
    assert (result.status, result.out) == (1, "")
    assert result.err.startswith("password: ")
    assert "password123" not in result.err
    assert not User.objects.exists()


def test_without_a_terminal_a_password_has_to_be_piped(newsletter: Command) -> None:
    result = newsletter("users", "add", "cora@example.org", stdin="a password for everyone\n")
    assert result.status == 1
    assert "Give --password-stdin." in result.err


def test_a_password_and_a_role_can_be_changed(newsletter: Command) -> None:
    add(newsletter, "cora@example.org")
    result = newsletter("users", "set-password", "cora@example.org", "--password-stdin", stdin="quite another sentence")
    assert (result.status, result.out) == (0, "")
    assert User.objects.get().check_password("quite another sentence")
    assert newsletter("users", "set-role", "cora@example.org", "ops", "--json").data["role"] == "ops"
    assert User.objects.get().role == Role.OPS
    assert newsletter("users", "set-role", "cora@example.org", "queen").status == 2


def test_no_password_is_printed_and_unknown_users_are_refused(newsletter: Command) -> None:
    add(newsletter, "cora@example.org")
    [listed] = newsletter("users", "list", "--json").data
    assert set(listed) == {
        *("email", "name", "role", "publication_roles", "is_active", "state"),
        *("created_at", "last_login", "second_factor"),
    }
    assert newsletter("users", "set-role", "otto@example.org", "ops").status == 1


def test_an_international_domain_is_one_address_however_it_is_written(newsletter: Command) -> None:
    newsletter("users", "add", "Cora@München.example", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert User.objects.get().email == "cora@xn--mnchen-3ya.example"
    again = newsletter("users", "add", "cora@xn--mnchen-3ya.example", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert again.status == 1
    assert newsletter("users", "close", "cora@münchen.example").status == 0
    assert newsletter("users", "add", "ops@desk.local", "--password-stdin", stdin=f"{PASSWORD}\n").status == 0


def test_a_role_for_one_publication_is_granted_listed_and_revoked(newsletter: Command) -> None:
    publication = make.publication(slug="morning")
    add(newsletter, "rosa@example.org", "--role", "none")
    words = ("rosa@example.org", "--publication", "morning")
    granted = newsletter("users", "grant", *words, "--role", "contributor", "--json").data
    assert (granted["role"], granted["publication_roles"]) == ("", {"morning": "contributor"})
    assert has_permission(User.objects.get(), Permission.PITCH, publication)
    assert "morning: contributor" in newsletter("users", "list").text
    newsletter("users", "grant", *words, "--role", "editor")
    assert newsletter("users", "list", "--json").data[0]["publication_roles"] == {"morning": "editor"}
    assert newsletter("users", "revoke", *words, "--json").data["publication_roles"] == {}
    assert newsletter("users", "grant", "rosa@example.org", "--publication", "evening", "--role", "ops").status == 1
    assert newsletter("users", "set-role", "rosa@example.org", "ops", "--json").data["role"] == "ops"
    assert newsletter("users", "set-role", "rosa@example.org", "none", "--json").data["role"] == ""


def test_a_command_takes_the_person_with_a_right_to_its_publication(newsletter: Command) -> None:
    morning, evening = make.publication(slug="morning"), make.publication(slug="evening")
    rosa = User.objects.create_user("rosa@example.org", name="Rosa", role="")
    grant_publication_role(rosa, morning, role=Role.EDITOR, by=None, now=make.MONDAY)
    ours, theirs = make.edition(morning), make.edition(evening)
    refused = newsletter("editions", "hold", str(theirs.pk), "--reason", "Rain", "--by", "rosa@example.org")
    assert (refused.status, "no role for this publication" in refused.err) == (1, True)
    assert newsletter("editions", "hold", str(ours.pk), "--reason", "Rain", "--json").data["state"] == "held"
    assert Record.objects.get(act=Act.EDITION_HELD).user == rosa
