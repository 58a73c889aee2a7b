"""Conditions on gifts, by the address of the reader."""

from django.db.models import Exists, OuterRef, Q

from newsletter.giving.models import Gift
from newsletter.segments.condition_kinds import Control, Scope, Test, counted, register, whole_number

MAX_DAYS = 365  # gifts are deleted a little later
DAYS = whole_number("days", 1, MAX_DAYS)
NOTE = "Gifts are those that were imported, of this publication or of all, and they are kept for a year."


def register_all() -> None:
    """Register the kinds of this module."""
    register(
        "gave",
        "Gifts",
        Test(
            "within", "gave in the last … days", Control.DAYS, DAYS, lambda n: f"gave in the last {counted(n, 'day')}"
        ),
        Test(
            "not-within",
            "did not give in the last … days",
            Control.DAYS,
            DAYS,
            lambda n: f"did not give in the last {counted(n, 'day')}",
        ),
        build=_gave,
        notes=lambda _test, _value, _scope: (NOTE,),
    )


def _gave(test: str, value: int, scope: Scope) -> Q:
    gifts = Gift.objects.filter(
        Q(publication=None) | Q(publication=scope.publication_id),
        email=OuterRef("subscriber__email"),
        given_at__gte=scope.days_ago(value),
    )
    found = Q(Exists(gifts.order_by()))
    return found if test == "within" else ~found
