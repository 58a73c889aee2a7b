"""Suppress a whole domain, such as one whose administrator asked for it.

Sending reads suppressions of addresses alone, so every stored address of the domain gets a row. Imports, sign-ups and
confirmations recognise later addresses by the row of the domain.
"""

from django.db import connection, transaction

from newsletter.audience.models import Subscriber, Suppression, SuppressionReason
from newsletter.lib import address_locks, clock
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.mail.email_address import normalise_email

TABLE, SUBSCRIBERS = Suppression._meta.db_table, Subscriber._meta.db_table
# the largest mailbox providers: a slip must not end a newsletter
TOO_LARGE = frozenset(
    {"gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "live.com", "msn.com", "icloud.com"}
    | {"aol.com", "gmx.de", "gmx.net", "web.de", "mail.ru", "qq.com", "proton.me", "protonmail.com", "orange.fr"}
)


def normalise_domain(domain: str) -> str:
    """Return a domain as it stands in stored addresses; an @ before it is ignored. Raises `BadInput`."""
    try:
        return normalise_email(f"x@{domain.strip().lstrip('@')}").rpartition("@")[2]
    except BadInput:
        raise BadInput("domain", "is not valid.", "Enter one such as @example.org.") from None


def count_domain(domain: str) -> int:
    """Return how many stored readers have an address of this normalised domain."""
    return Subscriber.objects.filter(email__endswith=f"@{domain}").count()


def suppress_domain(domain: str, *, detail: str = "", actor: str = "") -> Suppression:
    """Suppress all addresses of a domain, without those of its subdomains. Repeatable.

    Raises `BadInput` for an invalid domain, and `InvalidState` for one of the largest mailbox providers.
    """
    name = normalise_domain(domain)
    if name in TOO_LARGE:
        raise InvalidState(f"{name} belongs to one of the largest mailbox providers. Suppress single addresses.")
    with transaction.atomic():
        address_locks.lock_to_bar()
        values = {"reason": SuppressionReason.DOMAIN, "detail": detail[:200], "actor": actor[:120]}
        row, _ = Suppression.objects.get_or_create(domain=name, defaults=values)
        moment = connection.ops.adapt_datetimefield_value(clock.now())
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {TABLE} (email, reason, detail, actor, created_at)"  # noqa: S608 — constant names
                f" SELECT email, '{SuppressionReason.DOMAIN.value}', %s, %s, {_moment()} FROM {SUBSCRIBERS}"
                " WHERE email LIKE %s ON CONFLICT DO NOTHING",
                [f"domain {name}", actor[:120], moment, f"%@{name}"],
            )
    return row


def remove_domain(domain: str) -> bool:
    """Lift the suppression of a domain, but of no address for another reason. Return True if there was one."""
    name = normalise_domain(domain)
    with transaction.atomic():
        gone, _ = Suppression.objects.filter(domain=name).delete()
        Suppression.objects.filter(email__endswith=f"@{name}", reason=SuppressionReason.DOMAIN).delete()
    return bool(gone)


def _moment() -> str:
    return "%s::timestamptz" if connection.vendor == "postgresql" else "%s"
