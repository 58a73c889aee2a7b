"""What the outcome of a call means for its batch: pure, no database, no clock."""

from dataclasses import dataclass

from newsletter.delivery.models import AttemptStatus, BatchState
from newsletter.mail import text_cleaning
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import ProviderError, Refused, RetryLater

BATCH_STATE = {
    AttemptStatus.ACCEPTED: BatchState.ACCEPTED,
    AttemptStatus.REFUSED: BatchState.REFUSED,
    AttemptStatus.LATER: BatchState.PENDING,
    AttemptStatus.UNCERTAIN: BatchState.UNCERTAIN,
}
LONGEST_WAIT = 300.0  # seconds


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """The fate of one attempt, with its evidence. `wait` is in seconds and only for `later`."""

    fate: AttemptStatus
    status: int | None = None
    provider_id: str = ""
    detail: str = ""
    wait: float = 0
    rejected_positions: tuple[int, ...] = ()  # places in the call of readers whom a refusal names

    @property
    def concerns_all(self) -> bool:
        """True when every other batch would be refused for the same reason: key or sender not accepted."""
        return self.fate == AttemptStatus.REFUSED and self.status in (401, 403, 451)


def outcome(answer: Receipt | ProviderError, *, ordinal: int) -> AttemptResult:
    """The fate of the `ordinal`-th attempt (from 1). Whatever is neither kind of “no” is uncertain.

    A batch that has to wait does so longer each time, up to five minutes: a far end that is
    down for an hour is asked about fifteen times, not thousands of times.
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
            AttemptStatus.LATER, answer.status, detail=detail, wait=min(LONGEST_WAIT, max(wait, backoff))
        )
    return AttemptResult(AttemptStatus.UNCERTAIN, answer.status, detail=detail)


def _kept(text: str, length: int) -> str:
    """What the provider said, as the ledger can keep it: an answer must not be lost for a sign in its text."""
    return text_cleaning.remove_unprintable(text)[:length]
