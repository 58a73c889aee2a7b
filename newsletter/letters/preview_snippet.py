"""The real email of the next edition with a snippet that is still being written."""

from dataclasses import replace
from datetime import datetime

from django.conf import settings

from newsletter.editions.edition_times import received
from newsletter.editions.embargo_and_expiry import placed_stories
from newsletter.editions.models import Edition, EditionState, Variant
from newsletter.editions.snippet_models import Snippet
from newsletter.letters import assemble_edition, compose_letters, render_letter, sample_letters
from newsletter.letters.content.snippet_view import views_of_snippets
from newsletter.mail.message import Letter

WAITING = (EditionState.PLANNED, EditionState.ASSEMBLED, EditionState.APPROVED)


def letter_with_snippet(snippet: Snippet, *, now: datetime) -> Letter:
    """Render the email of the next edition with this snippet, which need not be stored, whatever its dates are.

    Without stories in the queue, sample stories take their place.
    """
    publication = snippet.publication
    waiting = publication.editions.filter(state__in=WAITING).order_by("due_at").first()
    edition = waiting or Edition(due_at=now, assemble_at=now)
    edition.publication = publication
    stories = (placed_stories(edition) if waiting else []) or assemble_edition.offered_stories(edition, now=now)
    stories = stories or sample_letters.sample_stories(publication, shown=True)
    contents = compose_letters.gather_letters(edition, stories, now=now).letters[Variant.DEFAULT]
    others = publication.snippets.all().running(received(edition, now=now).day).exclude(pk=snippet.pk)
    shown = [snippet, *others.select_related("picture")]  # first, so that the preview leads to it
    views = views_of_snippets(shown, stories=len(stories), pictures=settings.PICTURES_URL)
    contents = replace(contents, snippets=views)
    with compose_letters.preview_slot_for(contents):
        return render_letter.render(contents)
