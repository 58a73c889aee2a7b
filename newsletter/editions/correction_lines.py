"""The corrections whose lines an edition prints. Each is printed in one edition, once.

So it is one whose readers include those of the corrected edition: an edition to all, or to the same segments.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q, QuerySet

from newsletter.editions.models import Edition, EditionState
from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.publications.models import Publication

HAVE_LEFT = (EditionState.DISPATCHING, EditionState.DISPATCHED)


def reaches_readers_of(edition: Edition, corrected: Edition) -> bool:
    """Return whether `edition` goes to all readers, or to the same segments as the corrected one."""
    chosen = (edition.send_to_id, edition.leave_out_id)
    return chosen in {(None, None), (corrected.send_to_id, corrected.leave_out_id)}


def waiting_lines(edition: Edition) -> QuerySet[StoryCorrection]:
    """Return the corrections that wait for an email as this edition's. A held edition keeps none from it.

    A stopped edition that reached nobody gives its stories back: what was corrected in them is not printed.
    """
    waits = Q(printed_in=None) | Q(printed_in__state=EditionState.HELD)
    of_publication = StoryCorrection.objects.in_force().filter(edition__publication=edition.publication_id)
    was_sent = Q(edition__placements__story=F("story"))
    return of_publication.filter(waits, was_sent, _for_readers_of(edition), is_for_next_email=True)


def lines_of(edition: Edition) -> list[StoryCorrection]:
    """Return the corrections that the edition prints, or would print if its email were built now."""
    takes_some = edition.state == EditionState.PLANNED and not (edition.pk and edition.placements.exists())
    found = waiting_lines(edition) if takes_some else _suitable(edition)
    return list(found.select_related("edition__publication", "story"))


def take_lines(edition: Edition) -> None:
    """Let the edition print all that wait. In the transaction in which it takes its stories."""
    taken = [line.pk for line in waiting_lines(edition).select_for_update(of=("self",))]
    StoryCorrection.objects.filter(pk__in=taken).update(printed_in=edition)


def give_unsuitable_back(edition: Edition) -> None:
    """Let another edition print what this one must not, because other readers were chosen for it."""
    kept = list(_suitable(edition).values_list("pk", flat=True))
    edition.printed_corrections.exclude(pk__in=kept).update(printed_in=None)


def give_lines_back(edition: Edition) -> None:
    """Let another edition, or this one later, print what this one has not printed."""
    edition.printed_corrections.update(printed_in=None)


def has_left(correction: StoryCorrection) -> bool:
    """Return True once readers have, or are getting, its line in an email."""
    return correction.printed_in is not None and correction.printed_in.state in HAVE_LEFT


def corrections_in(edition_ids: Iterable[int]) -> list[StoryCorrection]:
    """Return the corrections of the stories in these editions, without their texts."""
    return list(StoryCorrection.objects.in_force().filter(edition__in=edition_ids).defer("text", "body"))


def _suitable(edition: Edition) -> QuerySet[StoryCorrection]:
    return edition.printed_corrections.all().in_force().filter(_for_readers_of(edition))


def _for_readers_of(edition: Edition) -> Q:
    """Return `reaches_readers_of` as a condition on a correction."""
    if edition.send_to_id is None and edition.leave_out_id is None:
        return Q()
    return Q(edition__send_to=edition.send_to_id, edition__leave_out=edition.leave_out_id)


def last_corrected(publication: Publication) -> dict[int, datetime]:
    """Return when each edition with corrections was last corrected, by edition id."""
    made = StoryCorrection.objects.in_force().filter(edition__publication=publication)
    return dict(made.values_list("edition_id", "corrected_at"))
