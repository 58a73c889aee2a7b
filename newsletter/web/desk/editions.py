"""List of a publication's editions, and the page of one edition: status, email preview, actions."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from newsletter.accounts.permissions import Permission, has_permission
from newsletter.audience import kept_reader_counts
from newsletter.delivery.dispatches import stop_edition
from newsletter.delivery.dispatches.active_pauses import active_pauses
from newsletter.delivery.dispatches.delay_reasons import delay_of, expected_delays
from newsletter.delivery.dispatches.stop_edition import StopEffect
from newsletter.delivery.ledger.progress import progress
from newsletter.editions import correction_lines
from newsletter.editions.comments import read_comments
from newsletter.editions.edition_stories import printed_stories
from newsletter.editions.embargo_and_expiry import reason_to_hold
from newsletter.editions.models import TRANSITIONS, Edition, EditionState, Variant
from newsletter.editions.reopen_edition import NOT_YET_SENT
from newsletter.insights.dispatch_stats import dispatch_stats
from newsletter.letters import (
    assemble_edition,
    edit_edition,
    edition_audience,
    frozen_audience,
    looked_up_links,
    second_person,
)
from newsletter.letters.edit_edition import SaveEffect
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.mail.message import Letter
from newsletter.segments.segment_counts import SegmentCount
from newsletter.web.desk import comment_section, finding_links
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk.edition_list import stories_of
from newsletter.web.desk.edition_readers import readers_of_edition
from newsletter.web.desk.edition_snippets import snippets_of
from newsletter.web.desk.email_test_page import VERSIONS
from newsletter.web.shared import audit_history, unsaved_changes
from newsletter.web.shared.anonymous_letter_views import letter_of, requested_variant
from newsletter.web.shared.display_formats import clock_of
from newsletter.web.shared.edition_status import edition_status
from newsletter.web.shared.edition_timeline import timeline_of
from newsletter.web.shared.forms import LocalDateTimeField, PlainForm
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404
from newsletter.web.shared.unsaved_changes import UnsavedTitle

PAGE_SIZE = 25
ASKED = {Variant.DEFAULT: "", Variant.THANKS: "&thanks=1", Variant.PLAIN: "&plain=1"}  # in addresses
LOOKS = {"desktop": "Desktop", "phone": "Phone", "text": "Plain text"}


class RescheduleForm(PlainForm):
    """The form for another send time."""

    due_at = LocalDateTimeField(label="Send time")


@require_safe
@permission_required(Permission.CURATE)
def latest(request: DeskRequest) -> HttpResponse:
    """Redirect to the editions of the publication viewed last."""
    return publications.redirect_to_last_viewed(request, "edition-list")


@require_safe
@permission_required(Permission.CURATE)
def listing(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the editions of a publication."""
    publication = publications.publication_from_url(request, slug)
    now = clock.now()
    pauses = list(active_pauses(now=now))
    editions = publication.editions.select_related("publication", "dispatch")
    page = Paginator(editions, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "publication": publication,
        "publications": publications.active_publications(request),
        "page": page,
        "rows": [(edition, edition_status(edition, pauses=pauses, now=now)) for edition in page],
    }
    return render(request, "web/desk/editions.html", context)


