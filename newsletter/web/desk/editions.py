"""The editions of a publication, and the page of one: where it stands, its letter, what can be done with it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from newsletter.accounts.permissions import Permission, has_permission
from newsletter.audience import subscriber_counts
from newsletter.delivery.dispatches.delay_reasons import delay_of, expected_delays
from newsletter.delivery.ledger.progress import progress
from newsletter.editions.models import TRANSITIONS, Edition, State, Variant
from newsletter.editions.story_times import reason_to_hold
from newsletter.insights.dispatch_stats import dispatch_stats
from newsletter.letters import assemble_letter
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.mail.message import Letter
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk.next_edition import next_stories
from newsletter.web.shared.display_formats import clock_of
from newsletter.web.shared.edition_status import standing
from newsletter.web.shared.forms import LocalDateTimeField, PlainForm
from newsletter.web.shared.letter_preview import letter_of, requested_variant
from newsletter.web.shared.permission_required import DeskRequest, permission_required

A_PAGE = 25
LOOKS = {"desktop": "Desktop", "phone": "Phone", "text": "Plain text"}


class RescheduleForm(PlainForm):
    due_at = LocalDateTimeField(label="Due time")


@require_safe
@permission_required(Permission.CURATE)
def latest(request: DeskRequest) -> HttpResponse:
    """The editions of the publication last looked at."""
    publication = publications.last_seen(request)
    if publication is None:
        return render(request, "web/desk/no_publication.html")
    return redirect("edition-list", publication.slug)


@require_safe
@permission_required(Permission.CURATE)
def listing(request: DeskRequest, slug: str) -> HttpResponse:
    publication = publications.asked_for(request, slug)
    now = clock.now()
    editions = publication.editions.select_related("publication", "dispatch")
    page = Paginator(editions, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "publication": publication,
        "publications": publications.everything(),
        "page": page,
        "rows": [(edition, standing(edition, now=now)) for edition in page],
    }
    return render(request, "web/desk/editions.html", context)


@require_safe
@permission_required(Permission.CURATE)
def show(request: DeskRequest, edition_id: int) -> HttpResponse:
    """The page of an edition. It asks again by itself, and is answered when there is something new on it."""
    edition = get_object_or_404(Edition.objects.select_related("publication", "approved_by", "dispatch"), pk=edition_id)
    if seen := request.GET.get("seen", ""):
        current = mark(edition, now=clock.now())
        if seen == str(current):
            return HttpResponse(status=204)
        if request.htmx and seen.partition("-")[0] != current.email:
            return HttpResponseClientRefresh()
    with timezone.override(clock_of(edition.publication)):
        return page(request, edition, RescheduleForm(initial={"due_at": edition.due_at}))


@dataclass(frozen=True, slots=True)
class Mark:
    """What the page of an edition showed, in short: its letter, and where it stands."""

    email: str
    side: str

    def __str__(self) -> str:
        return f"{self.email}-{self.side}"


def mark(edition: Edition, *, now: datetime) -> Mark:
    """Another one when the page would show something else by now."""
    dispatch = getattr(edition, "dispatch", None)
    shown = [*standing(edition, now=now), edition.due_at, dispatch and progress(dispatch)]
    return Mark(edition.content_hash[:12], hashlib.sha256(repr(shown).encode()).hexdigest()[:12])


def page(request: DeskRequest, edition: Edition, form: RescheduleForm) -> HttpResponse:
    """The page of `edition`, also as the answer to a form that has to be looked at again."""
    now = clock.now()
    variant = requested_variant(request)
    letter, problem = _letter(edition, now=now, variant=variant)
    frozen = edition.letters.select_related("appeal").filter(variant=Variant.DEFAULT).first()
    dispatch = getattr(edition, "dispatch", None)
    look = request.GET.get("look", "")
    context = {
        "edition": edition,
        "publication": edition.publication,
        "standing": standing(edition, now=now),
        "foretold": _foretold(edition, now=now),
        "stories": next_stories(edition.publication, edition, now=now),
        "letter": letter,
        "problem": problem,
        "frozen": frozen,
        "findings": edition.findings,
        "look": look if look in LOOKS else "desktop",
        "looks": LOOKS,
        "dark": "dark" in request.GET,
        "thanks": variant == Variant.THANKS,
        "can_thank": assemble_letter.has_thanks_letter(edition, now=now),
        "dispatch": dispatch,
        "progress": progress(dispatch) if dispatch else None,
        "waits": delay_of(dispatch, now=now) if dispatch else None,
        "tally": dispatch_stats(dispatch.pk) if dispatch else None,
        "can": can(request, edition),
        "form": form,
        "now": now,
        "mark": mark(edition, now=now),
        "follows": edition.state not in (State.DISPATCHED, State.CANCELLED),
        "State": State,
    }
    return render(request, "web/desk/edition.html", context)


def _foretold(edition: Edition, *, now: datetime) -> tuple[str, ...]:
    """What will hold it back when it leaves."""
    if edition.state not in (State.PLANNED, State.ASSEMBLED, State.APPROVED):
        return ()
    why = reason_to_hold(edition, now=now)
    if why and edition.content_hash:
        return (f"It will be held instead of leaving. {why}",)
    readers = subscriber_counts.count_subscribers(edition.publication).active
    return expected_delays(edition.publication, readers=readers, due_at=edition.due_at, now=now)


def _letter(edition: Edition, *, now: datetime, variant: Variant) -> tuple[Letter | None, str]:
    """The letter as it is or would be, or the sentence that says why there is none."""
    try:
        return letter_of(edition, now=now, variant=variant), ""
    except NewsletterError as error:
        return None, str(error)


def can(request: DeskRequest, edition: Edition) -> dict[str, Any]:
    """Which buttons this person is shown: what their role and the table of legal moves permit."""
    decides, moves = has_permission(request.user, Permission.APPROVE), TRANSITIONS[edition.state]
    is_open = edition.state in (State.PLANNED, State.ASSEMBLED, State.APPROVED)
    return {
        "decide": decides,
        "approve": decides and edition.state == State.ASSEMBLED,
        "hold": decides and State.HELD in moves,
        "release": decides and edition.state == State.HELD,
        "cancel": decides and State.CANCELLED in moves,
        "send": decides and is_open,
        "assemble": decides and edition.state == State.PLANNED,
        "reopen": decides and edition.state in (State.ASSEMBLED, State.APPROVED),
        "steer": (decides or has_permission(request.user, Permission.OPERATE)) and edition.state == State.DISPATCHING,
    }
