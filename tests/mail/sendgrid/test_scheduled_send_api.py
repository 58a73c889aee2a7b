"""Batch ids at the provider.

Creating an id, cancelling, reading and deleting the status, against a postbox with the documented rules.
"""

from pathlib import Path

import pytest

from newsletter.mail.provider_errors import Refused, RetryLater, Uncertain
from newsletter.mail.sendgrid import scheduled_send_api
from newsletter.mail.sendgrid.scheduled_send_api import BatchIdStatus, ScheduledSendApi
from newsletter.postbox.postbox import Postbox
from tests.postbox.asking import ask


@pytest.fixture
def provider(postbox: Postbox) -> ScheduledSendApi:
    return ScheduledSendApi(key="k", base=postbox.url, connect_timeout=20, answer_timeout=20)


def test_the_provider_knows_a_new_batch_id(postbox: Postbox, provider: ScheduledSendApi) -> None:
    batch = provider.create_batch_id()
    assert ask(postbox, "GET", f"/v3/mail/batch/{batch}").status == 200
    assert provider.status(batch) == BatchIdStatus.NONE


def test_a_cancel_stands_and_may_be_repeated(provider: ScheduledSendApi) -> None:
    batch = provider.create_batch_id()
    provider.cancel(batch)
    provider.cancel(batch)
    assert provider.status(batch) == BatchIdStatus.CANCELLED


def test_a_paused_id_becomes_a_cancelled_one(postbox: Postbox, provider: ScheduledSendApi) -> None:
    batch = provider.create_batch_id()
    ask(postbox, "POST", "/v3/user/scheduled_sends", {"batch_id": batch, "status": "pause"})
    provider.cancel(batch)
    assert provider.status(batch) == BatchIdStatus.CANCELLED


def test_an_eleventh_cancel_does_not_stand_until_another_is_freed(provider: ScheduledSendApi) -> None:
    batches = [provider.create_batch_id() for _ in range(11)]
    for batch in batches:
        provider.cancel(batch)  # a complaint is prose: only the status tells
    assert [provider.status(batch) for batch in batches] == [BatchIdStatus.CANCELLED] * 10 + [BatchIdStatus.NONE]
    provider.delete_status(batches[0])
    provider.delete_status(batches[0])
    provider.cancel(batches[10])
    assert provider.status(batches[10]) == BatchIdStatus.CANCELLED


@pytest.mark.parametrize(
    ("order", "error"),
    [
        ({"do": "drop"}, Uncertain),
        ({"do": "hang", "seconds": 2}, Uncertain),
        ({"do": "status", "status": 500}, Uncertain),
        ({"do": "status", "status": 429}, RetryLater),
        ({"do": "status", "status": 401}, Refused),
    ],
)
def test_what_was_not_answered_says_how(postbox: Postbox, order: dict[str, object], error: type[Exception]) -> None:
    patience = 0.5 if order["do"] == "hang" else 20  # the others are answered, on a busy machine late
    provider = ScheduledSendApi(key="k", base=postbox.url, connect_timeout=20, answer_timeout=patience)
    for call, do in (("batch", provider.create_batch_id), ("scheduled_sends", lambda: provider.status("x"))):
        postbox.order(call=call, **order)
        with pytest.raises(error):
            do()


def test_nobody_there_is_a_thing_to_try_later(tmp_path: Path) -> None:
    with Postbox(tmp_path / "p.sqlite3") as gone:
        url = gone.url
    with pytest.raises(RetryLater):
        ScheduledSendApi(key="k", base=url, connect_timeout=1, answer_timeout=1).create_batch_id()


def test_the_european_region_has_ids_of_its_own() -> None:
    assert ScheduledSendApi(key="k", residency="eu", connect_timeout=1, answer_timeout=1)._host == "api.eu.sendgrid.com"


@pytest.mark.parametrize("batch_id", ["", "x" * 101, "a\u0000b", "é", 7, None])
def test_an_id_that_cannot_be_stored_is_rejected(batch_id: object) -> None:
    assert not scheduled_send_api._is_id(batch_id)
    assert scheduled_send_api._is_id("YOUR_BATCH_ID")
