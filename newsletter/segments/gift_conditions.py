"""Conditions on gifts, by the address of the reader.

A gift belongs to one publication or to all. Who has a role for one publication may not learn from a segment who gave to
all of them, so there are two kinds: gifts of this publication alone, and those together with gifts for all.
"""

from django.db.models import Exists, OuterRef, Q

from newsletter.giving.models import Gift
from newsletter.segments.condition_kinds import Build, Control, Scope, Test, counted, register, whole_number

MAX_DAYS = 365  # gifts are deleted a little later
DAYS = whole_number("days", 1, MAX_DAYS)
KEPT = "Gifts are those that were imported, and they are kept for a year."
OF_ALL = f"{KEPT} Counted are those of this publication and those that count for all publications."
OF_THIS = f"{KEPT} Counted are those of this publication, not those that count for all publications."


def register_all() -> None:
    """Register the kinds of this module."""
    register("gave", "Gifts", *_tests(""), build=_gave(of_all=True), notes=lambda *_: (OF_ALL,), is_about_all=True)
    register(
        "gave-here",
        "Gifts of this publication",
        *_tests(" to this publication"),
        build=_gave(of_all=False),
        notes=lambda *_: (OF_THIS,),
    )


def _tests(where: str) -> tuple[Test, Test]:
    def phrase(verb: str, days: int) -> str:
        return f"{verb}{where} in the last {counted(days, 'day')}"

    return (
        Test("within", f"gave{where} in the last … days", Control.DAYS, DAYS, lambda n: phrase("gave", n)),
        Test(
            "not-within",
            f"did not give{where} in the last … days",
            Control.DAYS,
            DAYS,
            lambda n: phrase("did not give", n),
        ),
    )


def _gave(*, of_all: bool) -> Build:
    def build(test: str, value: int, scope: Scope) -> Q:
        counts = Q(publication=scope.publication_id)
        gifts = Gift.objects.filter(
            counts | Q(publication=None) if of_all else counts,
            email=OuterRef("subscriber__email"),
            given_at__gte=scope.days_ago(value),
        )
        found = Q(Exists(gifts.order_by()))
        return found if test == "within" else ~found

    return build
