"""Order a test email: checked, limited and stored in one transaction. `send_email_tests.py` sends what is ordered."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission, require
from newsletter.audience import suppressions
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.delivery.email_test_models import EmailTest, EmailTestRecipient
from newsletter.delivery.ledger import installation
from newsletter.delivery.recipients.sample_reader import anonymous_letter
from newsletter.editions.models import Edition, Variant
from newsletter.letters import assemble_edition
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.mail.email_address import normalise_email

PREFIX = "[TEST] "
MAX_RECIPIENTS = 10  # of one order
HOUR = timedelta(hours=1)
MAX_PER_HOUR = 60  # emails that one person orders, over all editions; the command line without a name counts as one
KEPT = timedelta(days=30)  # then an order is deleted with its addresses


def order(
    edition: Edition,
    addresses: Iterable[str],
    *,
    key: str,
    by: Actor,
    now: datetime,
    variant: Variant = Variant.DEFAULT,
) -> EmailTest:
    """Order the email of `edition`, as it is or would be built now, for these addresses.

    Staff may send tests to each other; any other address takes the permission to approve. A repeated `key` returns the
    first order and sends nothing more. Raises `BadInput` or `InvalidState`.
    """
    require(by, Permission.CURATE, publication=edition.publication_id)
    installation.require_current()
    recipients = _checked(addresses, edition=edition, by=by)
    if edition.state == "cancelled":
        raise InvalidState(f"Edition {edition.pk} is cancelled, so there is no email to test.")
    letter = anonymous_letter(assemble_edition.preview(edition, now=now, variant=variant), edition)
    with transaction.atomic():
        Edition.objects.locked(edition.pk)  # a second click waits here for the first
        if existing := EmailTest.objects.filter(edition=edition, key=key).first():
            return existing
        _check_limit(by, len(recipients), now=now)
        test = EmailTest.objects.create(
            edition=edition,
            key=key,
            variant=variant,
            subject=f"{PREFIX}{letter.subject}",
            text=letter.text,
            html=letter.html,
            ordered_at=now,
            ordered_by=by if isinstance(by, User) else None,
        )
        EmailTestRecipient.objects.bulk_create(
            [EmailTestRecipient(test=test, address=address) for address in recipients]
        )
        audit_trail.record(by, Act.TEST_ORDERED, edition, now=now, recipients=len(recipients), variant=str(variant))
    return test


def delete_old(*, now: datetime) -> None:
    """Delete orders after thirty days."""
    EmailTest.objects.filter(ordered_at__lt=now - KEPT).delete()


def _checked(addresses: Iterable[str], *, edition: Edition, by: Actor) -> list[str]:
    """Return the normalised addresses, each once; raise `BadInput` for one that must not get a test."""
    recipients = list(dict.fromkeys(normalise_email(address) for address in addresses))
    if not recipients:
        raise BadInput("recipients", "are missing.", "Choose at least one person.")
    if len(recipients) > MAX_RECIPIENTS:
        raise BadInput("recipients", f"are {len(recipients)}.", f"Choose at most {MAX_RECIPIENTS}.")
    staff = set(User.objects.filter(is_active=True, email__in=recipients).values_list("email", flat=True))
    may_name_others = not isinstance(by, User) or has_permission(by, Permission.APPROVE, edition.publication_id)
    if len(staff) < len(recipients) and not may_name_others:
        raise BadInput("recipients", "include somebody without an account here.", "Ask an editor to send this test.")
    for number, address in enumerate(recipients, start=1):
        if suppressions.suppression_notice(address):
            hint = "It bounced, complained or asked never to be mailed."
            raise BadInput("recipients", f"include a suppressed address, number {number}.", hint)
    return recipients


def _check_limit(by: Actor, count: int, *, now: datetime) -> None:
    """Raise `InvalidState` when this person has ordered too many emails in the last hour."""
    person = by if isinstance(by, User) else None
    if person:
        User.objects.select_for_update(no_key=True).get(pk=person.pk)  # two orders at once count one after the other
    ordered = EmailTestRecipient.objects.filter(test__ordered_by=person, test__ordered_at__gt=now - HOUR)
    earlier = ordered.count()
    if earlier + count > MAX_PER_HOUR:
        raise InvalidState(
            f"You have ordered {earlier} test emails in the last hour; the limit is {MAX_PER_HOUR}. Try again later."
        )
