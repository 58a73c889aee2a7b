"""Pages of one's own API tokens."""

import re
import time

import pytest
from django.test import Client

from newsletter.accounts.models import Role, User
from newsletter.api_tokens.check_token import count_request, find_token
from newsletter.api_tokens.manage_tokens import make_token
from newsletter.api_tokens.models import ApiToken
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import follow, words
from tests.web.conftest import signed_in

NEW = {"name": "Our CMS", "scopes": ["stories:read", "stories:write"], "expires": "90"}


@pytest.fixture
def nora(publication: Publication) -> User:
    return make.person(Role.EDITOR, "Nora")


def made(owner: User) -> ApiToken:
    return make_token(
        owner, name="CRM", scopes=["stories:read"], publications=None, expires_at=None, now=clock.now()
    ).token


def test_a_token_is_made_and_shown_once(nora: User, publication: Publication) -> None:
    browser = signed_in(nora)
    page = browser.post("/account/tokens/new/", NEW | {"publications": [publication.pk]})
    (text,) = re.findall(r'value="(nlt_\w+)"', page.content.decode())
    token = find_token(text, now=clock.now())
    assert (token.owner, token.for_all, list(token.publications.all())) == (nora, False, [publication])
    assert token.expires_at is not None
    assert (token.expires_at - token.created_at).days == 90
    listed = browser.get("/account/tokens/")
    assert text not in listed.content.decode()
    assert f"{token.prefix}…" in words(listed)
    assert "Last used Never" in words(listed)
    count_request(token, now=clock.now())
    assert f"Last used {clock.now():%Y-%m-%d}" in words(browser.get("/account/tokens/"))


def test_what_was_typed_stays_beside_the_error(nora: User) -> None:
    browser = signed_in(nora)
    page = browser.post("/account/tokens/new/", NEW | {"scopes": []})
    assert (page.status_code, "This field is required." in words(page)) == (422, True)
    assert 'value="Our CMS"' in page.content.decode()
    made(nora)
    page = browser.post("/account/tokens/new/", NEW | {"name": "CRM"})
    assert "Is that of another of your tokens." in words(page)
    assert browser.post("/account/tokens/new/", NEW | {"scopes": ["everything"]}).status_code == 422


def test_only_what_ones_roles_permit_is_offered(publication: Publication) -> None:
    page = words(signed_in(make.cora()).get("/account/tokens/new/"))
    assert "stories:read" in page
    assert "subscribers:read" not in page
    otto = signed_in(make.otto())
    assert "Your roles permit nothing that the API offers" in words(otto.get("/account/tokens/"))
    assert otto.get("/account/tokens/new/").status_code == 302
    assert otto.post("/account/tokens/new/", NEW).status_code == 302
    assert not ApiToken.objects.exists()


def test_making_one_needs_a_recent_proof_of_who_one_is(nora: User) -> None:
    browser = signed_in(nora)
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 3600}]
    session.save()
    for answer in (browser.get("/account/tokens/new/"), browser.post("/account/tokens/new/", NEW)):
        assert (answer.status_code, answer["Location"][:17]) == (302, "/account/confirm/")
    assert browser.get("/account/tokens/").status_code == 200
    assert not ApiToken.objects.exists()


def test_one_revokes_ones_own_tokens_and_no_others(nora: User) -> None:
    own, other = made(nora), made(make.cora())
    browser = signed_in(nora)
    assert "revoked" in follow(browser.post("/account/tokens/", {"token": own.pk}), browser)
    assert "already" in follow(browser.post("/account/tokens/", {"token": own.pk}), browser)
    for wrong in (other.pk, "x", "9" * 30, ""):
        browser.post("/account/tokens/", {"token": wrong})
    other.refresh_from_db()
    assert other.revoked_at is None


def test_an_administrator_sees_and_revokes_the_tokens_of_a_user(nora: User) -> None:
    made(nora)
    ada = signed_in(make.person(Role.ADMIN, "Ada"))
    assert "API tokens: CRM" in words(ada.get(f"/users/{nora.pk}/"))
    assert "1 API token of Nora" in follow(ada.post(f"/users/{nora.pk}/revoke-tokens/"), ada)
    assert "API tokens: CRM" not in words(ada.get(f"/users/{nora.pk}/"))


def test_the_account_page_leads_to_them_and_anybody_reads_the_reference(nora: User, client: Client) -> None:
    made(nora)
    assert "API tokens 1 token. Show API tokens" in words(signed_in(nora).get("/account/"))
    page = client.get("/api/v1/")
    assert page.status_code == 200
    assert "POST /publications/{slug}/sign-ups" in words(page)
    assert "<script>" not in page.content.decode()
    assert "unsafe" not in page["Content-Security-Policy"]
