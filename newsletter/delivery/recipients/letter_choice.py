"""Which letter of an edition each reader gets, as one value in the query that opens the dispatch.

Recent donors are thanked, also if they chose no appeals: a thank-you asks for nothing. Other readers with that choice
get the letter without the appeal. A choice that is made after the dispatch opened counts from the next edition on.
"""

from collections.abc import Collection

from newsletter.audience import appeal_choices
from newsletter.audience.reachable_subscribers import SqlCondition
from newsletter.delivery.models import Dispatch
from newsletter.delivery.recipients import recent_donors
from newsletter.editions.models import Variant

CHOICES = (Variant.DEFAULT, Variant.THANKS, Variant.PLAIN)  # by the number in the query


def letter_choice(dispatch: Dispatch, publication_id: int, *, variants: Collection[str]) -> SqlCondition | None:
    """Return the number of each reader's letter in `CHOICES`; None if all get the default one, which saves look-ups."""
    donors = recent_donors.recent_donor_condition(dispatch, publication_id)
    is_plain = Variant.PLAIN in variants and appeal_choices.anybody_without_appeals()
    if donors is None and not is_plain:
        return None
    cases = [f"WHEN {donors.sql} THEN 1"] if donors else []
    cases += ["WHEN reader.no_appeals THEN 2"] if is_plain else []
    return SqlCondition(f"CASE {' '.join(cases)} ELSE 0 END", donors.values if donors else ())
