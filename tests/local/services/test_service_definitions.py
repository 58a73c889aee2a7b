"""The settings that `newsletter run` gives to its services."""

import runpy
import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from newsletter.local.services import service_definitions
from newsletter.mail.sendgrid.event_webhook import SIGNATURE, TIMESTAMP
from newsletter.postbox.webhook.webhook_signature import WebhookSigner
from tests.support.surroundings import ROOT

DESK = "127.0.0.1:8000"  # the address that `newsletter run` prints


@pytest.fixture
def web_settings(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings that the web server of `newsletter run` reads where readers come to a public address."""
    signer = WebhookSigner.load_or_create(tmp_path / service_definitions.EVENTS_KEY)
    (tmp_path / "hosts").write_text("news.example.org")
    public = {"BASE_URL": "https://news.example.org", "ALLOWED_HOSTS_FILE": str(tmp_path / "hosts")}
    for name, value in public.items():
        monkeypatch.setenv(name, value)
    settings.BASE_URL, settings.ALLOWED_HOSTS = public["BASE_URL"], ["news.example.org"]
    for name, value in service_definitions.web(tmp_path).environment.items():
        monkeypatch.setenv(name, value)
    read = runpy.run_path(str(ROOT / "newsletter" / "settings.py"))
    for name in ("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SENDGRID_WEBHOOK_KEYS", "SESSION_COOKIE_SECURE"):
        setattr(settings, name, read[name])
    return signer


@pytest.mark.django_db
def test_with_a_public_address_the_events_of_our_own_postbox_come_in(web_settings: WebhookSigner) -> None:
    body, timestamp = b"[]\r\n", str(int(time.time()))
    headers = {SIGNATURE: web_settings.sign(body, timestamp=timestamp), TIMESTAMP: timestamp}
    answer = Client(enforce_csrf_checks=True).post(
        "/webhooks/sendgrid", body, content_type="application/json", headers=headers, HTTP_HOST=DESK
    )
    assert answer.status_code == 204


@pytest.mark.django_db
@pytest.mark.parametrize("host", [DESK, "localhost:8000", "news.example.org"])
def test_with_a_public_address_the_printed_address_of_the_desk_answers(web_settings: WebhookSigner, host: str) -> None:
    assert Client().get("/", HTTP_HOST=host).status_code == 302
    assert Client().get("/", HTTP_HOST=host, follow=True).status_code == 200
    assert Client().get("/", HTTP_HOST="192.0.2.1").status_code == 400
