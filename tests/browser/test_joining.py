"""A reader joins, confirms and leaves, in a real browser with real emails."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as WebClient
from playwright.sync_api import Page, expect

from newsletter.audience.models import ConsentEvent, Subscription, SubscriptionStatus
from newsletter.audience.reachable_subscribers import reachable
from newsletter.delivery.recipients import confirmation_emails, reader_links
from newsletter.lib import clock
from newsletter.mail.sendgrid import mail_send_client
from newsletter.postbox.postbox import Postbox
from newsletter.publications.models import Publication
from tests.browser.opened import Opened
from tests.support import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
RITA = "rita@example.org"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}


@pytest.fixture
def provider(postbox: Postbox) -> Iterator[mail_send_client.Client]:
    with closing(mail_send_client.Client(key="k", base=postbox.url, connect_timeout=20, answer_timeout=20)) as client:
        yield client


@pytest.fixture(autouse=True)
def _no_minimum(settings: Any) -> None:
    settings.SIGN_UP_MIN_SECONDS = 0


def sign_up(page: Page, address: str = RITA) -> None:
    page.get_by_label("Email address").fill(address)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", name="One step left")).to_be_visible()


def mailed_link(postbox: Postbox, provider: mail_send_client.Client) -> str:
    assert confirmation_emails.send_due(client=provider, clock=clock.now, limit=10)
    found = re.search(r"http\S+(/c/\S+)", postbox.letters()[-1]["text"])
    assert found
    return found[1]


def methods() -> list[str]:
    return list(ConsentEvent.objects.order_by("pk").values_list("method", flat=True))


@pytest.mark.parametrize("said", [{}, PHONE, {"java_script_enabled": False}])
def test_the_browser_that_signed_up_confirms_by_opening_the_link(
    opened: Opened, publication: Publication, postbox: Postbox, provider: mail_send_client.Client, said: dict[str, Any]
) -> None:
    page = opened("/j/morning", **said)
    sign_up(page)
    page.goto(mailed_link(postbox, provider))
    if said.get("java_script_enabled") is False:
        page.get_by_role("button", name="Confirm subscription").click()
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible()
    assert methods() == ["sign-up", "same-browser"]
    page.reload()
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible()
    assert methods() == ["sign-up", "same-browser"]


def test_another_browser_needs_a_press_and_a_scanner_confirms_nothing(
    opened: Opened, publication: Publication, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    sign_up(opened("/j/morning"))
    link = mailed_link(postbox, provider)
    scanner = opened(link)  # runs scripts, and presses nothing
    scanner.wait_for_load_state("networkidle")
    assert Subscription.objects.get(subscriber__email=RITA).status == SubscriptionStatus.PENDING
    page = opened(link, **PHONE)
    button = page.get_by_role("button", name="Confirm subscription")
    expect(button).to_be_visible()
    assert (button.bounding_box() or {"height": 0})["height"] >= 56
    button.click()
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible()
    assert methods() == ["sign-up", "button"]


def test_a_form_on_the_newsrooms_own_site_leads_to_the_page(
    opened: Opened, publication: Publication, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    page = opened("/j/morning")
    action = page.url
    page.goto("about:blank")
    page.set_content(
        f'<form action="{action}" method="post"><input name="email" value="{RITA}"><button>Join</button></form>'
    )
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("Check your address and press the button.")).to_be_visible()
    expect(page.get_by_label("Email address")).to_have_value(RITA)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", name="One step left")).to_be_visible()
    page.goto(mailed_link(postbox, provider))
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible()


def test_a_slip_is_corrected_by_one_press(opened: Opened, publication: Publication) -> None:
    page = opened("/j/morning", **PHONE)
    page.get_by_label("Email address").fill("rita@gmial.com")
    page.get_by_role("button", name="Subscribe").click()
    page.get_by_role("button", name="Yes, use rita@gmail.com").click()
    expect(page.get_by_text("rita@gmail.com")).to_be_visible()
    assert Subscription.objects.filter(subscriber__email="rita@gmail.com").exists()


# the words before an address that stand lower than its first line: in a column beside it
WORDS_BELOW = """button => {
    const address = button.querySelector("bdi"), before = document.createRange()
    before.setStart(button, 0)
    before.setEndBefore(address)
    const words = [...before.getClientRects()].filter(line => line.width > 0 && line.height < button.clientHeight)
    return words.filter(line => line.top > address.getBoundingClientRect().top + 3).length
}"""


def test_a_button_with_an_address_is_read_line_by_line(opened: Opened, db: None) -> None:
    make.publication(slug="poranna", language="pl")
    page = opened("/j/poranna", **PHONE)
    page.locator("#email").fill("zdzislawa@gmial.com")
    page.locator("form button").click()
    expect(page.locator("form button")).to_have_count(2)
    assert [button.evaluate(WORDS_BELOW) for button in page.locator("form button").all()] == [0, 0]


def test_who_joined_leaves_with_one_click_and_is_in_no_further_batch(
    opened: Opened, publication: Publication, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    page = opened("/j/morning")
    sign_up(page)
    page.goto(mailed_link(postbox, provider))
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible()
    subscription = Subscription.objects.get(subscriber__email=RITA)
    reader, day = subscription.subscriber_id, clock.now().date()
    assert [row[0] for row in reachable(publication.pk, [reader], day=day)] == [reader]
    edition = make.edition(publication, due_at=clock.now() + timedelta(hours=1))
    token = reader_links.token_signer(edition.pk)(reader)
    WebClient().post(f"/u/{token}", {"List-Unsubscribe": "One-Click"})
    assert reachable(publication.pk, [reader], day=day) == []
    assert methods() == ["sign-up", "same-browser", "one-click"]
