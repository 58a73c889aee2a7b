"""Requests with an idempotency key: done once, and answered alike."""

from datetime import timedelta

import pytest

from newsletter.api_tokens import kept_replies
from newsletter.api_tokens.kept_replies import KEPT, LEASE, RequestInProgress, reply_once
from newsletter.api_tokens.models import ApiReply, ApiToken
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from tests.api.v1.conftest import Program, program_of
from tests.support import factories as make

STORY = {"headline": "Rain at last", "url": "https://post.example.org/rain", "body": "It rains."}


def test_a_repeat_gets_the_earlier_reply_and_does_nothing(program: Program) -> None:
    first = program("POST", "stories", STORY | {"again": True}, Idempotency_Key="k1")
    again = program("POST", "stories", STORY | {"again": True}, Idempotency_Key="k1")
    assert (again.status, again.json) == (201, first.json)
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert Story.objects.count() == 1
    assert program("POST", "stories", STORY | {"again": True}, Idempotency_Key="k2").json["id"] != first.json["id"]


def test_a_key_of_another_request_is_refused(program: Program) -> None:
    program("POST", "stories", STORY, Idempotency_Key="k1")
    other = program("POST", "stories", STORY | {"headline": "Snow"}, Idempotency_Key="k1")
    assert (other.status, other.fields) == (422, ["Idempotency-Key"])
    assert program("POST", "segments", STORY, Idempotency_Key="k1").status == 422
    assert program("POST", "stories", STORY, Idempotency_Key="x" * 65).fields == ["Idempotency-Key"]


def test_keys_of_different_tokens_have_nothing_to_do_with_each_other(publication: Publication) -> None:
    for owner in (make.eddie(), make.cora()):
        program = program_of(owner, publication)
        assert program("POST", "stories", STORY | {"again": True}, Idempotency_Key="k1").status == 201
    assert Story.objects.count() == 2


def test_a_refused_request_may_be_sent_again_with_its_key(program: Program, publication: Publication) -> None:
    story = make.story(publication, url=STORY["url"])
    assert program("POST", "stories", STORY, Idempotency_Key="k1").kind == "conflict"
    story.delete()
    assert program("POST", "stories", STORY, Idempotency_Key="k1").status == 201


def test_the_same_request_at_the_same_time_is_refused(program: Program) -> None:
    token = ApiToken.objects.get()

    def while_answering() -> tuple[int, None]:
        with pytest.raises(RequestInProgress):
            reply_once(token, "k1", b"same", lambda: (200, None), now=clock.now())
        with pytest.raises(BadInput):
            reply_once(token, "k1", b"another", lambda: (200, None), now=clock.now())
        return 200, None

    assert not reply_once(token, "k1", b"same", while_answering, now=clock.now()).is_repeat
    ApiReply.objects.update(status=None, claimed_until=clock.now() + LEASE)
    answer = program("POST", "stories", STORY, Idempotency_Key="k2")
    assert answer.status == 201
    ApiReply.objects.update(status=None)
    waiting = program("POST", "stories", STORY, Idempotency_Key="k2")
    assert (waiting.status, waiting.kind, waiting.headers["Retry-After"]) == (409, "in-progress", "1")


def test_a_request_that_was_lost_may_be_repeated_and_a_late_one_then_changes_nothing(program: Program) -> None:
    token = ApiToken.objects.get()

    def slow() -> tuple[int, str]:
        ApiReply.objects.update(claimed_until=clock.now() - timedelta(seconds=1))
        assert reply_once(token, "k1", b"same", lambda: (200, "second"), now=clock.now()).body == "second"
        token.name = "changed by the slow one"
        token.save()
        return 200, "first"

    with pytest.raises(InvalidState, match="took too long"):
        reply_once(token, "k1", b"same", slow, now=clock.now())
    assert ApiToken.objects.get().name == "program 1"


def test_replies_are_forgotten_after_a_day(program: Program) -> None:
    token, now = ApiToken.objects.get(), clock.now()
    reply_once(token, "k1", b"same", lambda: (200, 1), now=now - KEPT - timedelta(minutes=1))
    reply_once(token, "k2", b"same", lambda: (200, 1), now=now - timedelta(hours=23))
    assert reply_once(token, "k1", b"same", lambda: (200, 2), now=now).body == 2
    ApiReply.objects.filter(key="k1").update(created_at=now - KEPT - timedelta(minutes=1))
    kept_replies.delete_old(now=now)
    assert list(ApiReply.objects.values_list("key", flat=True)) == ["k2"]
