"""The page that corrects a story in an edition that has left, with its web version beside the form."""

from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from newsletter.accounts.permissions import Permission
from newsletter.delivery.recipients.sample_reader import anonymous_letter
from newsletter.editions import correction_lines, edition_stories, public_archive
from newsletter.editions.models import Edition, EditionState, FrozenLetter, Placement, Variant
from newsletter.editions.reopen_edition import NOT_YET_SENT
from newsletter.editions.story_correction_models import MAX_SENTENCE, StoryCorrection
from newsletter.letters import correct_story, corrected_html
from newsletter.letters.corrected_html import PlacedCorrection
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.mail.message import Letter
from newsletter.mail.text_cleaning import clean_line
from newsletter.stories.models import Story
from newsletter.stories.rich_text import rich_text, typed_text
from newsletter.stories.validate_story import MAX_BODY_CHARS
from newsletter.web.shared import unsaved_changes
from newsletter.web.shared.anonymous_letter_views import framed_response
from newsletter.web.shared.display_formats import clock_of, leaves, moment, zone_name
from newsletter.web.shared.edit_form import EditForm
from newsletter.web.shared.forms import show_errors_on
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404

NOT_SENT = "Readers have not received this story yet, so it needs no correction: edit it."
STAND_IN = "Your correction stands here."


class CorrectionForm(EditForm):
    """The form of a correction. It shows headline and text of the web version, which are replaced if changed."""

    files_of: ClassVar[tuple[str, ...]] = ()
    domain_names = {"correction": "text"}  # noqa: RUF012 — as in the base class

    text = forms.CharField(
        label="Correction",
        max_length=MAX_SENTENCE,
        required=False,
        widget=forms.Textarea(attrs={"dir": "auto", "rows": 3}),
        help_text="A sentence for readers: what was wrong, and what is right. The date is added.",
    )
    in_next_email = forms.BooleanField(
        label="Print it in the next email",
        required=False,
        help_text="With the headline of the story, in one email only.",
    )
    headline = forms.CharField(
        label="Headline on the web", max_length=250, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    body = forms.CharField(
        label="Text on the web",
        max_length=MAX_BODY_CHARS,
        required=False,
        widget=forms.Textarea(attrs={"dir": "auto", "rows": 8}),
        help_text="Paragraphs separated by empty lines. Unchanged, the web version shows the text that was sent.",
    )


class CorrectionRow(NamedTuple):
    """A correction in the list: where its line is, and why it can no longer be taken back; empty if it can."""

    correction: StoryCorrection
    state: str
    reason_to_keep: str


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.APPROVE)
def correct(request: DeskRequest, story_id: int) -> HttpResponse:
    """Show the form and the earlier corrections; add a correction."""
    story = permitted_or_404(request, Story.objects.select_related("publication"), pk=story_id)
    placement = correct_story.sent_with(story)
    if placement is None:
        messages.info(request, NOT_SENT)
        return redirect("story", story_id)
    made = list(_made(placement).select_related("corrected_by", "edition", "printed_in"))
    form = _form(request, placement, made)
    unsaved = unsaved_changes.restore(request, form)
    if form.is_bound and form.is_valid():
        with show_errors_on(form):
            values = {name: form.cleaned_data[name] for name in form.changed}
            body = typed_text.to_body(values.pop("body", ""))
            correct_story.correct_story(
                story,
                text=values.pop("text", ""),
                body=body,
                **{"in_next_email": True} | values,
                by=request.user,
                now=clock.now(),
            )
            unsaved_changes.saved(request)
            messages.success(request, "Corrected. The web version shows it now.")
            return redirect("story-correct", story_id)
    context = {
        "story": story,
        "publication": story.publication,
        "edition": placement.edition,
        "form": form,
        "unsaved": unsaved,
        "rows": [_row(each) for each in made],
        "consequences": _consequences(placement.edition, now=clock.now()),
        "is_archived": _is_archived(placement.edition),
    }
    return render(request, "web/desk/correct_story.html", context, status=422 if form.is_bound else 200)


@require_POST
@permission_required(Permission.APPROVE)
def preview(request: DeskRequest, story_id: int) -> HttpResponse:
    """Show the web version with the correction as typed, for the preview frame. Save nothing."""
    story = permitted_or_404(request, Story.objects.select_related("publication"), pk=story_id)
    placement = correct_story.sent_with(story)
    frozen = (
        FrozenLetter.objects.filter(edition=placement.edition, variant=Variant.DEFAULT).first() if placement else None
    )
    if placement is None or frozen is None:
        return render(request, "web/desk/edition_without_email.html", {"reason": NOT_SENT})
    made = list(_made(placement))
    form = _form(request, placement, made)
    typed = StoryCorrection(
        text=clean_line(request.POST.get("text", ""))[:MAX_SENTENCE] or STAND_IN,
        headline=clean_line(request.POST.get("headline", ""))[:250] if "headline" in form.changed else "",
        body=typed_text.to_body(request.POST.get("body", "")[:MAX_BODY_CHARS]) if "body" in form.changed else "",
        corrected_at=clock.now(),
    )
    placed = [PlacedCorrection(placement.position, each) for each in [*made, typed]]
    html = corrected_html.with_corrections(frozen.html, placed, story.publication)
    letter = anonymous_letter(Letter(frozen.subject, "", html), placement.edition)
    return framed_response(letter, dark=request.POST.get("scheme") == "dark")


