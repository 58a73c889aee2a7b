"""The pages of webhooks: a secret is shown once, the log tells what came of each message."""

import re
import time
from typing import Any

import pytest
from django.test import Client

from newsletter.accounts.models import Role
from newsletter.audit.models import Record
from newsletter.lib import clock
from newsletter.notices.models import Webhook, WebhookDelivery
from newsletter.notices.webhooks.call_webhooks import call_next
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.website import Website, status
from tests.web.asking import follow, words
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
FORM: dict[str, Any] = {
    "name": "Chat", "format": "signed", "address": "https://hooks.example.org/T0/key", "kinds": ["sent"],
}  # fmt: skip


@pytest.fixture
def ada(publication: Publication) -> Client:
    return signed_in(make.person(Role.ADMIN, "Ada"))


def test_a_webhook_is_added_its_secret_is_shown_once_and_its_address_never(ada: Client) -> None:
    shown = ada.post("/publications/morning/webhooks/", FORM)
    assert shown["Cache-Control"] == "no-store"
    secrets = re.findall(r"whsec_[\w+/=]+", shown.content.decode())
    [hook] = Webhook.objects.all()
    assert secrets == hook.secrets(now=clock.now())
    for address in ("/publications/morning/webhooks/", f"/webhooks/{hook.pk}/"):
        page = ada.get(address).content.decode()
        assert "hooks.example.org" in page
        assert "whsec_" not in page
        assert "T0/key" not in page
    again = ada.post("/publications/morning/webhooks/", FORM)
    assert again.status_code == 422, "a reload of the answer adds no second one"
    assert "Is that of another webhook." in words(again)


def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(ada: Client) -> None:
    wrong = ada.post("/webhooks/", FORM | {"address": "http://localhost/x", "kinds": ["sign-in"]})
    assert wrong.status_code == 422
    assert "http://localhost/x" in wrong.content.decode()
    wrong = ada.post("/webhooks/", FORM | {"address": "http://localhost/x"})
    assert "Is not an https address. Give one that begins with https://" in words(wrong)
    assert not Webhook.objects.exists()


def test_the_log_tells_what_came_of_a_test_and_a_message_is_delivered_again(ada: Client, site: Website) -> None:
    ada.post("/webhooks/", FORM)
    hook = Webhook.objects.get()
    hook.address = site.url("/in")
    hook.save()
    act = f"/webhooks/{hook.pk}/act/"
    assert "The test is on its way." in follow(ada.post(act, {"do": "test"}), ada)
    site.pages["/in"] = status(500)
    assert call_next(now=clock.now(), policy=site.reach())
    page = words(ada.get(f"/webhooks/{hook.pk}/"))
    assert "1 try. The receiver answered with status 500." in page
    assert "No call has succeeded since" in page
    WebhookDelivery.objects.update(given_up_at=clock.now())
    Webhook.objects.update(rest_until=None)
    site.pages["/in"] = status(200)
    assert "Deliver what was given up again (1)" in words(ada.get(f"/webhooks/{hook.pk}/"))
    answer = ada.post(act, {"do": "replay", "delivery": WebhookDelivery.objects.get().pk})
    assert "Delivered again within moments: 1." in follow(answer, ada)
    assert call_next(now=clock.now(), policy=site.reach())
    assert "Delivered" in words(ada.get(f"/webhooks/{hook.pk}/"))


def test_rotating_switching_changing_and_removing(ada: Client) -> None:
    ada.post("/webhooks/", FORM)
    hook = Webhook.objects.get()
    act = f"/webhooks/{hook.pk}/act/"
    shown = words(ada.post(act, {"do": "rotate"}))
    assert "The previous secret signs for another 24 hours" in shown
    assert "Two secrets sign until" in words(ada.get(f"/webhooks/{hook.pk}/"))
    assert "is switched off" in follow(ada.post(act, {"do": "off"}), ada)
    assert "Switch it on first." in follow(ada.post(act, {"do": "test"}), ada)
    assert "is switched on" in follow(ada.post(act, {"do": "on"}), ada)
    changed = {"name": "Desk", "kinds": ["approval", "sent"], "address": "https://other.example.org/in"}
    assert "other.example.org" in follow(ada.post(f"/webhooks/{hook.pk}/", changed), ada)
    assert "Press one of the buttons." in follow(ada.post(act, {"do": "dance"}), ada)
    assert "“Desk” is removed." in follow(ada.post(act, {"do": "remove"}), ada)
    acts = Record.objects.filter(act__startswith="webhook-").order_by("pk").values_list("act", "who", "door")
    assert set(acts) == {(act, "ada@example.org", "page") for act, _, _ in acts}
    assert [act for act, _, _ in acts][-1] == "webhook-removed"


def test_who_signed_in_long_ago_confirms_who_they_are_before(ada: Client) -> None:
    session = ada.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 3600}]
    session.save()
    assert ada.get("/webhooks/").status_code == 200
    assert ada.post("/webhooks/", FORM)["Location"].startswith("/account/confirm/")
    assert not Webhook.objects.exists()
