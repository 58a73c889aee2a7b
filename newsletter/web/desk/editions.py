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

from newsletter.accounts.permissions import Step, may
from newsletter.audience import subscriber_counts
from newsletter.delivery.dispatches.delay_reasons import foretold, waiting
from newsletter.delivery.ledger.progress import progress
from newsletter.editions.models import MOVES, Edition, State, Variant
from newsletter.editions.story_times import reason_to_hold
from newsletter.insights import dispatch_stats
from newsletter.letters import assemble_letter
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.mail.message import Letter
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk.next_edition import takes
from newsletter.web.shared.display_formats import clock_of
from newsletter.web.shared.edition_status import standing
from newsletter.web.shared.forms import Moment, PlainForm
from newsletter.web.shared.letter_preview import asked_for, letter_of
from newsletter.web.shared.permission_required import DeskRequest, needs

A_PAGE = 25
LOOKS = {"desktop": "Desktop", "phone": "Phone", "text": "Plain text"}


class RescheduleForm(PlainForm):
    due_at = Moment(label="Due time")


@require_safe
@needs(Step.CURATE)
def latest(request: DeskRequest) -> HttpResponse:
    """The editions of the publication last looked at."""
    publication = publications.last_seen(request)
    if publication is None:
        return render(request, "web/desk/no_publication.html")
    return redirect("edition-list", publication.slug)


@require_safe
@needs(Step.CURATE)
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
@needs(Step.CURATE)
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
    variant = asked_for(request)
    letter, problem = _letter(edition, now=now, variant=variant)
    frozen = edition.letters.select_related("appeal").filter(variant=Variant.DEFAULT).first()
    dispatch = getattr(edition, "dispatch", None)
    look = request.GET.get("look", "")
    context = {
        "edition": edition,
        "publication": edition.publication,
        "standing": standing(edition, now=now),
        "foretold": _foretold(edition, now=now),
        "stories": takes(edition.publication, edition, now=now),
        "letter": letter,
        "problem": problem,
        "frozen": frozen,
        "findings": edition.findings,
        "look": look if look in LOOKS else "desktop",
        "looks": LOOKS,
        "dark": "dark" in request.GET,
        "thanks": variant == Variant.THANKS,
        "can_thank": assemble_letter.thanks(edition, now=now),
        "dispatch": dispatch,
        "progress": progress(dispatch) if dispatch else None,
        "waits": waiting(dispatch, now=now) if dispatch else None,
        "tally": dispatch_stats.tally(dispatch.pk) if dispatch else None,
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
    readers = subscriber_counts.count(edition.publication).active
    return foretold(edition.publication, readers=readers, due_at=edition.due_at, now=now)


def _letter(edition: Edition, *, now: datetime, variant: Variant) -> tuple[Letter | None, str]:
    """The letter as it is or would be, or the sentence that says why there is none."""
    try:
        return letter_of(edition, now=now, variant=variant), ""
    except NewsletterError as error:
        return None, str(error)


def can(request: DeskRequest, edition: Edition) -> dict[str, Any]:
    """Which buttons this person is shown: what their role and the table of legal moves permit."""
    decides, moves = may(request.user, Step.APPROVE), MOVES[edition.state]
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
        "steer": (decides or may(request.user, Step.OPERATE)) and edition.state == State.DISPATCHING,
    }
