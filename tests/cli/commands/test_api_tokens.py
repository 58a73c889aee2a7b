"""API tokens at the command line."""

from newsletter.api_tokens.check_token import find_token
from newsletter.api_tokens.models import ApiToken
from newsletter.audit.models import Record
from newsletter.lib import clock
from tests.cli.conftest import Command
from tests.support import factories as make

OWNER = ("--owner", "eddie@example.org")


def test_a_token_is_created_listed_and_revoked(newsletter: Command) -> None:
    make.publication(slug="morning")
    make.eddie()
    made = newsletter("api-tokens", "create", "CMS", *OWNER, "--scope", "stories:read", "-p", "morning", "--days", "30")
    token = ApiToken.objects.get()
    assert find_token(made.out.strip(), now=clock.now()) == token
    assert "never shown again" in made.err
    listed = newsletter("api-tokens", "list", *OWNER)
    assert f"{token.prefix} CMS eddie@example.org stories:read morning never" in listed.text
    assert made.out.strip() not in listed.out
    (shape,) = newsletter("api-tokens", "list", "--json").data
    assert (shape["publications"], shape["void"], shape["last_used_at"]) == (["morning"], "", None)
    assert newsletter("api-tokens", "revoke", str(token.pk)).text == "Revoked CMS of eddie@example.org."
    assert newsletter("api-tokens", "revoke", str(token.pk)).status == 1
    assert newsletter("api-tokens", "list", "--json").data == []
    assert Record.objects.get(act="token-revoked").door == "command"


def test_what_its_owner_may_not_do_is_refused(newsletter: Command) -> None:
    make.cora()
    refused = newsletter("api-tokens", "create", "CRM", "--owner", "cora@example.org", "--scope", "subscribers:read")
    assert (refused.status, refused.out) == (1, "")
    assert "needs the permission audience" in refused.err
    assert newsletter("api-tokens", "create", "x", "--owner", "nobody@example.org", "--scope", "x").status == 1


def test_scopes_are_listed(newsletter: Command) -> None:
    assert "sign-ups:write" in newsletter("api-tokens", "scopes").text
