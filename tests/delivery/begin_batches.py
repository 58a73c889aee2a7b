"""Begin the call of a batch, as a worker does before it posts."""

from newsletter.delivery.models import Attempt, Batch
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.sending import send_batches
from tests.support.factories import MONDAY


def begun(batch: Batch) -> Attempt:
    claimed = send_batches.claim(batch.pk, now=MONDAY)
    assert claimed is not None
    attempt = send_batches.begin_attempt(claimed, batch_recipients.resolve_recipients(claimed), now=MONDAY)
    assert attempt is not None
    return attempt
