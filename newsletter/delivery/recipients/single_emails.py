"""Send single emails, apart from editions: confirmations, links to one's own data, emails to staff.

The row of an order stays until the provider took the email. While the provider is away it is tried again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Generic, TypeVar

import structlog
from django.db.models import Q, QuerySet

from newsletter.accounts.staff_email_models import StaffEmail
from newsletter.audience.data_request_models import DataRequest
from newsletter.audience.models import Confirmation
from newsletter.delivery.ledger import installation
from newsletter.lib import claim_rows
from newsletter.mail.message import Letter, Sender
from newsletter.mail.provider_errors import ProviderError, Refused
from newsletter.mail.sendgrid import single_email_payload
from newsletter.mail.sendgrid.mail_send_client import Client

LEASE = timedelta(minutes=3)  # longer than the longest call
RETRY_WAITS = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 3600))  # the last one again and again
NOT_ACCEPTED, NO_TRY = "it was not accepted", "no try was completed"  # how the problem of an order begins
DISCARDED = "discarded by ops after it was given up"
OF_THE_ACCOUNT = (401, 403)  # the key was revoked or the account is blocked: no fault of this email
Order = TypeVar("Order", Confirmation, DataRequest, StaffEmail)
log = structlog.get_logger()


class SendResult(Enum):
    """What one step did."""

    NONE_DUE = "none due"
    SETTLED = "settled"  # sent, or given up
    DELAYED = "delayed"  # the provider is away


@dataclass(frozen=True, slots=True)
class SingleEmails(Generic[Order]):
    """One kind of these emails. `obstacle` returns why an email is not sent any more, or empty."""

    name: str  # of its events in the log
    orders: QuerySet[Order]
    due: Callable[[datetime], QuerySet[Order]]
    recipient: Callable[[Order], tuple[str, Sender]]
    obstacle: Callable[[Order, datetime], str]
    letter: Callable[[Order, datetime], Letter]
    retried_for: timedelta
    max_tries: int  # more than fit into that time; claims of workers that crashed count too
    cleared: Mapping[str, Any] = field(default_factory=dict)  # values of fields that are not needed once it is sent

    def send_due(self, *, client: Client, clock: Callable[[], datetime], limit: int) -> bool:
        """Send up to `limit` emails that are due. Return False if the provider is away: then the others wait too."""
        for _ in range(limit):
            result = self.send_next(client=client, now=clock())
            if result != SendResult.SETTLED:
                return result == SendResult.NONE_DUE
        return True

    def send_next(self, *, client: Client, now: datetime) -> SendResult:
        """Send one email that is due, or record why that failed.

        An uncertain call is made again: two emails with the same link are harmless.
        """
        found, spent = claim_rows.claim(self.due(now), now=now, lease=LEASE, max_rows=1, max_tries=self.max_tries)
        for order in spent:
            self._end(order, problem=NO_TRY)
        for order in found:
            return self._send(order, client, now=now)
        return SendResult.SETTLED if spent else SendResult.NONE_DUE

    def given_up(self) -> QuerySet[Order]:
        """Return the orders that were given up although the email was still wanted."""
        return self.orders.filter(Q(problem__startswith=NOT_ACCEPTED) | Q(problem=NO_TRY), sent_at=None)

    def send_again(self, given_up: QuerySet[Order], *, now: datetime) -> int:
        """Let workers try these orders again, and return how many. For how long counts from when they were ordered."""
        return given_up.update(problem="", tries=0, try_at=now)

    def discard(self, given_up: QuerySet[Order]) -> int:
        """Mark these orders as not to be tried again, and return how many."""
        return given_up.update(problem=DISCARDED, **self.cleared)

    def _send(self, order: Order, client: Client, *, now: datetime) -> SendResult:
        if problem := self.obstacle(order, now):
            return self._end(order, problem=problem, **self.cleared)
        address, sender = self.recipient(order)
        installation_id = installation.cached_id()
        ids = {"nl_installation": installation_id} if installation_id else {}
        call = single_email_payload.body(self.letter(order, now), sender, to=address, ids=ids)
        try:
            client.send(call)
        except ProviderError as error:
            problem = type(error).__name__
            log.warning(f"{self.name}.not_sent", order=order.pk, tries=order.tries, problem=problem)
            is_refused = isinstance(error, Refused) and error.status not in OF_THE_ACCOUNT
            if is_refused or now > order.asked_at + self.retried_for:
                return self._end(order, problem=f"{NOT_ACCEPTED}: {problem}")
            _ours(order).update(try_at=now + RETRY_WAITS[min(order.tries, len(RETRY_WAITS)) - 1])
            return SendResult.DELAYED
        _ours(order).update(sent_at=now, try_at=None, **self.cleared)
        log.info(f"{self.name}.sent", order=order.pk)
        return SendResult.SETTLED

    def _end(self, order: Order, *, problem: str, **values: Any) -> SendResult:
        _ours(order).update(problem=problem, try_at=None, **values)
        log.error(f"{self.name}.given_up", order=order.pk, problem=problem)
        return SendResult.SETTLED


def _ours(order: Order) -> QuerySet[Order]:
    """Return the row unless a later claim or a newer request replaced it."""
    rows = type(order)._default_manager
    return rows.filter(pk=order.pk, tries=order.tries, asked_at=order.asked_at)
