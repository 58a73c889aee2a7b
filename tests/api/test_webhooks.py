"""The door for SendGrid's events: only what is signed comes in, and what comes in is kept byte for byte."""

import logging
from typing import Any

import pytest
from django.test import Client

from newsletter.api import webhooks
from newsletter.insights import inbox
from newsletter.insights.models import Notice, NoticeState
from newsletter.ops.status import status
from newsletter.postbox.signing import Signer
from tests.api.conftest import Poster
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
DOOR = "/webhooks/sendgrid"


def test_a_signed_post_is_kept_as_it_came_and_answered_without_a_body(post: Poster) -> None:
    body = b'[{"event":"processed" , "x":1}]\r\n'
    answer = post(body)
    assert (answer.status_code, answer.content) == (204, b"")
    notice = Notice.objects.get()
    assert (bytes(notice.body), notice.state) == (body, NoticeState.WAITING)


def test_what_is_signed_is_kept_even_when_nobody_could_understand_it(post: Poster) -> None:
    assert post(b"\x00 no JSON").status_code == 204


@pytest.mark.parametrize("signature", ["", "x", "====", "MEUCIQCt", "é"])
def test_a_wrong_signature_is_refused(post: Poster, signature: str) -> None:
    answer = post(b"[]", signature=signature)
    assert answer.status_code == 403
    assert not Notice.objects.exists()


def test_a_body_or_a_time_changed_after_signing_is_refused(post: Poster, signer: Signer) -> None:
    right = signer.sign(b"[]\r\n", timestamp="1795000000")
    assert post(b"[]", signature=right).status_code == 403
    assert post(b"[]\r\n", signature=right, timestamp="1795000001").status_code == 403
    assert post(b"[]\r\n", signature=right).status_code == 204


def test_a_post_without_any_header_is_refused(post: Poster) -> None:
    assert Client().post(DOOR, b"[]", content_type="application/json").status_code == 403


def test_while_a_key_is_exchanged_both_are_right(post: Poster, settings: Any, signer: Signer) -> None:
    settings.SENDGRID_WEBHOOK_KEYS = [Signer.made().public, signer.public]
    assert post(b"[]").status_code == 204


def test_without_a_key_nothing_is_believed_and_the_provider_is_asked_to_come_again(
    post: Poster, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SENDGRID_WEBHOOK_KEYS = []
    with caplog.at_level(logging.ERROR):
        assert post(b"[]").status_code == 503
    assert "webhook.no_key" in caplog.text
    assert not Notice.objects.exists()


def test_a_body_beyond_measure_is_not_read(post: Poster) -> None:
    assert post(b" " * (webhooks.LARGEST + 1), signature="x").status_code == 413


def test_only_posts_are_answered(post: Poster) -> None:
    assert Client().get(DOOR).status_code == 405


def test_a_post_signed_days_ago_is_kept_and_ops_hears_of_it(post: Poster, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        inbox.keep(b"[]", stamp=str(int(MONDAY.timestamp()) - 3 * 86_400), now=MONDAY)
    assert "notice.old" in caplog.text
    troubles = status(now=MONDAY).verdict.troubles
    assert "late-events" in [trouble.page for trouble in troubles]
