"""The page of an edition's subject, preview text and note, with a live inbox line and the email beside it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from newsletter.accounts.permissions import Permission
from newsletter.delivery.recipients.sample_reader import anonymous_letter
from newsletter.editions.edition_texts import LIMITS, TextLimit, clean_texts, stored_texts
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import edit_edition, render_letter
from newsletter.letters.edit_edition import LineDefaults, SaveEffect
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState, NewsletterError
from newsletter.web.shared import anonymous_letter_views, unsaved_changes
from newsletter.web.shared.display_formats import clock_of, leaves, moment, with_full_stop, zone_name
from newsletter.web.shared.edit_form import EditForm
from newsletter.web.shared.forms import show_errors_on
from newsletter.web.shared.pause_sentence import pause_sentence
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404

LONGEST = {name: limit.longest for name, limit in LIMITS.items()}
EITHER_WAY = {"dir": "auto"}  # as the text is written, from left to right or from right to left
NOTE_HELP = "Shown above the stories. Plain text; an empty line begins a new paragraph."


class EditionTextsForm(EditForm):
    """The form for the texts of an edition. Each may be empty."""

    files_of: ClassVar[tuple[str, ...]] = ()

    subject = forms.CharField(max_length=LONGEST["subject"], required=False, widget=forms.TextInput(attrs=EITHER_WAY))
    preheader = forms.CharField(
        label="Preview text",
        max_length=LONGEST["preheader"],
        required=False,
        widget=forms.TextInput(attrs=EITHER_WAY),
        help_text="Inboxes show it after the subject.",
    )
    intro = forms.CharField(
        label="Note from the editors",
        max_length=LONGEST["intro"],
        required=False,
        widget=forms.Textarea(attrs=EITHER_WAY),
        help_text=NOTE_HELP,
    )


@dataclass(frozen=True)
class TextCount:
    """How long a text is, and what readers see when it is empty."""

    name: str
    length: int
    limit: TextLimit
    when_empty: str  # empty for the note: readers then see none

    @property
    def is_cut(self) -> bool:
        return self.length > self.limit.shown


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CURATE)
def texts(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Show and save the texts. The form sends back the announced effect of saving."""
    edition = _edition(request, edition_id)
    stored = stored_texts(edition)
    form = (
        EditionTextsForm(request.POST, stored=stored) if request.method == "POST" else EditionTextsForm(stored=stored)
    )
    unsaved = unsaved_changes.restore(request, form)
    if form.is_bound and form.is_valid():
        if not form.changed:
            unsaved_changes.saved(request)
            messages.info(request, "You made no changes, so nothing was saved.")
            return redirect("edition", edition_id)
        with show_errors_on(form):
            saved = edit_edition.edit_texts(
                edition,
                {name: form.cleaned_data[name] for name in form.changed},
                by=request.user,
                now=clock.now(),
                seen=stored,
                announced=_announced(request),
            )
            unsaved_changes.saved(request)
            messages.success(request, report_of(saved, before=edition))
            return redirect("edition", edition_id)
        edition = _edition(request, edition_id)
    status = 422 if form.is_bound else 200
    return render(request, "web/desk/edition_texts.html", _context(edition, form) | {"unsaved": unsaved}, status=status)


