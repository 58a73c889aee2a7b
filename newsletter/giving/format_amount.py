"""Amounts of gifts in words for staff."""

from newsletter.giving.donation_urls import minor_unit_digits


def format_amount(amount: int, currency: str) -> str:
    """Format an amount that is given in the smallest unit of its currency: 25.00 USD."""
    digits = minor_unit_digits(currency)
    whole, rest = divmod(amount, 10**digits)
    return f"{whole:,}.{rest:0{digits}} {currency}" if digits else f"{whole:,} {currency}"
