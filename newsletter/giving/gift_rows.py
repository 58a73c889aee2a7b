"""Parse one row of a donation platform's file. Ambiguous values are rejected with their column, never guessed."""

import hashlib
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from newsletter.giving import appeal_amounts
from newsletter.giving.donation_urls import minor_unit_digits
from newsletter.giving.gift_records import ReportedGift
from newsletter.giving.parse_amount import AMOUNT_HINT, parse_minor_units
from newsletter.lib import timestamps
from newsletter.lib.csv_reader import Row, cell_at
from newsletter.lib.errors import BadInput
from newsletter.mail.email_address import normalise_email
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone

# Column names in lower case, without a trailing “(UTC)”
NAMES = {
    "email": {"email", "e-mail", "email address", "e-mail address", "donor email", "customer email"},
    "date": {"date", "given at", "donated at", "donation date", "created", "created at", "created date"},
    "amount": {"amount", "donation amount", "gift amount"},
    "currency": {"currency", "currency code"},
    "reference": {"reference", "id", "transaction id", "donation id", "payment id", "charge id"},
    "status": {"status", "payment status"},
    "refunded": {"amount refunded", "refunded amount"},
}
# any other status is not a gift
PAID = frozenset({"paid", "succeeded", "successful", "complete", "completed", "partial refund", "partially refunded"})
# statuses of earlier payments; a failed payment never was a gift
REFUNDED = frozenset({"refunded", "refund", "reversed", "returned", "charged back", "chargeback", "voided"})
NEEDED = ("email", "date", "amount")
HEADER = "Start the file with a header row such as email,date,amount,currency,reference."
DAY = "Use a format such as 2026-11-24 or 2026-11-24T09:30Z."
FIRST = datetime(2000, 1, 1, tzinfo=UTC)  # an earlier date is a typing error


class GiftColumns(NamedTuple):
    """The column index of each value; None if the file does not have it."""

    email: int | None
    date: int | None
    amount: int | None
    currency: int | None
    reference: int | None
    status: int | None
    refunded: int | None


class Refund(NamedTuple):
    """A refunded gift. `has_reference`: the reference comes from the platform."""

    reference: str
    has_reference: bool


class RowContext(NamedTuple):
    """Options for all rows. `currency` applies to files without a currency column, or is empty."""

    currency: str
    publication: Publication | None
    now: datetime

    @property
    def clock(self) -> tzinfo:
        return zone(self.publication.time_zone) if self.publication else UTC


def find_columns(row: Row, *, currency: str) -> GiftColumns:
    """Return the columns by the header; raise `BadInput` if one is missing or occurs twice."""
    names = [one.strip().casefold().replace("_", " ").removesuffix(" (utc)") for one in row.cells]
    found: dict[str, int | None] = {}
    for field, known in NAMES.items():
        places = [place for place, name in enumerate(names) if name in known]
        if len(places) > 1:
            both = " and ".join(f"“{row.cells[place].strip()}”" for place in places[:2])
            raise BadInput(f"line {row.line}", f"has the column “{field}” twice: {both}.", "Keep only one of them.")
        found[field] = places[0] if places else None
    needed = NEEDED if currency else (*NEEDED, "currency")
    for name in needed:
        if found[name] is None:
            hint = "Or enter one currency for the whole file." if name == "currency" else HEADER
            raise BadInput(f"line {row.line}", f"has no column “{name}”.", hint)
    return GiftColumns(**found)


def read_row(row: Row, places: GiftColumns, context: RowContext) -> ReportedGift | Refund | None:
    """Return the gift in a row; None if it was not paid, or if a refund cannot be matched. Raises `BadInput`."""
    email, date, amount, currency, reference, status, refunded = (cell_at(row.cells, place) for place in places)
    status_key = status.casefold().replace("_", " ")
    is_refunded = places.status is not None and status_key in REFUNDED
    if places.status is not None and status_key not in PAID and not is_refunded:
        return None
    if is_refunded and reference:
        return Refund(reference, has_reference=True)
    try:
        gift = _given(context, email=email, date=date, amount=amount, currency=currency, reference=reference)
    except BadInput:
        if is_refunded:
            return None
        raise
    if is_refunded or (refunded and parse_minor_units(refunded, gift.currency, field="amount refunded") >= gift.amount):
        return Refund(gift.reference, has_reference=bool(reference))
    return gift


def _given(context: RowContext, *, email: str, date: str, amount: str, currency: str, reference: str) -> ReportedGift:
    code = appeal_amounts.validate_currency(currency or context.currency)
    address, at, cents = normalise_email(email), _moment(date, context), parse_minor_units(amount, code, field="amount")
    if not 0 < cents <= appeal_amounts.MAX_AMOUNT * 10 ** minor_unit_digits(code):
        raise BadInput("amount", "is zero, or too large.", AMOUNT_HINT)
    if len(reference) > 100 or not reference.isprintable():
        raise BadInput("reference", "is longer than 100 characters or not one line.")
    whose = [context.publication.slug] if context.publication else []
    return ReportedGift(address, at, cents, code, reference or _fingerprint(address, at, cents, code, *whose))


def _moment(written: str, context: RowContext) -> datetime:
    """Parse a date or time. A time without a time zone is taken as UTC.

    A date without a time counts as noon in the publication's time zone, or without a publication as noon UTC. Noon UTC
    is on the same date nearly everywhere, and on the next one in the far east.
    """
    try:
        found = timestamps.parse(written)
    except ValueError:
        raise BadInput("date", "is not a date.", DAY) from None
    at = found if isinstance(found, datetime) else datetime.combine(found, time(12), context.clock).astimezone(UTC)
    if at < FIRST or at > context.now + timedelta(days=1):
        raise BadInput("date", "is in the future." if at > context.now else "is before the year 2000.", DAY)
    return at


def _fingerprint(*parts: object) -> str:
    """Return a reference for a gift in a file without references. The same gift always gets the same one."""
    return f"row {hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"
