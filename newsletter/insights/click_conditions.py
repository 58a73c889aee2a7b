"""Conditions of segments on clicks, as far as outcomes of readers are kept.

Only editions count whose email was sent with click tracking: of the others nobody knows who clicked. Where there is
none, neither “clicked” nor “did not click” is true of anybody. “Did not click” is true only of readers whose mailbox
took one of the emails: those who joined later, were left out or whose email bounced could not click.
"""

from django.db.models import Exists, OuterRef, Q

from newsletter.delivery.models import Dispatch
from newsletter.editions.models import FrozenLetter, Variant
from newsletter.insights.models import DeliveryStage, ReaderOutcome
from newsletter.publications.models import Publication
from newsletter.segments.condition_kinds import Control, Scope, Test, counted, register, whole_number

EDITIONS, DAYS = whole_number("editions", 1, 100), whole_number("days", 1, 365)
NOBODY = Q(pk__in=[])
SCANNERS = (
    "Clicks are those that the email provider reports. Security scanners of some companies click every link, so some "
    "of them are not of people."
)
FEW_EDITIONS = (
    "One edition that reached them is enough. To leave out readers who got few of them, add a condition on when they "
    "joined."
)


def register_all() -> None:
    """Register the kinds of this module."""
    register(
        "clicked",
        "Clicks",
        Test(
            "in-editions",
            "clicked in one of the last … editions",
            Control.EDITIONS,
            EDITIONS,
            lambda n: f"clicked in {_editions(n)}",
        ),
        Test(
            "not-in-editions",
            "got one of the last … editions and clicked in none",
            Control.EDITIONS,
            EDITIONS,
            _not_in_editions,
        ),
        Test(
            "in-days",
            "clicked in an edition of the last … days",
            Control.DAYS,
            DAYS,
            lambda n: f"clicked in {_days(n)}",
        ),
        Test(
            "not-in-days",
            "got an edition of the last … days and clicked in none",
            Control.DAYS,
            DAYS,
            lambda n: f"got {_days(n)} and clicked in none",
        ),
        build=_clicked,
        notes=_notes,
    )


def _editions(number: int) -> str:
    return f"one of the last {number} editions" if number > 1 else "the last edition"


def _not_in_editions(number: int) -> str:
    return f"got {_editions(number)} and {'clicked in none' if number > 1 else 'did not click in it'}"


def _days(number: int) -> str:
    return f"an edition of the last {counted(number, 'day')}"


def _clicked(test: str, value: int, scope: Scope) -> Q:
    dispatches = _tracked_dispatches(test, value, scope)
    if not dispatches:
        return NOBODY
    outcomes = ReaderOutcome.objects.filter(dispatch__in=dispatches, subscriber=OuterRef("subscriber_id"))
    if scope.above is not None and scope.up_to is not None:
        outcomes = outcomes.filter(subscriber__gt=scope.above, subscriber__lte=scope.up_to)
    clicked = Q(Exists(outcomes.filter(clicked_at__isnull=False)))
    return Q(Exists(outcomes.filter(reached=DeliveryStage.DELIVERED))) & ~clicked if test.startswith("not") else clicked


def _tracked_dispatches(test: str, value: int, scope: Scope) -> list[int]:
    """Return the dispatches that a condition asks about, the newest first."""
    letters = FrozenLetter.objects.filter(edition=OuterRef("edition"), variant=Variant.DEFAULT, click_tracking=True)
    # `final_at`: since then outcomes are deleted
    found = Dispatch.objects.filter(
        Exists(letters),
        edition__publication=scope.publication_id,
        opened_at__lt=scope.now,
        outcome_counts__final_at__isnull=True,
    ).order_by("-opened_at", "-pk")
    if test.endswith("editions"):
        return list(found.values_list("pk", flat=True)[:value])
    return list(found.filter(opened_at__gte=scope.days_ago(value)).values_list("pk", flat=True))


def _notes(test: str, value: int, scope: Scope) -> list[str]:
    found = len(_tracked_dispatches(test, value, scope))
    notes = []
    if not Publication.objects.filter(pk=scope.publication_id, click_tracking=True).exists():
        notes.append("Click tracking is off for this publication, so clicks in its next editions are not known.")
    if not found:
        notes.append(
            "No edition of that time was sent with click tracking, so the condition on clicks holds for nobody."
        )
    elif test.endswith("editions") and found < value:
        notes.append(f"Clicks are known of {counted(found, 'edition')} only.")
    return [*notes, *([FEW_EDITIONS] if test.startswith("not") and found else []), SCANNERS]
