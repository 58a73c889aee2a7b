"""The one box of the desk: links, pasted text or pasted HTML, and the drafts that links and HTML become."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from newsletter.accounts.permissions import Permission
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.stories.correction_models import SiteCorrection
from newsletter.stories.models import DraftState, StoryDraft
from newsletter.stories.reading import site_corrections, story_drafts
from newsletter.stories.reading.page_story import FIELDS
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk import paste_story
from newsletter.web.desk.story_drafts_page import draft_card
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404
from newsletter.web.shared.picture_forms import picture_message

ON_CARDS = ("url", "picture_alt")  # fields that a card asks for if they were not found


@require_POST
@permission_required(Permission.CURATE)
def add(request: DeskRequest, slug: str) -> HttpResponseBase:
    """Order drafts for links or HTML. Plain text goes on to the review of its lines."""
    publication = publications.publication_from_url(request, slug)
    text, html = request.POST.get("text", ""), request.POST.get("html", "")
    lines = text.split()
    try:
        if lines and all(line.lower().startswith(("https://", "http://")) for line in lines):
            story_drafts.order_links(publication, lines)
        elif html.strip():
            story_drafts.order_html(publication, html)
        elif lines:
            return paste_story.paste(request, slug)
        else:
            messages.error(request, "Enter a link or paste an article.")
    except NewsletterError as error:
        messages.error(request, str(error))
    return _to_drafts(slug)


@require_safe
@permission_required(Permission.CURATE)
def show(request: DeskRequest, draft_id: int) -> HttpResponse:
    """Render the card of a draft. The card polls until the draft was read."""
    draft = _draft(request, draft_id)
    if not request.htmx:
        return _to_drafts(draft.publication.slug)
    if draft.state == DraftState.ADDED and draft.adds_itself and draft.story:
        context = {"story": draft.story, "publication": draft.publication}
        return render(request, "web/desk/_story_draft_added.html", context)
    if draft.state in (DraftState.ADDED, DraftState.DISCARDED):
        return HttpResponse("")
    card = draft_card(draft, now=clock.now())
    return render(
        request, "web/desk/_story_draft.html", {"card": card, "publication": draft.publication, "field_names": FIELDS}
    )


@require_POST
@permission_required(Permission.CURATE)
def add_to_queue(request: DeskRequest, draft_id: int) -> HttpResponse:
    """Add the story of a draft to the queue, with what the card asked for."""
    draft = _draft(request, draft_id)
    changed = {name: value for name in ON_CARDS if (value := request.POST.get(name, "").strip())}
    if request.POST.get("picture") == "none":
        changed |= {"picture_url": "", "picture_alt": "", "picture_credit": ""}
    try:
        story = story_drafts.add_to_queue(draft, again="again" in request.POST, by=request.user, **changed)
    except NewsletterError as error:
        messages.error(request, str(error))
        return _to_drafts(draft.publication.slug)
    messages.success(request, f"“{story.headline}” was added to the queue.{picture_message(story)}")
    return redirect("queue", draft.publication.slug)


@require_POST
@permission_required(Permission.CURATE)
def discard(request: DeskRequest, draft_id: int) -> HttpResponse:
    """Discard a draft."""
    draft = _draft(request, draft_id)
    story_drafts.discard(draft, by=request.user)
    return _to_drafts(draft.publication.slug)


@require_POST
@permission_required(Permission.CURATE)
def retry(request: DeskRequest, draft_id: int) -> HttpResponse:
    """Read the page of a failed draft again."""
    draft = _draft(request, draft_id)
    story_drafts.retry(draft, by=request.user)
    return _to_drafts(draft.publication.slug)


@require_POST
@permission_required(Permission.CURATE)
def forget_correction(request: DeskRequest, correction_id: int) -> HttpResponse:
    """Forget what was corrected on a site, so that it is applied no more."""
    if not SiteCorrection.objects.filter(pk=correction_id).exists():  # a repeated click
        return redirect("desk")
    found = permitted_or_404(request, SiteCorrection.objects.select_related("publication"), pk=correction_id)
    site_corrections.forget(found, by=request.user)
    messages.success(request, f"The correction is forgotten. Stories from {found.site} are read without it.")
    return _to_drafts(found.publication.slug)


def _draft(request: DeskRequest, draft_id: int) -> StoryDraft:
    return permitted_or_404(request, StoryDraft.objects.select_related("publication", "story"), pk=draft_id)


def _to_drafts(slug: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('queue', args=[slug])}#drafts")
