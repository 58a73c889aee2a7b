"""The segments of a publication: the list, and the page of one, which counts its readers while it is edited."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsletter.accounts.models import User
from newsletter.accounts.permissions import NotPermitted, Permission
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.reopen_edition import NOT_YET_SENT
from newsletter.letters import edition_audience, edition_decisions
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, NewsletterError
from newsletter.publications.models import Publication
from newsletter.segments import edit_segment, may_ask
from newsletter.segments.definitions import MAX_CONDITIONS, MAX_GROUPS
from newsletter.segments.matching_readers import scope_of
from newsletter.segments.models import Segment
from newsletter.segments.segment_content import content_of, content_of_definition, explanations, sentence
from newsletter.segments.segment_counts import count_segment, some_readers
from newsletter.web.audience.segment_draft import SegmentDraft, choices, draft_of_post, draft_of_stored
from newsletter.web.desk import current_publication
from newsletter.web.shared.display_formats import leaves
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404

SHOWN = 10  # readers


@require_safe
@permission_required(Permission.AUDIENCE)
def listing(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the segments of a publication, in words."""
    publication = permitted_or_404(request, Publication.objects.all(), slug=slug)
    contents = [(one, content_of(one)) for one in publication.segments.select_related("publication")]
    rows = [(one, sentence(content), may_ask.may_see(request.user, content)) for one, content in contents]
    context = {
        "publication": publication,
        "publications": current_publication.active_publications(request),
        "rows": rows,
    }
    return render(request, "web/audience/segments.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.AUDIENCE)
def add(request: DeskRequest, slug: str) -> HttpResponse:
    """Show and save a new segment."""
    publication = permitted_or_404(request, Publication.objects.all(), slug=slug)
    return _page(request, publication, None)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.AUDIENCE)
def edit(request: DeskRequest, segment_id: int) -> HttpResponse:
    """Show and save a segment."""
    segment = _segment(request, segment_id)
    if not may_ask.may_see(request.user, content_of(segment)):
        raise PermissionDenied
    return _page(request, segment.publication, segment)


@require_POST
@permission_required(Permission.AUDIENCE)
def remove(request: DeskRequest, segment_id: int) -> HttpResponse:
    """Remove a segment that no edition to come and no other segment uses."""
    if not Segment.objects.filter(pk=segment_id).exists():  # a repeated click
        return redirect("readers")
    segment = _segment(request, segment_id)
    try:
        edition_audience.remove_segment(segment, by=request.user, now=clock.now())
    except NewsletterError as error:
        messages.error(request, str(error))
        return redirect("segment", segment_id)
    messages.success(request, f"“{segment.name}” was removed.")
    return redirect("segments", segment.publication.slug)


def _segment(request: DeskRequest, segment_id: int) -> Segment:
    return permitted_or_404(request, Segment.objects.select_related("publication"), pk=segment_id)


def _page(request: DeskRequest, publication: Publication, segment: Segment | None) -> HttpResponse:
    now, action = clock.now(), request.POST.get("action", "") if request.method == "POST" else ""
    if request.method == "POST":
        draft = draft_of_post(request.POST.dict())
        draft.apply(action)
    else:
        draft = draft_of_stored(segment.name, segment.definition) if segment else SegmentDraft()
    if action == "save" and (definition := draft.definition()) is not None:
        try:
            saved = _save(request, publication, segment, draft.name, definition, now=now)
            messages.success(request, _report(saved, before=segment))
            return redirect("segment", saved.pk)
        except BadInput as error:
            if error.field == "name":
                draft.name_problem = f"The name {error.problem} {error.hint}".strip()
            else:
                draft.problems.append(str(error))
        except NewsletterError as error:
            draft.problems.append(str(error))
    meaning = _meaning(publication, segment, draft, exact=action == "exact", user=request.user, now=now)
    if action not in ("save", "look", "exact"):  # what is not typed yet is no mistake
        for group in draft.groups:
            for each in group.conditions:
                each.problem = each.problem if each.text else ""
    editions = edition_audience.editions_to_come(segment) if segment else []
    context = meaning | {
        "publication": publication,
        "segment": segment,
        "draft": draft,
        "choices": choices(request.user),
        "others": publication.segments.exclude(pk=segment.pk) if segment else publication.segments.all(),
        "max_groups": MAX_GROUPS,
        "max_conditions": MAX_CONDITIONS,
        "editions": editions,
        "users": edit_segment.used_by(segment) if segment else [],
        "effects": [effect for one in editions if (effect := _effect_of_change(one, now=now))],
        "version": request.POST.get("version") or (segment.version if segment else ""),
    }
    refused = action == "save" and draft.has_problems
    return render(request, "web/audience/segment.html", context, status=422 if refused else 200)


def _save(
    request: DeskRequest,
    publication: Publication,
    segment: Segment | None,
    name: str,
    definition: object,
    *,
    now: datetime,
) -> Segment:
    if segment is None:
        return edit_segment.add_segment(publication, name=name, definition=definition, by=request.user, now=now)
    return edit_segment.change_segment(
        segment,
        name=name,
        definition=definition,
        seen_version=whole_number(request.POST.get("version", "")),
        by=request.user,
        now=now,
    )


def _effect_of_change(edition: Edition, *, now: datetime) -> str:
    """Return what a changed segment does to the built email of an edition; empty if there is none yet."""
    if edition.state not in NOT_YET_SENT:
        return ""
    what = f"The email of the edition {leaves(edition, now=now)} is rebuilt if you save a change"
    if edition_decisions.is_approved_automatically(edition, edition.letters.all()):
        return f"{what}, and approved automatically."
    if edition.state == EditionState.APPROVED:
        return f"{what}. Its approval ends, and somebody must approve it again."
    return f"{what}, and waits for approval as before."


def _report(saved: Segment, *, before: Segment | None) -> str:
    if before is None:
        return "Added. Choose it on the page of an edition, to send the edition to it or to leave it out."
    if saved.version == before.version:
        return "You made no changes, so nothing was saved."
    return "Saved."


def _meaning(
    publication: Publication, segment: Segment | None, draft: SegmentDraft, *, exact: bool, user: User, now: datetime
) -> dict[str, Any]:
    """Return what the typed conditions mean: in words, in numbers, and some readers. Empty while one is missing."""
    nothing: dict[str, Any] = {"sentence": "", "count": None, "notes": [], "readers": []}
    definition = draft.definition()
    if definition is None:
        return nothing
    mine = segment or Segment(publication=publication, name=draft.name or "New segment")
    try:
        content = content_of_definition(mine, definition)
        may_ask.require_to_ask(user, content)
    except (BadInput, NotPermitted) as error:
        if str(error) not in draft.problems:
            draft.problems.append(str(error))
        return nothing
    return {
        "sentence": sentence(content),
        "count": count_segment(publication, content, now=now, exact=exact),
        "notes": explanations(content, scope_of(publication, content, now=now)),
        "readers": some_readers(publication, content, now=now, limit=SHOWN),
    }
