"""Tokens: made by their owners with what they may do themselves, shown once, stored as a hash, revoked."""

from datetime import timedelta
from typing import Any

import pytest

from newsletter.accounts.models import Role, StaffEmail, User
from newsletter.accounts.permissions import NotPermitted
from newsletter.api_tokens.check_token import count_request, find_token
from newsletter.api_tokens.manage_tokens import MAX_TOKENS, NewToken, make_token, revoke_token, tokens_of
from newsletter.api_tokens.models import ApiToken
from newsletter.api_tokens.scopes import ApiScope, scopes_open_to
from newsletter.audit.models import Record
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, BadToken
from newsletter.publications.publication_roles import grant_publication_role
from tests.support import factories as make

pytestmark = pytest.mark.django_db


def made(owner: User, **said: Any) -> NewToken:
    values: dict[str, Any] = {
        "name": "CMS",
        "scopes": [ApiScope.STORIES_READ],
        "publications": None,
        "expires_at": None,
    }
    return make_token(owner, **values | said, now=said.get("now", clock.now()))


def test_only_a_hash_of_a_token_is_stored() -> None:
    token, text = made(make.eddie())
    stored = (
        str(ApiToken.objects.values().get()) + str(list(Record.objects.values())) + str(StaffEmail.objects.values())
    )
    assert text.startswith(token.prefix)
    assert text not in stored
    assert text[len(token.prefix) :] not in stored
    assert find_token(text, now=clock.now()) == token


def test_making_one_is_recorded_and_its_owner_is_told() -> None:
    token, _ = made(make.eddie())
    record = Record.objects.get(act="token-made")
    assert (record.who, record.subject_name, record.details["scopes"]) == (
        *("eddie@example.org", f"CMS ({token.prefix}…)"),
        "stories:read",
    )
    assert "“CMS”" in str(StaffEmail.objects.get().content)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": [ApiScope.SUBSCRIBERS_READ]}, "scopes"),
        ({"publications": []}, "publications"),
        ({"expires_at": clock.now() - timedelta(days=1)}, "expires"),
    ],
)
def test_what_cannot_be_is_refused(said: Any, field: str) -> None:
    with pytest.raises(BadInput) as error:
        made(make.cora(), **said)
    assert error.value.field == field
    assert not ApiToken.objects.exists()


def test_nobody_makes_a_token_for_a_publication_in_which_they_lack_the_permission() -> None:
    morning, evening = make.publication(slug="morning"), make.publication(slug="evening")
    rosa = User.objects.create_user("rosa@example.org", role="")
    assert scopes_open_to(rosa) == []
    grant_publication_role(rosa, morning, role=Role.CURATOR, by=None, now=clock.now())
    made(rosa, publications=[morning])
    with pytest.raises(BadInput, match="curate"):
        made(rosa, name="other", publications=[morning, evening])


def test_names_are_different_and_tokens_are_limited() -> None:
    eddie = make.eddie()
    first = made(eddie, name="0").token
    with pytest.raises(BadInput, match="another"):
        made(eddie, name="0")
    for number in range(1, MAX_TOKENS):
        made(eddie, name=str(number))
    with pytest.raises(BadInput, match="Revoke one"):
        made(eddie)
    revoke_token(first, by=eddie, now=clock.now())
    made(eddie, name="0")


def test_a_revoked_token_is_void_and_stays_so() -> None:
    token, text = made(make.eddie())
    assert revoke_token(token, by=make.eddie(), now=clock.now())
    assert not revoke_token(token, by=make.eddie(), now=clock.now())
    with pytest.raises(BadToken, match="revoked"):
        find_token(text, now=clock.now())
    assert not tokens_of(make.eddie(), now=clock.now())
    assert Record.objects.filter(act="token-revoked").count() == 1


def test_tokens_of_others_are_revoked_by_administrators_alone() -> None:
    token, _ = made(make.cora())
    with pytest.raises(NotPermitted):
        revoke_token(token, by=make.eddie(), now=clock.now())
    assert revoke_token(token, by=make.person(Role.ADMIN, "Ada"), now=clock.now())


def test_a_token_expires() -> None:
    now = clock.now()
    _, text = made(make.eddie(), expires_at=now + timedelta(days=1))
    assert find_token(text, now=now + timedelta(hours=23))
    with pytest.raises(BadToken, match="expired"):
        find_token(text, now=now + timedelta(days=1))


@pytest.mark.parametrize("text", ["", "nlt_", "nlt_\ud800", "x" * 10_000, "nlt_é"])
def test_what_is_no_token_is_not_known(text: str) -> None:
    with pytest.raises(BadToken, match="not known"):
        find_token(text, now=clock.now())


def test_a_token_survives_a_change_of_the_secret_key(settings: Any) -> None:
    _, text = made(make.eddie())
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key"
    assert find_token(text, now=clock.now())
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(BadToken):
        find_token(text, now=clock.now())


def test_requests_are_counted_by_the_minute_also_by_two_who_read_the_same_row(settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    now = clock.now().replace(second=30, microsecond=0)
    token, _ = made(make.eddie())
    found = [count_request(token, now=now) for _ in range(3)]  # the row in memory is that of before
    assert [one.is_admitted for one in found] == [True, True, False]
    assert (found[0].seconds, found[2].left) == (30, 0)
    later = count_request(ApiToken.objects.get(), now=now + timedelta(minutes=1))
    assert (later.is_admitted, later.left) == (True, 1)
    token.refresh_from_db()
    assert token.last_used_at == now + timedelta(minutes=1)
