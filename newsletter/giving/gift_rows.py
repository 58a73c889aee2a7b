"""One row of a donation platform's file as a gift. What is unclear is refused by its column, and never guessed."""

import hashlib
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from newsletter.giving import appeal_amounts
from newsletter.giving.donation_platforms import minor_unit_digits
from newsletter.giving.gift_records import Given
from newsletter.giving.parse_amount import SUM, parse_minor_units
from newsletter.lib import timestamps
from newsletter.lib.csv_reader import Row, cell_at
from newsletter.lib.errors import BadInput
from newsletter.mail.email_address import normalise_email
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone

# Names of columns in small letters, without a “(UTC)” behind them
NAMES = {
    "email": {"email", "e-mail", "email address", "e-mail address", "donor email", "customer email"},
    "date": {"date", "given at", "donated at", "donation date", "created", "created at", "created date"},
    "amount": {"amount", "donation amount", "gift amount"},
    "currency": {"currency", "currency code"},
    "reference": {"reference", "id", "transaction id", "donation id", "payment id", "charge id"},
    "status": {"status", "payment status"},
    "refunded": {"amount refunded", "refunded amount"},
}
# Any other status is no gift
PAID = frozenset({"paid", "succeeded", "successful", "complete", "completed", "partial refund", "partially refunded"})
# Of what had been paid before; a payment that failed never was
REFUNDED = frozenset({"refunded", "refund", "reversed", "returned", "charged back", "chargeback", "voided"})
NEEDED = ("email", "date", "amount")
HEADER = "Begin the file with a header such as email,date,amount,currency,reference."
DAY = "Write it like 2026-11-24 or 2026-11-24T09:30Z."
FIRST = datetime(2000, 1, 1, tzinfo=UTC)  # an earlier day is a slip


class Columns(NamedTuple):
    """Where each value stands; None where the file does not have it."""

    email: int | None
    date: int | None
    amount: int | None
    currency: int | None
    reference: int | None
    status: int | None
    refunded: int | None


class Refund(NamedTuple):
    """A gift that is none any more; `has_reference` when the platform gave it the reference."""

    reference: str
    has_reference: bool


class RowContext(NamedTuple):
    """What rows are read with; `currency` is that of files without such a column, or empty."""

    currency: str
    publication: Publication | None
    now: datetime

    @property
    def clock(self) -> tzinfo:
        return zone(self.publication.time_zone) if self.publication else UTC


def find_columns(row: Row, *, currency: str) -> Columns:
    """Which columns to read, by the header; `BadInput` when one is missing or there twice."""
    names = [one.strip().casefold().replace("_", " ").removesuffix(" (utc)") for one in row.cells]
    found: dict[str, int | None] = {}
    for meant, known in NAMES.items():
        places = [place for place, name in enumerate(names) if name in known]
        if len(places) > 1:
            both = " and ".join(f"“{row.cells[place].strip()}”" for place in places[:2])
            raise BadInput(f"line {row.line}", f"names the column “{meant}” twice: {both}.", "Leave one of them.")
        found[meant] = places[0] if places else None
    needed = NEEDED if currency else (*NEEDED, "currency")
    for name in needed:
        if found[name] is None:
            hint = "Or say it once for all of them." if name == "currency" else HEADER
            raise BadInput(f"line {row.line}", f"does not name a column “{name}”.", hint)
    return Columns(**found)


def read_row(row: Row, places: Columns, context: RowContext) -> Given | Refund | None:
    """The gift in a row; None when it was not paid, or nobody can say which one was given back. Raises `BadInput`."""
    email, date, amount, currency, reference, status, refunded = (cell_at(row.cells, place) for place in places)
    word = status.casefold().replace("_", " ")
    is_refunded = places.status is not None and word in REFUNDED
    if places.status is not None and word not in PAID and not is_refunded:
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


def _given(context: RowContext, *, email: str, date: str, amount: str, currency: str, reference: str) -> Given:
    code = appeal_amounts.currency(currency or context.currency)
    address, at, cents = normalise_email(email), _moment(date, context), parse_minor_units(amount, code, field="amount")
    if not 0 < cents <= appeal_amounts.LARGEST * 10 ** minor_unit_digits(code):
        raise BadInput("amount", "is nothing, or more than anybody gives.", SUM)
    if len(reference) > 100 or not reference.isprintable():
        raise BadInput("reference", "is longer than 100 characters or not one line.")
    whose = [context.publication.slug] if context.publication else []
    return Given(address, at, cents, code, reference or _fingerprint(address, at, cents, code, *whose))


def _moment(written: str, context: RowContext) -> datetime:
    """A day or a moment; without a time zone of its own it is taken to be UTC.

    Of a gift with only a day the hour is not known: it counts as noon on the publication's clock. Without a publication
    as noon of UTC, which lies in the same day nearly everywhere, and in the next one in the far east.
    """
    try:
        found = timestamps.parse(written)
    except ValueError:
        raise BadInput("date", "is not a day.", DAY) from None
    at = found if isinstance(found, datetime) else datetime.combine(found, time(12), context.clock).astimezone(UTC)
    if at < FIRST or at > context.now + timedelta(days=1):
        raise BadInput("date", "lies in the future." if at > context.now else "lies before the year 2000.", DAY)
    return at


def _fingerprint(*parts: object) -> str:
    """Stands in for a reference in a file that has none: the same gift is the same again."""
    return f"row {hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"
