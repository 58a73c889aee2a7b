"""The snippets of an edition on its page: each is left out of this edition, or printed again."""

from datetime import datetime
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from newsletter.accounts.permissions import Permission
from newsletter.editions.models import Edition
from newsletter.editions.snippet_models import Snippet
from newsletter.letters import edit_edition, leave_out_snippet
from newsletter.letters.edit_edition import SaveEffect
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.web.desk.edition_text_form import consequence_of, report_of
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404


class SnippetsOfEdition(NamedTuple):
    """Snippets that run on the edition's day, each with whether it is left out, and what changing that does."""

    rows: list[tuple[Snippet, bool]]
    effect: SaveEffect
    consequence: str


def snippets_of(edition: Edition, *, now: datetime) -> SnippetsOfEdition | None:
    """Return the snippets of an edition that can still be changed; None without any."""
    effect = edit_edition.effect_of_saving(edition)
    if effect == SaveEffect.CLOSED or not (found := leave_out_snippet.running_snippets(edition, now=now)):
        return None
    rows = [(snippet, snippet.pk in edition.left_out_snippets) for snippet in found]
    consequence = consequence_of(
        edition, effect, now=now, act="If you change this", used="the snippets that are chosen by then"
    )
    return SnippetsOfEdition(rows, effect, consequence)


@require_POST
@permission_required(Permission.CURATE)
def leave_out(request: DeskRequest, edition_id: int, snippet_id: int) -> HttpResponse:
    """Leave a snippet out of this edition; with `back`, print it again."""
    edition = permitted_or_404(request, Edition.objects.select_related("publication", "approved_by"), pk=edition_id)
    snippet = permitted_or_404(request, Snippet.objects.all(), pk=snippet_id)
    announced = next((each for each in SaveEffect if each == request.POST.get("announced")), None)
    try:
        saved = leave_out_snippet.set_left_out(
            edition,
            snippet,
            is_out="back" not in request.POST,
            by=request.user,
            now=clock.now(),
            announced=announced,
        )
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, report_of(saved, before=edition))
    return redirect("edition", edition_id)