@require_POST
@permission_required(Permission.APPROVE)
def withdraw(request: DeskRequest, story_correction_id: int) -> HttpResponse:
    """Undo a correction."""
    correction = permitted_or_404(request, StoryCorrection.objects.all(), pk=story_correction_id)
    try:
        correct_story.withdraw_correction(correction, by=request.user, now=clock.now())
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Undone. The web version and the next email no longer have this correction.")
    return redirect("story-correct", correction.story_id)


@require_POST
@permission_required(Permission.APPROVE)
def line(request: DeskRequest, story_correction_id: int) -> HttpResponse:
    """Print a correction in the next email (`wanted=1`), or in none."""
    correction, is_wanted = (
        permitted_or_404(request, StoryCorrection.objects.select_related("edition"), pk=story_correction_id),
        bool(request.POST.get("wanted")),
    )
    try:
        correct_story.set_in_next_email(correction, is_wanted=is_wanted, by=request.user, now=clock.now())
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        done = f"The next email {_to_whom(correction.edition)} prints" if is_wanted else "No email prints"
        messages.success(request, f"{done} this correction.")
    back = whole_number(request.POST.get("edition", ""))
    return redirect("edition", back) if back else redirect("story-correct", correction.story_id)


def _made(placement: Placement) -> QuerySet[StoryCorrection]:
    return StoryCorrection.objects.in_force().filter(story=placement.story_id, edition=placement.edition_id)


def _form(request: DeskRequest, placement: Placement, made: list[StoryCorrection]) -> CorrectionForm:
    headline = next((each.headline for each in reversed(made) if each.headline), "")
    (as_sent,) = edition_stories.with_own_values(placement.edition, [placement.story])
    body = next((each.body for each in reversed(made) if each.body), "") or as_sent.body
    stored: dict[str, Any] = {
        "text": "",
        "in_next_email": True,
        "headline": headline or correct_story.sent_headline(placement),
        "body": typed_text.to_field_text(rich_text.sanitise(body)),
    }
    return CorrectionForm(request.POST if request.method == "POST" else None, stored=stored, version=len(made))


def _row(correction: StoryCorrection) -> CorrectionRow:
    edition = correction.printed_in
    if correction_lines.has_left(correction):
        state = "Printed in an email that has left."
    elif edition and edition.state in NOT_YET_SENT:
        state = "Printed in an email that is built and has not left."
    elif correction.is_for_next_email:
        state = f"The next email {_to_whom(correction.edition)} prints it."
    else:
        state = "No email prints it."
    return CorrectionRow(correction, state, correct_story.reason_to_keep(correction))


def _to_whom(corrected: Edition) -> str:
    is_to_all = corrected.send_to_id is None and corrected.leave_out_id is None
    return "to all readers" if is_to_all else "to the same segments, or to all readers,"


def _is_archived(edition: Edition) -> bool:
    is_public = edition.letters.filter(variant=Variant.DEFAULT, is_for_segment=False).exists()
    return is_public and public_archive.is_open(edition.publication) and not edition.reason


def _consequences(edition: Edition, *, now: datetime) -> list[str]:
    """Return what adding a correction does, a sentence each."""
    publication = edition.publication
    tz = clock_of(publication)
    pages = "The web version and the public archive show" if _is_archived(edition) else "The web version shows"
    found = [f"The email that was sent stays as it is. {pages} your correction with its date at once."]
    if _is_archived(edition):
        found[0] += " Readers who opened the archive a moment ago may see it five minutes later."
    waiting = publication.editions.filter(state__in=[EditionState.PLANNED, *NOT_YET_SENT]).select_related("publication")
    built = [each for each in waiting.order_by("due_at", "pk") if each.state in NOT_YET_SENT]
    for each in built:
        name = leaves(each, now=now)
        found.append(f"The email of {name} is built already and does not print it, unless you reopen that edition.")
    planned = waiting.filter(state=EditionState.PLANNED, placements=None).order_by("assemble_at", "pk")
    if upcoming := next((e for e in planned if correction_lines.reaches_readers_of(e, edition)), None):
        built_at = max(upcoming.assemble_at, now)
        at = f"{moment(built_at, tz, now=now)} {zone_name(built_at, tz)}"
        found.append(f"The email of {leaves(upcoming, now=now)} is built {at} and prints it.")
    else:
        found.append(f"No such edition is planned now; the next email {_to_whom(edition)} prints it.")
    return found
