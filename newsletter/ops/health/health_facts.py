"""What the rules of health look at: readings as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DispatchSnapshot:
    """The figures of a dispatch, or of an edition that has none yet. All counts but `not_held` are readers.

    `moved_at`: when a batch last changed its state. `is_held_back`: ten minutes ago all remaining batches waited for
    their hour or their pace; `waits`: they do now. `uncertain_since`: when the first of the uncertain calls ended.
    `unseen`: readers whose cancel was requested and not confirmed in time. `not_held`: cancelled calls that were sent.
    `unsent`: readers without the edition because it was stopped. `set_up_status`: the HTTP status with which the
    provider refused the key or the sender. `is_paused`: the publication, or all sending, is paused.
    `resumed_at`: when such a pause ended, if that was a short time ago.
    """

    edition: int
    state: str
    due_at: datetime
    assemble_at: datetime | None = None
    moved_at: datetime | None = None
    waiting: int = 0
    uncertain: int = 0
    uncertain_since: datetime | None = None
    refused: int = 0
    is_held_back: bool = False
    waits: bool = False
    unseen: int = 0
    not_held: int = 0
    unsent: int = 0
    stopped_at: datetime | None = None
    set_up_status: int | None = None
    is_paused: bool = False
    resumed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PauseSnapshot:
    """A pause of all sending (`publication` is empty) or of one publication. `until` is None without an end."""

    publication: str
    reason: str
    by: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaitingWork:
    """Rows of one kind that stand still, or that were given up. `words` are their number and kind."""

    words: str
    count: int
    is_email: bool = False
    is_given_up: bool = False


@dataclass(frozen=True, slots=True)
class BadDomain:
    """A sending domain, and the kinds of DNS records that are missing or wrong."""

    domain: str
    kinds: Sequence[str]


@dataclass(frozen=True, slots=True)
class MailboxRates:
    """What became of the emails of the last days at one mailbox provider, in readers."""

    mailbox_provider: str
    delivered: int = 0
    deferred: int = 0
    blocked: int = 0
    bounced: int = 0
    complained: int = 0

    @property
    def total(self) -> int:
        """Return the number of readers with a result."""
        return self.delivered + self.deferred + self.blocked + self.bounced
