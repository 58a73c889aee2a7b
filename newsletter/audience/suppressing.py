"""Addresses that must not be mailed by any publication. A suppression beats every subscription."""

from collections.abc import Collection, Mapping

from newsletter.audience.addresses import normalise
from newsletter.audience.models import Suppression, SuppressionReason
from newsletter.lib.errors import BadInput


def suppress(email: str, *, reason: str, detail: str = "") -> Suppression:
    """Keep this address from being mailed. Repeatable: the first reason stays.

    `reason` is a `SuppressionReason`; `detail` is kept for people, without addresses or names.
    """
    if reason not in SuppressionReason.values:
        raise BadInput("reason", "is not known.", f"Give one of: {', '.join(SuppressionReason.values)}.")
    suppression, _ = Suppression.objects.get_or_create(
        email=normalise(email), defaults={"reason": reason, "detail": detail[:200]}
    )
    return suppression


def suppress_all(found: Mapping[str, tuple[str, str]]) -> None:
    """As `suppress`, for many at once: normalised addresses, each with its reason and detail.

    In the order of the addresses, so that two who do this at the same time never wait for each other in turn.
    """
    Suppression.objects.bulk_create(
        [Suppression(email=email, reason=found[email][0], detail=found[email][1][:200]) for email in sorted(found)],
        ignore_conflicts=True,
    )


def lift(email: str) -> bool:
    """Let this address be mailed again, whatever the reason was; True when it was suppressed.

    For a person at the desk who knows better, such as after a mistyped mailbox was opened. The
    provider's own list has to be cleared there.
    """
    gone, _ = Suppression.objects.filter(email=normalise(email)).delete()
    return bool(gone)


def withdraw_wish(address: str) -> bool:
    """Lift the person's own wish never to be mailed, and no other reason. `address` is normalised."""
    gone, _ = Suppression.objects.filter(email=address, reason=SuppressionReason.PERSON).delete()
    return bool(gone)


def suppressed(addresses: Collection[str]) -> set[str]:
    """Those of these normalised addresses (a few thousand at most) that must not be mailed."""
    return set(Suppression.objects.filter(email__in=addresses).values_list("email", flat=True))
