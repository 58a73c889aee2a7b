"""The hand-written statements of the send path, as PostgreSQL runs them."""

from collections.abc import Callable
from threading import Thread

import pytest
from django.db import connection, transaction

from newsletter.delivery.models import Batch, Dispatch
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.sending import send_batches
from tests.support.factories import MONDAY

Opener = Callable[..., Dispatch]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("prepares", [True, False])
def test_statements_are_prepared_unless_a_pooler_forbids_it(
    opened: Opener, monkeypatch: pytest.MonkeyPatch, prepares: bool
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL prepares statements")
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", 1 if prepares else None)
    dispatch = opened()
    connection.close()  # what the last test prepared goes with it
    for _ in range(2):
        send_batches.claim(0, now=MONDAY)
    batch = send_batches.claim(dispatch.batches.get().pk, now=MONDAY)
    assert batch is not None
    assert send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=MONDAY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM pg_prepared_statements")
        assert (cursor.fetchone()[0] > 0) is prepares


@pytest.mark.django_db(transaction=True)
def test_a_claim_passes_over_a_batch_that_another_is_claiming_at_this_moment(opened: Opener) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    dispatch = opened(readers=20, size=10)
    first, second = dispatch.batches.order_by("pk").values_list("pk", flat=True)
    claimed: list[int] = []

    def claim() -> None:
        claimed.extend(batch.pk for batch in send_batches.claim_batches([first, second], now=MONDAY))
        connection.close()

    with transaction.atomic():
        Batch.objects.select_for_update().get(pk=first)
        thread = Thread(target=claim)
        thread.start()
        thread.join(20)
    assert claimed == [second]
