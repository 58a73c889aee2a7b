"""The same request in two processes at the same time. PostgreSQL alone can show it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections

from newsletter.api_tokens.kept_replies import KeptReply, RequestInProgress, reply_once
from newsletter.api_tokens.manage_tokens import make_token
from newsletter.api_tokens.models import ApiReply, ApiToken
from newsletter.lib import clock
from tests.support import factories as make

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def token() -> ApiToken:
    owner, now = make.eddie(), clock.now()
    return make_token(owner, name="CMS", scopes=["stories:read"], publications=None, expires_at=None, now=now).token


def elsewhere(act: Callable[[], Any]) -> Any:
    """Do it on a connection of its own."""

    def acted() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(acted).result(30)


def asked(token: ApiToken, act: Callable[[], tuple[int, str]]) -> KeptReply:
    return reply_once(token, "k1", b"same", act, now=clock.now())


def renamed(token: ApiToken, name: str) -> tuple[int, str]:
    ApiToken.objects.filter(pk=token.pk).update(requests=len(name))
    return 200, name


def test_the_second_is_refused_while_the_first_is_being_answered(token: ApiToken) -> None:
    def first() -> tuple[int, str]:
        with pytest.raises(RequestInProgress):
            elsewhere(lambda: asked(token, lambda: renamed(token, "second")))
        return renamed(token, "first")

    assert asked(token, first) == KeptReply(200, "first", False)
    assert asked(token, first) == KeptReply(200, "first", True)


def test_one_that_was_taken_for_lost_changes_nothing_when_it_comes_late(token: ApiToken) -> None:
    def slow() -> tuple[int, str]:
        elsewhere(lambda: ApiReply.objects.update(claimed_until=clock.now() - timedelta(seconds=1)))
        assert elsewhere(lambda: asked(token, lambda: renamed(token, "second"))).body == "second"
        return renamed(token, "the slow one")

    with pytest.raises(RequestInProgress, match="took too long"):
        asked(token, slow)
    assert ApiToken.objects.get().requests == len("second")
    assert asked(token, slow) == KeptReply(200, "second", True)
