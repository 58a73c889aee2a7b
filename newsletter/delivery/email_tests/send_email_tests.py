"""Send ordered test emails as single messages. A recipient gets at most one, whatever crashes."""

from datetime import datetime, timedelta

import structlog

from newsletter.audience import suppressions
from newsletter.delivery.email_test_models import EmailTestQuerySet, EmailTestRecipient
from newsletter.delivery.ledger import installation
from newsletter.lib import claim_rows
from newsletter.mail.message import Letter, Sender
from newsletter.mail.provider_errors import ProviderError, RetryLater, Uncertain
from newsletter.mail.sendgrid import single_email_payload
from newsletter.mail.sendgrid.mail_send_client import Client

LEASE = timedelta(minutes=3)  # longer than the longest call
RETRY_WAITS = tuple(timedelta(seconds=s) for s in (5, 15, 60, 300))
MAY_HAVE_ARRIVED = "The provider did not answer, so it may have arrived."
log = structlog.get_logger()


def send_next(*, client: Client, now: datetime) -> bool:
    """Send one test email that is due, or record why that failed. Return False if none is due."""
    due = EmailTestRecipient.objects.due(now)
    found, spent = claim_rows.claim(due, now=now, lease=LEASE, max_rows=1, max_tries=len(RETRY_WAITS) + 1)
    for recipient in spent:
        _end(recipient, MAY_HAVE_ARRIVED if recipient.called_at else "No try was completed.")
    for recipient in found:
        _send(recipient, client, now=now)
    return bool(found or spent)


def _send(recipient: EmailTestRecipient, client: Client, *, now: datetime) -> None:
    if recipient.called_at:  # a worker was lost during the call
        _end(recipient, MAY_HAVE_ARRIVED)
        return
    if suppressions.suppression_notice(recipient.address):
        _end(recipient, "The address is suppressed.")
        return
    body, recipient.called_at = _body(recipient), now
    if not _ours(recipient).update(called_at=now):
        return
    try:
        client.send(body)
    except Uncertain:
        _end(recipient, MAY_HAVE_ARRIVED)
    except RetryLater as error:
        log.warning("test_email.not_sent", recipient=recipient.pk, tries=recipient.tries, problem=str(error))
        if recipient.tries > len(RETRY_WAITS):
            _end(recipient, "The provider could not be reached.")
        else:
            _ours(recipient).update(called_at=None, try_at=now + RETRY_WAITS[recipient.tries - 1])
    except ProviderError:
        _end(recipient, "The provider refused it.")
    else:
        _ours(recipient).update(sent_at=now, try_at=None)
        log.info("test_email.sent", recipient=recipient.pk)


def _body(recipient: EmailTestRecipient) -> bytes:
    """Return the call. It names no dispatch, batch or subscriber, so no event about it is counted."""
    test = recipient.test
    publication = test.edition.publication
    sender = Sender(publication.sender_name, publication.sender_email, publication.reply_to)
    installation_id = installation.cached_id()
    ids = {"nl_installation": installation_id} if installation_id else {}
    letter = Letter(test.subject, test.text, test.html)
    return single_email_payload.body(letter, sender, to=recipient.address, ids=ids)


def _ours(recipient: EmailTestRecipient) -> EmailTestQuerySet:
    """Return the row unless a later claim took it over."""
    return EmailTestRecipient.objects.filter(pk=recipient.pk, tries=recipient.tries)


def _end(recipient: EmailTestRecipient, problem: str) -> None:
    """Give up. Only when the call may have succeeded does the row keep the time of the call."""
    kept = recipient.called_at if problem == MAY_HAVE_ARRIVED else None
    _ours(recipient).update(problem=problem, called_at=kept, try_at=None)
    log.error("test_email.given_up", recipient=recipient.pk, problem=problem)