@require_POST
@permission_required(Permission.CURATE)
def inbox(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Show how the typed subject and preview text look in an inbox, with their lengths. Save nothing."""
    edition = _edition(request, edition_id)
    context = _inbox(edition, _typed(request, edition), now=clock.now())
    return render(request, "web/desk/_inbox_line.html", context | {"edition": edition, "is_update": True})


@require_POST
@permission_required(Permission.CURATE)
def email(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Show the email with the typed texts, for the preview frame. Save nothing."""
    edition = _edition(request, edition_id)
    try:
        contents = edit_edition.shown_contents(edition, _typed(request, edition), now=clock.now())
        letter = anonymous_letter(render_letter.render(contents), edition)
    except NewsletterError as error:
        return render(request, "web/desk/edition_without_email.html", {"reason": str(error)})
    return anonymous_letter_views.framed_response(letter, dark=request.POST.get("scheme") == "dark")


def _edition(request: DeskRequest, edition_id: int) -> Edition:
    return permitted_or_404(request, Edition.objects.select_related("publication", "approved_by"), pk=edition_id)


def _announced(request: DeskRequest) -> SaveEffect | None:
    try:
        return SaveEffect(request.POST.get("announced", ""))
    except ValueError:
        return None


def _typed(request: DeskRequest, edition: Edition) -> dict[str, str]:
    """Return the typed texts as they would be stored; too long ones are cut for the preview."""
    typed = {name: request.POST.get(name, stored) for name, stored in stored_texts(edition).items()}
    return clean_texts({name: text[: LIMITS[name].longest] for name, text in typed.items()})


def _context(edition: Edition, form: EditionTextsForm) -> dict[str, Any]:
    now = clock.now()
    effect = _effect(edition, form, now=now)
    shown = {name: str(form[name].value() or "")[: LIMITS[name].longest] for name in LIMITS}
    return _inbox(edition, shown, now=now) | {
        "edition": edition,
        "publication": edition.publication,
        "form": form,
        "effect": effect,
        "Effect": SaveEffect,
        "consequence": consequence_of(edition, effect, now=now),
        "is_update": False,
    }


def _effect(edition: Edition, form: EditionTextsForm, *, now: datetime) -> SaveEffect:
    """Return what saving does; after a refused attempt, with the texts as typed."""
    if form.is_bound:
        typed = {name: form.cleaned_data[name] for name in form.changed if name in form.cleaned_data}
        with suppress(NewsletterError):
            return edit_edition.effect_of_saving(edition, edit_edition.compose_with(edition, typed, now=now))
    return edit_edition.effect_of_saving(edition)


def _inbox(edition: Edition, shown: Mapping[str, str], *, now: datetime) -> dict[str, Any]:
    """Return the inbox line and the counters for these texts."""
    try:
        contents = edit_edition.shown_contents(edition, shown, now=now)
    except InvalidState:
        line, defaults = LineDefaults(shown["subject"], shown["preheader"]), LineDefaults("", "")
    else:
        line, defaults = LineDefaults(contents.subject, contents.preheader), edit_edition.line_defaults(contents)
    empty = defaults._asdict() | {"intro": ""}
    counts = {name: TextCount(name, len(shown[name].strip()), LIMITS[name], empty[name]) for name in LIMITS}
    return {"line": line, "counts": counts, "sender": edition.publication.sender_name}


def consequence_of(
    edition: Edition, effect: SaveEffect, *, now: datetime, act: str = "If you save", used: str = "what you save"
) -> str:
    """Return what happens to the email when the texts are saved, or after another `act`, whose result is `used`."""
    tz = clock_of(edition.publication)

    def at(value: datetime) -> str:
        return f"{moment(value, tz, now=now)} {zone_name(value, tz)}"

    match effect:
        case SaveEffect.STORED if edition.state == EditionState.HELD:
            return f"The edition is held. Its email is rebuilt with {used} when someone releases it."
        case SaveEffect.STORED:
            return f"The email is built {at(max(edition.assemble_at, now))} and uses {used}."
        case SaveEffect.REBUILT if edition.auto_approve:
            return (
                f"The email is built. {act}, it is rebuilt from the same stories. It waits for approval while "
                "preflight finds text that only a person can judge; without such text it is approved automatically."
            )
        case SaveEffect.REBUILT:
            return f"The email is built. {act}, it is rebuilt from the same stories and waits for approval as before."
        case SaveEffect.APPROVED_AGAIN:
            sent = pause_sentence(edition, now=now) or f"It is sent {leaves(edition, now=now)}."
            return f"{act}, the email is rebuilt and approved automatically. {sent}"
        case SaveEffect.UNAPPROVED:
            who = f" by {edition.approved_by}" if edition.approved_by else ""
            return (
                f"This email is approved{who}. {act}, it is rebuilt, the approval ends, and someone must approve "
                f"it again. Without a new approval by {at(edition.too_late_after)} it is held and not sent."
            )
    return f"The edition is {edition.state}, so its texts can no longer be changed."


def report_of(saved: Edition, *, before: Edition) -> str:
    """Return what was done, given the state before and after."""
    if saved.state == EditionState.HELD and before.state != EditionState.HELD:
        return f"Saved, but the edition is now held. {with_full_stop(saved.reason)}"
    if saved.content_hash == before.content_hash:
        return "Saved."
    if saved.state == EditionState.APPROVED:
        return "Saved. The email was rebuilt and approved automatically."
    lost = " It must be approved again." if before.state == EditionState.APPROVED else ""
    return f"Saved. The email was rebuilt.{lost}"