@require_safe
@permission_required(Permission.CURATE)
def show(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Show an edition. The page polls with the mark it has `seen`; the response is empty until something changes."""
    edition = permitted_or_404(
        request, Edition.objects.select_related("publication", "approved_by", "submitted_by", "dispatch"), pk=edition_id
    )
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
    """Digest of what an edition's page shows: the email and the side panel."""

    email: str
    side: str

    def __str__(self) -> str:
        return f"{self.email}-{self.side}"


def mark(edition: Edition, *, now: datetime) -> Mark:
    """Return the current mark. It differs when the page would show something else."""
    dispatch = getattr(edition, "dispatch", None)
    shown = [
        *edition_status(edition, pauses=active_pauses(now=now), now=now),
        edition.due_at,
        dispatch and progress(dispatch),
    ]
    shown.append(read_comments.state_of(edition))
    shown += [(form.title, form.user.pk) for form in _unsaved(edition)]
    if edition.state in NOT_YET_SENT:
        shown += [(row.pk, row.answer, row.status) for row in looked_up_links.lookups_of(edition)]
    return Mark(edition.content_hash[:12], hashlib.sha256(repr(shown).encode()).hexdigest()[:12])


def page(request: DeskRequest, edition: Edition, form: RescheduleForm) -> HttpResponse:
    """Render the page of `edition`, also with a form that has errors."""
    now = clock.now()
    variant = requested_variant(request)
    letter, problem = _letter(edition, now=now, variant=variant)
    frozen = edition.letters.select_related("appeal").filter(variant=Variant.DEFAULT).first()
    dispatch = getattr(edition, "dispatch", None)
    pauses = list(active_pauses(now=now))
    look = request.GET.get("look", "")
    lookups = looked_up_links.lookups_of(edition) if frozen and edition.state in NOT_YET_SENT else []
    stories, may = printed_stories(stories_of(edition.publication, edition, now=now)), can(request, edition)
    found = edition.findings + looked_up_links.link_findings(lookups)
    appeal, readers = frozen.appeal if frozen else None, readers_of_edition(edition, user=request.user, now=now)
    context = {
        "edition": edition,
        "publication": edition.publication,
        "status": edition_status(edition, pauses=pauses, now=now),
        "timeline": timeline_of(edition, pauses=pauses, now=now),
        "expected_problems": _expected_problems(edition, readers.number if readers else None, now=now),
        "stories": stories,
        "letter": letter,
        "problem": problem,
        "frozen": frozen,
        "findings": finding_links.with_links(
            found, edition, stories=stories, appeal=appeal, user=request.user, can_edit=may["edit"]
        ),
        "waiting_links": looked_up_links.waiting_links(lookups),
        "look": look if look in LOOKS else "desktop",
        "looks": LOOKS,
        "dark": "dark" in request.GET,
        "version": ASKED[variant],
        "versions": versions_of(edition, now=now),
        "dispatch": dispatch,
        "progress": progress(dispatch) if dispatch else None,
        "waits": delay_of(dispatch, now=now) if dispatch else None,
        "tally": dispatch_stats(dispatch.pk) if dispatch else None,
        "can": may,
        "readers": readers,
        "unsaved": _unsaved(edition),
        "lines": correction_lines.lines_of(edition),
        "snippets": snippets_of(edition, now=now),
        "section": comment_section.section_of(request, edition),
        "history": audit_history.history_of(edition),
        "form": form,
        "now": now,
        "mark": mark(edition, now=now),
        "follows": edition.state not in (EditionState.DISPATCHED, EditionState.CANCELLED),
        "State": EditionState,
    }
    return render(request, "web/desk/edition.html", context)


def versions_of(edition: Edition, *, now: datetime) -> list[tuple[str, str]]:
    """Return the versions of the email that readers get, each with its part of the address; empty for one only."""
    found = assemble_edition.variants_of(edition, now=now)
    return [(ASKED[variant], VERSIONS[variant]) for variant in found] if len(found) > 1 else []


def _unsaved(edition: Edition) -> list[UnsavedTitle]:
    """Return the forms that somebody is editing and that this edition's email is made of, while it can be approved."""
    if edition.state != EditionState.ASSEMBLED:
        return []
    stories = list(edition.placements.values_list("story_id", flat=True))
    addresses = [reverse("story", args=[story]) for story in stories]
    addresses += [reverse("edition-story", args=[edition.pk, story]) for story in stories]
    return unsaved_changes.titles_at([*addresses, reverse("edition-texts", args=[edition.pk])])


def _expected_problems(edition: Edition, number: SegmentCount | None, *, now: datetime) -> tuple[str, ...]:
    """Return sentences on what will hold or delay the edition at its send time. `number`: readers of its segments."""
    if edition.state not in (EditionState.PLANNED, EditionState.ASSEMBLED, EditionState.APPROVED):
        return ()
    reason = reason_to_hold(edition, now=now)
    if reason and edition.content_hash:
        return (f"The edition will be held instead of sent. {reason}",)
    if number is None:
        readers = kept_reader_counts.reader_counts(edition.publication, now=now).counts.active
    elif number.is_exact and number.matching == 0:
        whom = frozen_audience.describe(edition_audience.current_audience(edition))
        return (f"The edition will be held instead of sent. {edition_audience.NOBODY.format(whom)}",)
    else:
        readers = number.matching
    return expected_delays(edition.publication, readers=readers, due_at=edition.due_at, now=now)


def _letter(edition: Edition, *, now: datetime, variant: Variant) -> tuple[Letter | None, str]:
    """Return the letter as it is or would be, or None and a sentence that says why there is none."""
    try:
        return letter_of(edition, now=now, variant=variant), ""
    except NewsletterError as error:
        return None, str(error)


def can(request: DeskRequest, edition: Edition) -> dict[str, Any]:
    """Return which actions to offer: those that the user's role and the legal state transitions permit."""
    reason = second_person.reason_against(edition, content_hash=edition.content_hash, by=request.user)
    can_approve, can_send, can_operate = (
        has_permission(request.user, one, edition.publication_id)
        for one in (Permission.APPROVE, Permission.SEND, Permission.OPERATE)
    )
    transitions = TRANSITIONS[edition.state]
    is_open = edition.state in (EditionState.PLANNED, EditionState.ASSEMBLED, EditionState.APPROVED)
    return {
        "decide": can_approve,
        "edit": edit_edition.effect_of_saving(edition) != SaveEffect.CLOSED,
        "submit": edition.publication.two_people
        and edition.state == EditionState.ASSEMBLED
        and not edition.is_submitted,
        "approve": can_approve and edition.state == EditionState.ASSEMBLED and not reason,
        "approve_why_not": reason if can_approve and edition.state == EditionState.ASSEMBLED else "",
        "stop": can_send
        and edition.state in (EditionState.APPROVED, EditionState.DISPATCHING)
        and stop_edition.effect_of_stopping(edition, now=clock.now()) != StopEffect.NOTHING,
        "hold": can_approve and EditionState.HELD in transitions,
        "release": can_approve and edition.state == EditionState.HELD,
        "cancel": can_approve and EditionState.CANCELLED in transitions,
        "send": can_send and is_open,
        "assemble": can_approve and edition.state == EditionState.PLANNED,
        "correct": can_approve and edition.state == EditionState.DISPATCHED,
        "take_lines_out": can_approve and edition.state in (EditionState.PLANNED, EditionState.ASSEMBLED),
        "reopen": can_approve and edition.state in (EditionState.ASSEMBLED, EditionState.APPROVED),
        "steer": (can_send or can_operate) and edition.state == EditionState.DISPATCHING,
    }
