"""The public archive of a publication: the emails of editions that were sent, without anything of a reader."""

import re

from django.db.models import Exists, OuterRef, Q, QuerySet

from newsletter.editions.models import EditionState, FrozenLetter, Placement, Variant
from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.publications.models import Publication

MAX_WORDS = 8  # of a search


def is_open(publication: Publication) -> bool:
    """Return True if anybody may read the archive."""
    return publication.is_active and publication.archive_open


def archived_letters(publication: Publication, query: str = "") -> QuerySet[FrozenLetter]:
    """Return the letters of sent editions, newest first, without their bodies.

    One that was stopped is not public, and neither is one that only the readers in a segment got.

    With a `query`, only those that have each of its words in their subject or in a headline.
    """
    sent = FrozenLetter.objects.filter(
        edition__publication=publication,
        edition__state=EditionState.DISPATCHED,
        edition__reason="",  # a stopped one has a reason
        variant=Variant.DEFAULT,
        is_for_segment=False,
    )
    for word in map(_in_any_case, query.split()[:MAX_WORDS]):
        headlines = Placement.objects.filter(edition=OuterRef("edition"), headline__regex=word)
        sent = sent.filter(Q(subject__regex=word) | Exists(headlines))
    return sent.select_related("edition").defer("html", "text").order_by("-edition__due_at", "-edition_id")


def headlines_of(letters: list[FrozenLetter], corrections: list[StoryCorrection]) -> dict[int, list[str]]:
    """Return the headlines of each letter's edition in their order and as corrected, by edition id."""
    found: dict[int, list[str]] = {letter.edition_id: [] for letter in letters}
    placements = Placement.objects.filter(edition__in=found).order_by("edition", "position")
    corrected = {each.story_id: each.headline for each in corrections if each.headline}
    for edition_id, story_id, headline in placements.values_list("edition_id", "story_id", "headline"):
        found[edition_id].append(corrected.get(story_id, headline))
    return found


def subject_of(letter: FrozenLetter, corrections: list[StoryCorrection]) -> str:
    """Return the subject; when it repeats a headline that was corrected, the corrected headline."""
    wrong = [each for each in corrections if each.edition_id == letter.edition_id and each.headline]
    return next((each.headline for each in reversed(wrong) if each.sent_headline == letter.subject), letter.subject)


def _in_any_case(word: str) -> str:
    """Return the regular expression of a word in upper or lower case.

    `icontains` does not serve: SQLite ignores the case of ASCII letters only, and so does PostgreSQL in the C locale.
    """
    cases = ({letter, letter.lower(), letter.upper()} for letter in word)
    single = (sorted(form for form in forms if len(form) == 1) for forms in cases)
    return "".join(f"[{''.join(forms)}]" if len(forms) > 1 else re.escape(forms[0]) for forms in single)
