"""The result of a call and what it means for the batch: pure, without database or clock."""

from dataclasses import dataclass

from newsletter.delivery.states import AttemptStatus, BatchState
from newsletter.mail import text_cleaning
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import ProviderError, Refused, RetryLater

BATCH_STATE = {
    AttemptStatus.ACCEPTED: BatchState.ACCEPTED,
    AttemptStatus.REFUSED: BatchState.REFUSED,
    AttemptStatus.LATER: BatchState.PENDING,
    AttemptStatus.UNCERTAIN: BatchState.UNCERTAIN,
}
MAX_WAIT_SECONDS = 300.0
SET_UP_STATUSES = (401, 403, 451)  # the key or the sender is not accepted


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """The status of one attempt, with the provider's answer. `wait` is in seconds, only for `later`."""

    status: AttemptStatus
    http_status: int | None = None
    provider_id: str = ""
    detail: str = ""
    wait: float = 0
    rejected_positions: tuple[int, ...] = ()  # indexes in the call of readers whom a refusal names

    @property
    def concerns_all(self) -> bool:
        """Return True if every other batch would be refused for the same reason: key or sender not accepted."""
        return self.status == AttemptStatus.REFUSED and self.http_status in SET_UP_STATUSES


def outcome(answer: Receipt | ProviderError, *, ordinal: int) -> AttemptResult:
    """Return the result of the `ordinal`-th attempt (from 1).

    An error that is neither `Refused` nor `RetryLater` is uncertain. The wait doubles with each attempt, up to five
    minutes: a provider that is down for an hour gets about fifteen calls for the batch.
    """
    if isinstance(answer, Receipt):
        return AttemptResult(AttemptStatus.ACCEPTED, answer.status, _kept(answer.provider_id, 100))
    detail = _kept(answer.detail, 500)
    if isinstance(answer, Refused):
        return AttemptResult(AttemptStatus.REFUSED, answer.status, detail=detail, rejected_positions=answer.readers)
    if isinstance(answer, RetryLater):
        backoff = 2.0 ** min(ordinal, 10)
        wait = answer.wait if answer.status == 429 else min(answer.wait, backoff)
        return AttemptResult(
            AttemptStatus.LATER, answer.status, detail=detail, wait=min(MAX_WAIT_SECONDS, max(wait, backoff))
        )
    return AttemptResult(AttemptStatus.UNCERTAIN, answer.status, detail=detail)


def _kept(text: str, length: int) -> str:
    """Return text of the provider as the ledger can store it: an unprintable character must not lose the answer."""
    return text_cleaning.remove_unprintable(text)[:length]
