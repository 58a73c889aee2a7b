"""The corrections whose lines an edition prints. Each is printed in one edition, once."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q, QuerySet

from newsletter.editions.models import Edition, EditionState
from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.publications.models import Publication

HAVE_LEFT = (EditionState.DISPATCHING, EditionState.DISPATCHED)


def waiting_lines(publication_id: int) -> QuerySet[StoryCorrection]:
    """Return the corrections of a publication that its next email prints. A held edition keeps none from it.

    A stopped edition that reached nobody gives its stories back: what was corrected in them is not printed.
    """
    waits = Q(printed_in=None) | Q(printed_in__state=EditionState.HELD)
    of_publication = StoryCorrection.objects.in_force().filter(edition__publication=publication_id)
    was_sent = Q(edition__placements__story=F("story"))
    return of_publication.filter(waits, was_sent, is_for_next_email=True)


def lines_of(edition: Edition) -> list[StoryCorrection]:
    """Return the corrections that the edition prints, or would print if its email were built now."""
    takes_some = edition.state == EditionState.PLANNED and not (edition.pk and edition.placements.exists())
    found = waiting_lines(edition.publication_id) if takes_some else edition.printed_corrections.all().in_force()
    return list(found.select_related("edition__publication", "story"))


def take_lines(edition: Edition) -> None:
    """Let the edition print all that wait. In the transaction in which it takes its stories."""
    taken = [line.pk for line in waiting_lines(edition.publication_id).select_for_update(of=("self",))]
    StoryCorrection.objects.filter(pk__in=taken).update(printed_in=edition)


def give_lines_back(edition: Edition) -> None:
    """Let another edition, or this one later, print what this one has not printed."""
    edition.printed_corrections.update(printed_in=None)


def has_left(correction: StoryCorrection) -> bool:
    """Return True once readers have, or are getting, its line in an email."""
    return correction.printed_in is not None and correction.printed_in.state in HAVE_LEFT


def corrections_in(edition_ids: Iterable[int]) -> list[StoryCorrection]:
    """Return the corrections of the stories in these editions, without their texts."""
    return list(StoryCorrection.objects.in_force().filter(edition__in=edition_ids).defer("text", "body"))


def last_corrected(publication: Publication) -> dict[int, datetime]:
    """Return when each edition with corrections was last corrected, by edition id."""
    made = StoryCorrection.objects.in_force().filter(edition__publication=publication)
    return dict(made.values_list("edition_id", "corrected_at"))
