"""Which edition carries which appeal, and the real email with an appeal that is still being written."""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Max

from newsletter.editions.edition_times import received
from newsletter.editions.embargo_and_expiry import placed_stories
from newsletter.editions.models import Edition, EditionState, FrozenLetter, Variant
from newsletter.giving.models import Appeal
from newsletter.giving.select_appeal import select_appeal
from newsletter.letters import assemble_edition, compose_letters, render_letter, sample_letters
from newsletter.lib.errors import InvalidState
from newsletter.mail.message import Letter
from newsletter.publications.models import Publication

WAITING = (EditionState.PLANNED, EditionState.ASSEMBLED, EditionState.APPROVED)
MAX_WAITING, MAX_PAST = 12, 20  # editions listed


class Carried(NamedTuple):
    """In how many built emails an appeal is, and when the last of them was or is due."""

    editions: int
    last_due_at: datetime


class AppealOfEdition(NamedTuple):
    """An edition to come with the appeal that its email has or would have now; None without one."""

    edition: Edition
    appeal: Appeal | None


def count_editions(publication: Publication) -> dict[int, Carried]:
    """Return by appeal id how many built emails carry it; appeals in none are missing."""
    letters = FrozenLetter.objects.filter(appeal__publication=publication, variant=Variant.DEFAULT)
    rows = letters.values_list("appeal").annotate(Count("edition"), Max("edition__due_at")).order_by()
    return {appeal: Carried(editions, last) for appeal, editions, last in rows}


def editions_to_come(publication: Publication, appeals: list[Appeal], *, now: datetime) -> list[AppealOfEdition]:
    """Return the editions that wait, the next one first, each with its appeal. `appeals` are all of the publication.

    The appeal of a built email is in it for good, unless the email is rebuilt.
    """
    waiting = publication.editions.filter(state__in=WAITING).select_related("publication").order_by("due_at", "id")
    editions = list(waiting[:MAX_WAITING])
    built = FrozenLetter.objects.filter(edition__in=editions, variant=Variant.DEFAULT)
    in_email = dict(built.values_list("edition", "appeal"))
    by_id = {appeal.pk: appeal for appeal in appeals}
    found = []
    for edition in editions:
        if edition.pk in in_email:
            carried = by_id.get(in_email[edition.pk] or 0)
        else:
            carried = select_appeal(appeals, on=received(edition, now=now).day)
        found.append(AppealOfEdition(edition, carried))
    return found


def editions_with(appeal: Appeal) -> list[Edition]:
    """Return the latest editions whose built email carries this appeal."""
    ids = FrozenLetter.objects.filter(appeal=appeal, variant=Variant.DEFAULT).values("edition")
    return list(Edition.objects.filter(pk__in=ids).select_related("publication")[:MAX_PAST])


def editions_by_appeal(to_come: list[AppealOfEdition]) -> dict[int, list[Edition]]:
    """Group the editions to come by the id of their appeal."""
    found: defaultdict[int, list[Edition]] = defaultdict(list)
    for edition, appeal in to_come:
        if appeal:
            found[appeal.pk].append(edition)
    return dict(found)


def letter_with_appeal(appeal: Appeal, *, now: datetime, variant: Variant = Variant.DEFAULT) -> Letter:
    """Render the email of the next edition with this appeal, which need not be stored, whatever its dates are.

    Without stories in the queue, sample stories take their place. Raises `InvalidState` when the appeal has no
    thank-you period, or no position that is not next to a sensitive story.
    """
    publication = appeal.publication
    waiting = publication.editions.filter(state__in=WAITING).order_by("due_at").first()
    edition = waiting or Edition(due_at=now, assemble_at=now)
    edition.publication = publication
    stories = (placed_stories(edition) if waiting else []) or assemble_edition.offered_stories(edition, now=now)
    stories = stories or sample_letters.sample_stories(publication, shown=True)
    gathered = compose_letters.gather_with_appeal(edition, stories, appeal, now=now)
    if variant not in gathered.letters:
        raise InvalidState("With 0 thank-you days, recent donors see the appeal too.")
    if gathered.appeal is None:
        raise InvalidState("There is no position for an appeal: each one is next to a sensitive story.")
    contents = gathered.letters[variant]
    with compose_letters.preview_slot_for(contents):
        return render_letter.render(contents)
