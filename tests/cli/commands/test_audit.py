"""`newsletter audit`, and closing and reopening accounts."""

import os
import pwd

import pytest
from django.test import Client

from newsletter.accounts.models import Role, User
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support import factories as make

HERE = pwd.getpwuid(os.getuid()).pw_name


def test_an_audit_entry_names_the_user_and_the_operating_system_s_user(
    newsletter: Command, publication: Publication, eddie: User
) -> None:
    edition = make.edition(publication)
    result = newsletter("editions", "hold", edition.pk, "--reason", "A wrong name.", "--by", "eddie@example.org")
    assert result.status == 0, result.err
    [shown] = newsletter("audit", "--json").data
    wanted: dict[str, object] = {"act": "edition-held", "who": "eddie@example.org", "door": "command", "place": HERE}
    wanted |= {"subject": "edition", "subject_id": edition.pk, "details": {"reason": "A wrong name."}}
    assert shown.items() >= wanted.items()
    assert shown["at"].endswith("Z")
    assert "eddie@example.org edition-held edition" in newsletter("audit").text


def test_without_by_the_operating_system_s_user_is_recorded(newsletter: Command, publication: Publication) -> None:
    for name in ("Eddie", "Edda"):
        make.person(Role.EDITOR, name)
    edition = make.edition(publication)
    newsletter("editions", "cancel", edition.pk, "--reason", "Not today.")
    record = Record.objects.get()
    assert (record.act, record.who, record.door, record.place) == (Act.EDITION_CANCELLED, "", "command", HERE)


def test_a_user_without_permission_is_refused_and_not_recorded(newsletter: Command, publication: Publication) -> None:
    make.cora()
    edition = make.edition(publication)
    result = newsletter("editions", "hold", edition.pk, "--reason", "x", "--by", "cora@example.org")
    assert (result.status, Record.objects.count()) == (1, 0)
    assert newsletter("users", "close", "cora@example.org", "--by", "cora@example.org").status == 1


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ((), ["user-reopened", "user-closed", "role-changed", "user-added"]),
        (("--act", "user-closed", "--act", "user-reopened"), ["user-reopened", "user-closed"]),
        (("--subject", "user", "--limit", "1"), ["user-reopened"]),
        (("--subject", "edition:1"), []),
        (("--until", "2020-01-01"), []),
        (("--since", "2020-01-01T00:00", "--act", "user-added"), ["user-added"]),
        (("--who", "nobody@example.org"), []),
    ],
)
def test_audit_entries_are_filtered(newsletter: Command, filters: tuple[str, ...], found: list[str]) -> None:
    newsletter("users", "add", "cora@example.org", "--password-stdin", stdin="a password for everyone\n")
    newsletter("users", "set-role", "cora@example.org", "editor")
    newsletter("users", "close", "cora@example.org")
    newsletter("users", "reopen", "cora@example.org")
    assert [one["act"] for one in newsletter("audit", "--json", *filters).data] == found


@pytest.mark.parametrize("words", [("--act", "danced"), ("--subject", "edition:x"), ("--since", "yesterday")])
def test_an_invalid_filter_is_refused_in_one_sentence(newsletter: Command, words: tuple[str, ...]) -> None:
    result = newsletter("audit", *words)
    assert (result.status, result.out, result.err.count("\n")) == (1, "", 1)


def test_an_account_is_closed_and_opened_again(newsletter: Command) -> None:
    newsletter("users", "add", "otto@example.org", "--role", "ops", "--password-stdin", stdin=make.PASSWORD)
    session = Client()
    form = {"username": "otto@example.org", "password": make.PASSWORD}
    assert session.post("/sign-in/", form).status_code == 302
    assert newsletter("users", "close", "otto@example.org", "--json").data["is_active"] is False
    assert session.get("/ops/").status_code == 302
    assert Client().post("/sign-in/", form).status_code == 200
    assert " ops closed no " in newsletter("users", "list").text
    assert newsletter("users", "reopen", "otto@example.org", "--json").data["is_active"] is True
    assert Client().post("/sign-in/", form).status_code == 302
