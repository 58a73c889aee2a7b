"""The door for SendGrid's events: only what is signed comes in, and what comes in is kept byte for byte."""

import logging
from typing import Any

import pytest
from django.test import Client

from newsletter.api import sendgrid_webhook
from newsletter.insights import webhook_post_queue
from newsletter.insights.models import PostRefusal, WebhookPost, WebhookPostState
from newsletter.lib import clock
from newsletter.ops.system_status import status
from newsletter.postbox.webhook.webhook_signature import WebhookSigner
from tests.api.conftest import Poster, stamp
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
DOOR = "/webhooks/sendgrid"


def test_a_signed_post_is_kept_as_it_came_and_answered_without_a_body(post: Poster) -> None:
    body = b'[{"event":"processed" , "x":1}]\r\n'
    answer = post(body)
    assert (answer.status_code, answer.content) == (204, b"")
    notice = WebhookPost.objects.get()
    assert (bytes(notice.body), notice.state) == (body, WebhookPostState.WAITING)


def test_what_is_signed_is_kept_even_when_nobody_could_understand_it(post: Poster) -> None:
    assert post(b"\x00 no JSON").status_code == 204


@pytest.mark.parametrize("signature", ["", "x", "====", "MEUCIQCt", "é"])
def test_a_wrong_signature_is_refused(post: Poster, signature: str) -> None:
    answer = post(b"[]", signature=signature)
    assert answer.status_code == 403
    assert not WebhookPost.objects.exists()


def test_a_body_or_a_time_changed_after_signing_is_refused(post: Poster, signer: WebhookSigner) -> None:
    at = stamp()
    right = signer.sign(b"[]\r\n", timestamp=at)
    assert post(b"[]", signature=right, timestamp=at).status_code == 403
    assert post(b"[]\r\n", signature=right, timestamp=str(int(at) + 1)).status_code == 403
    assert post(b"[]\r\n", signature=right, timestamp=at).status_code == 204


def test_a_post_without_any_header_is_refused(post: Poster) -> None:
    assert Client().post(DOOR, b"[]", content_type="application/json").status_code == 403


def test_while_a_key_is_exchanged_both_are_right(post: Poster, settings: Any, signer: WebhookSigner) -> None:
    settings.SENDGRID_WEBHOOK_KEYS = [WebhookSigner.generate().public, signer.public]
    assert post(b"[]").status_code == 204


def test_without_a_key_nothing_is_believed_and_the_provider_is_asked_to_come_again(
    post: Poster, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SENDGRID_WEBHOOK_KEYS = []
    with caplog.at_level(logging.ERROR):
        assert post(b"[]").status_code == 503
    assert "webhook.no_key" in caplog.text
    assert not WebhookPost.objects.exists()


def test_a_body_beyond_measure_is_not_read(post: Poster) -> None:
    assert post(b" " * (sendgrid_webhook.MAX_BODY_BYTES + 1), signature="x").status_code == 413


def test_only_posts_are_answered(post: Poster) -> None:
    assert Client().get(DOOR).status_code == 405


def test_a_post_signed_days_ago_is_kept_and_ops_hears_of_it(post: Poster, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        webhook_post_queue.store(b"[]", stamp=str(int(MONDAY.timestamp()) - 3 * 86_400), now=MONDAY)
    assert "post.old" in caplog.text
    troubles = status(now=MONDAY).verdict.problems
    assert "late-events" in [trouble.page for trouble in troubles]


def test_a_post_that_is_replayed_is_kept_once(post: Poster, signer: WebhookSigner) -> None:
    at = stamp(days_ago=1)
    for _ in range(40):
        assert post(b"[1]", timestamp=at).status_code == 204
    assert post(b"[1]", timestamp=stamp()).status_code == 204  # the same words, said again
    assert WebhookPost.objects.count() == 2


@pytest.mark.parametrize("days", [2.1, 400, -2.1])
def test_a_post_that_was_signed_long_ago_is_refused_however_right_its_signature_is(post: Poster, days: float) -> None:
    assert post(b"[]", timestamp=stamp(days_ago=days)).status_code == 403
    assert post(b"[]", timestamp=stamp(days_ago=1.9)).status_code == 204
    assert WebhookPost.objects.count() == 1


def test_digits_moved_between_the_stamp_and_the_body_are_not_signed(post: Poster, signer: WebhookSigner) -> None:
    at = stamp()
    right = signer.sign(b"12", timestamp=at)
    assert post(at[-1:].encode() + b"12", timestamp=at[:-1], signature=right).status_code == 403
    assert post(b"2", timestamp=at + "1", signature=right).status_code == 403
    assert post(b"12", timestamp=at, signature=right).status_code == 204


@pytest.mark.parametrize("odd", ["²795000000", " 179500000", "1795000000\n", "+179500000", "17950000.0"])
def test_a_stamp_is_ten_digits_and_nothing_else(post: Poster, odd: str) -> None:
    assert post(b"[]", timestamp=odd, signature="AAAA").status_code == 403


def troubles() -> list[str]:
    return [trouble.sentence for trouble in status(now=clock.now()).verdict.problems if trouble.page == "no-events"]


def test_ops_hears_of_a_key_that_is_not_the_right_one_any_more_until_a_post_comes_in(
    post: Poster, signer: WebhookSigner
) -> None:
    other = WebhookSigner.generate()
    at = stamp()
    post(b"[]", timestamp=at, signature=other.sign(b"[]", timestamp=at))
    assert "SENDGRID_WEBHOOK_KEY does not match their signature." in troubles()[0]
    assert post(b"[]").status_code == 204
    assert troubles() == []


def test_ops_hears_of_a_key_that_is_missing_and_of_a_clock_that_is_wrong(post: Poster, settings: Any) -> None:
    post(b"[]", timestamp=stamp(days_ago=3))
    assert "the clock of this server is wrong" in troubles()[0]
    settings.SENDGRID_WEBHOOK_KEYS = []
    post(b"[]")
    assert "SENDGRID_WEBHOOK_KEY is not set." in troubles()[0]


def test_what_strangers_post_alarms_nobody_and_is_written_down_once_a_minute(post: Poster) -> None:
    Client().post(DOOR, b"[]", content_type="application/json")
    post(b"[]", signature="")
    assert troubles() == []
    for _ in range(5):
        post(b"[]", signature="AAAA")
    assert PostRefusal.objects.get().posts == 1
