"""A key pair, and posts signed with it as SendGrid signs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from newsletter.insights import rejected_posts
from newsletter.lib import clock
from newsletter.mail.sendgrid.event_webhook import SIGNATURE, TIMESTAMP
from newsletter.postbox.webhook.webhook_signature import WebhookSigner

Poster = Callable[..., Any]


def stamp(*, days_ago: float = 0) -> str:
    """The header of a post that was signed then."""
    return str(int(clock.now().timestamp() - days_ago * 86_400))


@pytest.fixture(scope="session")
def signer() -> WebhookSigner:
    return WebhookSigner.generate()


@pytest.fixture(autouse=True)
def nothing_refused_before() -> None:
    rejected_posts.reset()


@pytest.fixture
def post(settings: Any, signer: WebhookSigner) -> Poster:
    """Posts a body to the door, signed unless told otherwise: `post(b"[]", signature="x")`."""
    settings.SENDGRID_WEBHOOK_KEYS = [signer.public]
    client = Client(enforce_csrf_checks=True)

    def send(body: bytes, *, timestamp: str = "", signature: str | None = None) -> Any:
        timestamp = timestamp or stamp()
        signed = signer.sign(body, timestamp=timestamp) if signature is None else signature
        headers = {SIGNATURE: signed, TIMESTAMP: timestamp}
        return client.post("/webhooks/sendgrid", body, content_type="application/json", headers=headers)

    return send
