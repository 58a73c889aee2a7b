"""Choose which readers get an edition: a segment that it is sent to, and one that is left out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import edit_edition, edition_audience, frozen_audience
from newsletter.letters.edit_edition import SaveEffect
from newsletter.lib import clock
from newsletter.segments import may_ask
from newsletter.segments.models import Segment
from newsletter.segments.segment_content import content_of, sentence
from newsletter.segments.segment_counts import SegmentCount, count_segment
from newsletter.web.shared.display_formats import clock_of, moment, zone_name
from newsletter.web.shared.edit_form import EditForm
from newsletter.web.shared.forms import show_errors_on
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404


class ReadersOfEdition(NamedTuple):
    """What the page of an edition says about its readers."""

    whom: str
    meanings: list[str]
    number: SegmentCount | None
    can_choose: bool


class EditionReadersForm(EditForm):
    """The segments of an edition."""

    files_of: ClassVar[tuple[str, ...]] = ()

    send_to = forms.ChoiceField(
        label="Send to", required=False, help_text="An edition for a segment is not in the public archive."
    )
    leave_out = forms.ChoiceField(label="Leave out", required=False)

    def __init__(self, *args: Any, segments: list[Segment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [(str(segment.pk), segment.name) for segment in segments]
        self.fields["send_to"].choices = [("", "all readers"), *chosen]  # type: ignore[attr-defined]
        self.fields["leave_out"].choices = [("", "nobody"), *chosen]  # type: ignore[attr-defined]


def readers_of_edition(edition: Edition, *, user: User, now: datetime) -> ReadersOfEdition | None:
    """Return what to say about the readers of an edition; None if all get it and no segment could be chosen."""
    audience = edition_audience.current_audience(edition)
    closed = edit_edition.effect_of_saving(edition) == SaveEffect.CLOSED
    if not audience and (closed or not edition.publication.segments.exists()):
        return None
    meanings = [f"“{content['name']}”: {sentence(content)}" for content in audience.values()]
    counts = not closed and all(may_ask.may_see(user, content) for content in audience.values())
    number = edition_audience.count_readers(edition, audience, now=now) if counts else None
    return ReadersOfEdition(frozen_audience.describe(audience), meanings, number, not closed)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CURATE)
def choose(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Show and save the segments of an edition. The form sends back the announced effect of saving."""
    edition = _edition(request, edition_id)
    segments = list(edition.publication.segments.select_related("publication"))
    stored = {"send_to": str(edition.send_to_id or ""), "leave_out": str(edition.leave_out_id or "")}
    form = EditionReadersForm(request.POST if request.method == "POST" else None, stored=stored, segments=segments)
    if form.is_bound and form.is_valid():
        if not form.changed:
            messages.info(request, "You made no changes, so nothing was saved.")
            return redirect("edition", edition_id)
        by_id = {str(segment.pk): segment for segment in segments}
        wanted = stored | {name: form.cleaned_data[name] for name in form.changed}
        with show_errors_on(form):
            saved = edition_audience.choose_segments(
                edition,
                send_to=by_id.get(wanted["send_to"]),
                leave_out=by_id.get(wanted["leave_out"]),
                by=request.user,
                now=clock.now(),
                seen=edition_audience.chosen_segments(edition),
                announced=_announced(request),
            )
            messages.success(request, _report(saved, before=edition))
            return redirect("edition", edition_id)
        edition = _edition(request, edition_id)
    effect = edit_edition.effect_of_saving(edition)
    now = clock.now()
    context = {
        "edition": edition,
        "publication": edition.publication,
        "form": form,
        "effect": effect,
        "can_choose": effect != SaveEffect.CLOSED,
        "consequence": _consequence(edition, effect, now=now),
        "segments": [
            _described(segment, is_chosen=str(segment.pk) in stored.values(), user=request.user, now=now)
            for segment in segments
        ],
    }
    return render(request, "web/desk/edition_readers.html", context, status=422 if form.is_bound else 200)


def _edition(request: DeskRequest, edition_id: int) -> Edition:
    return permitted_or_404(request, Edition.objects.select_related("publication", "approved_by"), pk=edition_id)


def _announced(request: DeskRequest) -> SaveEffect | None:
    posted = request.POST.get("announced", "")
    return SaveEffect(posted) if posted in list(SaveEffect) else None


def _described(
    segment: Segment, *, is_chosen: bool, user: User, now: datetime
) -> tuple[Segment, str, SegmentCount | None]:
    """Return what a segment means. Its readers are counted only if it is chosen: there may be many segments."""
    content = content_of(segment)
    counts = is_chosen and may_ask.may_see(user, content)
    counted = count_segment(segment.publication, content, now=now) if counts else None
    return segment, sentence(content), counted


def _consequence(edition: Edition, effect: SaveEffect, *, now: datetime) -> str:
    """Return what saving other readers does to the email."""
    match effect:
        case SaveEffect.CLOSED:
            return f"The edition is {edition.state}, so its readers can no longer be chosen."
        case SaveEffect.STORED:
            return "The email is not built yet. If you save, it is built for these readers."
        case SaveEffect.REBUILT:
            return "If you save, the email is rebuilt from the same stories and waits for approval as before."
        case SaveEffect.APPROVED_AGAIN:
            return "If you save, the email is rebuilt from the same stories and approved automatically."
    tz = clock_of(edition.publication)
    limit = f"{moment(edition.too_late_after, tz, now=now)} {zone_name(edition.too_late_after, tz)}"
    who = f" by {edition.approved_by}" if edition.approved_by else ""
    return (
        f"This email is approved{who} for the readers that are chosen now. If you save others, the approval ends, and "
        f"someone must approve it again. Without a new approval by {limit} it is held and not sent."
    )


def _report(saved: Edition, *, before: Edition) -> str:
    """Return what was done, given the state before and after."""
    if saved.state == EditionState.HELD and before.state != EditionState.HELD:
        return f"Saved, but the edition is now held. {saved.reason}"
    if saved.content_hash == before.content_hash:
        return "Saved."
    if saved.state == EditionState.APPROVED:
        return "Saved. The email was rebuilt and approved automatically."
    lost = " It must be approved again." if before.state == EditionState.APPROVED else ""
    return f"Saved. The email was rebuilt.{lost}"
