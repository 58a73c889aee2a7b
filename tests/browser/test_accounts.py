"""From an invitation to a second factor and a passkey, as somebody new does it in their browser."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from newsletter.accounts.models import Role, User
from newsletter.lib import clock
from newsletter.publications import invitations
from newsletter.publications.models import Publication
from tests.browser.opened import Opened
from tests.support import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "nine words are better than one"
ADDRESS = "nora@example.org"


@pytest.fixture
def nora(opened: Opened, publication: Publication) -> Page:
    """The browser of somebody who has just accepted an invitation."""
    ada = make.person(Role.ADMIN, "Ada")
    invited = invitations.invite(
        ADDRESS, name="Nora", role=Role.EDITOR, publications=[publication], by=ada, now=clock.now()
    )
    page = opened(f"/invitations/{invitations.create_token(invited)}")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Confirm password").fill(PASSWORD)
    page.get_by_role("button", name="Open account").click()
    expect(page.get_by_role("link", name="Nora")).to_be_visible()
    return page


def sign_in(page: Page) -> None:
    page.goto("/sign-in/")
    page.get_by_label("Email").fill(ADDRESS)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_invited_person_sets_up_an_app_and_signs_in_with_its_code_and_with_a_recovery_code(nora: Page) -> None:
    nora.get_by_role("link", name="Nora").click()
    nora.get_by_role("link", name="Set up second factor").click()
    nora.get_by_role("link", name="Set up app").click()
    expect(nora.get_by_role("img", name="QR code of the key below")).to_be_visible()
    secret = nora.locator(".app-key").inner_text().replace(" ", "")

    def code() -> str:
        return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))

    nora.get_by_role("textbox", name="Code").fill(code())
    nora.get_by_role("button", name="Set up app").click()
    codes = nora.locator(".recovery-codes code").all_inner_texts()
    assert len(set(codes)) == 10
    for is_lost in (False, True):
        sign_out(nora)
        sign_in(nora)
        nora.get_by_role("textbox", name="Code").fill(codes[0] if is_lost else code())
        nora.get_by_role("button", name="Sign in", exact=True).click()
        expect(nora.get_by_role("link", name="Nora")).to_be_visible()
    nora.goto("/account/second-factor/")
    expect(nora.get_by_text("9 codes are left")).to_be_visible()


def test_a_passkey_is_added_signs_in_alone_and_confirms_who_one_is(nora: Page) -> None:
    devices = nora.context.new_cdp_session(nora)
    devices.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    behaviour = {"isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": device | behaviour})
    nora.goto("/account/second-factor/passkeys/new/")
    nora.get_by_label("Name").fill("Nora’s laptop")
    nora.get_by_role("button", name="Add passkey").click()
    expect(nora.get_by_role("heading", name="Recovery codes")).to_be_visible()
    nora.goto("/account/second-factor/")
    expect(nora.get_by_text("Nora’s laptop, added")).to_be_visible()

    sign_out(nora)
    nora.goto("/account/sessions/")
    nora.get_by_role("button", name="Sign in with a passkey").click()
    expect(nora.get_by_role("heading", name="Your sessions")).to_be_visible()  # where they wanted to go

    sign_out(nora)
    sign_in(nora)
    nora.get_by_role("button", name="Use your passkey").click()
    expect(nora.get_by_role("link", name="Nora", exact=True)).to_be_visible()

    nora.goto("/account/confirm/?next=/account/sessions/")
    nora.get_by_role("button", name="Use your passkey").click()
    expect(nora.get_by_role("heading", name="Your sessions")).to_be_visible()
    expect(nora.get_by_text(re.compile("Chrome on "))).to_be_visible()

    User.objects.filter(email=ADDRESS).update(is_active=False)
    nora.goto("/sign-in/")
    nora.get_by_role("button", name="Sign in with a passkey").click()
    expect(nora.get_by_text("This account is deactivated")).to_be_visible()
