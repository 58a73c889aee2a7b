"""Appeals of a publication: the list, which edition carries which, and the form with the real email beside it."""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsletter.accounts.permissions import Permission, has_permission
from newsletter.delivery.recipients.sample_reader import anonymous_letter
from newsletter.editions.models import Edition, Variant
from newsletter.editions.reopen_edition import NOT_YET_SENT
from newsletter.giving import edit_appeal
from newsletter.giving.models import Appeal, AppealPlace
from newsletter.giving.select_appeal import AppealPhase, phase_of, select_appeal
from newsletter.letters import appeal_editions
from newsletter.letters.appeal_editions import Carried
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.publications.models import Publication
from newsletter.web.desk import appeal_form
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk.appeal_form import AppealEditForm
from newsletter.web.shared import unsaved_changes
from newsletter.web.shared.anonymous_letter_views import framed_response
from newsletter.web.shared.display_formats import clock_of
from newsletter.web.shared.forms import show_errors_on
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404
from newsletter.web.shared.unsaved_changes import UnsavedForms

REBUILT = "Built emails that are not sent yet are rebuilt if this changes them."
PHASES = {
    AppealPhase.CURRENT: "Current",
    AppealPhase.PLANNED: "Planned",
    AppealPhase.ENDED: "Ended",
    AppealPhase.RETIRED: "Retired",
}


class AppealRow(NamedTuple):
    """An appeal in the list. `to_come` are the waiting editions that have or would have it."""

    appeal: Appeal
    is_used: bool
    carried: Carried | None
    to_come: list[Edition]


@require_safe
@permission_required(Permission.CURATE)
def latest(request: DeskRequest) -> HttpResponse:
    """Redirect to the appeals of the publication viewed last."""
    return publications.redirect_to_last_viewed(request, "appeal-list")


@require_safe
@permission_required(Permission.CURATE)
def listing(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the appeals of a publication by phase."""
    publication = publications.publication_from_url(request, slug)
    now = clock.now()
    appeals = list(publication.appeals.all())
    to_come = appeal_editions.editions_to_come(publication, appeals, now=now)
    context = {
        "publication": publication,
        "publications": publications.active_publications(request),
        "groups": _groups(publication, appeals, to_come, now=now),
        "to_come": to_come,
        "today": now.astimezone(clock_of(publication)).date(),
        "may_edit": has_permission(request.user, Permission.APPROVE, publication),
    }
    return render(request, "web/desk/appeals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.APPROVE)
def add(request: DeskRequest, slug: str) -> HttpResponse:
    """Show and save the form of a new appeal."""
    publication = publications.publication_from_url(request, slug)
    with timezone.override(clock_of(publication)):
        form = AppealEditForm(request.POST) if request.method == "POST" else AppealEditForm()
        form.initial = appeal_form.new_values(publication)
        unsaved = unsaved_changes.restore(request, form)
        if form.is_bound and form.is_valid():
            with show_errors_on(form):
                made = edit_appeal.create_appeal(publication, by=request.user, **form.values())
                unsaved_changes.saved(request)
                messages.success(request, f"“{made.name}” was added.")
                return redirect("appeal-list", slug)
        return _page(request, publication, None, form, unsaved)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.APPROVE)
def edit(request: DeskRequest, appeal_id: int) -> HttpResponse:
    """Show and save an appeal. Only changed fields are saved, so two people may edit different ones."""
    appeal = permitted_or_404(request, Appeal.objects.select_related("publication"), pk=appeal_id)
    publication, stored = appeal.publication, appeal_form.stored_values(appeal)
    with timezone.override(clock_of(publication)):
        form = AppealEditForm(request.POST if request.method == "POST" else None, stored=stored)
        unsaved = unsaved_changes.restore(request, form)
        if form.is_bound and form.is_valid():
            if not form.changed:
                unsaved_changes.saved(request)
                messages.info(request, "You made no changes, so nothing was saved.")
                return redirect("appeal-list", publication.slug)
            with show_errors_on(form):
                fields: Any = form.values()
                edit_appeal.update_appeal(appeal, by=request.user, **fields)
                unsaved_changes.saved(request)
                messages.success(request, f"Saved. {REBUILT}")
                return redirect("appeal-list", publication.slug)
        return _page(request, publication, appeal, form, unsaved)


@require_POST
@permission_required(Permission.APPROVE)
def retire(request: DeskRequest, appeal_id: int) -> HttpResponse:
    """Stop offering an appeal to editions."""
    appeal = permitted_or_404(request, Appeal.objects.select_related("publication"), pk=appeal_id)
    edit_appeal.retire(appeal, by=request.user)
    messages.success(request, f"“{appeal.name}” is retired. {REBUILT}")
    return redirect("appeal-list", appeal.publication.slug)


@require_POST
@permission_required(Permission.APPROVE)
def activate(request: DeskRequest, appeal_id: int) -> HttpResponse:
    """Offer an appeal to editions again."""
    appeal = permitted_or_404(request, Appeal.objects.select_related("publication"), pk=appeal_id)
    try:
        edit_appeal.activate(appeal, by=request.user)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{appeal.name}” is offered to editions again, within its dates.")
    return redirect("appeal-list", appeal.publication.slug)


@require_POST
@permission_required(Permission.APPROVE)
def preview(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the next email with the appeal as typed, for the preview frame. Save nothing."""
    publication = permitted_or_404(request, Publication.objects.all(), slug=slug)
    number = whole_number(request.POST.get("appeal", ""))
    stored = publication.appeals.filter(pk=number).first() if number else None
    variant = Variant.THANKS if request.POST.get("version") == "thanks" else Variant.DEFAULT
    try:
        with timezone.override(clock_of(publication)):
            draft = appeal_form.drafted(publication, request.POST, stored)
        letter = appeal_editions.letter_with_appeal(draft, now=clock.now(), variant=variant)
    except NewsletterError as error:
        return render(request, "web/desk/edition_without_email.html", {"reason": str(error)})
    shown = anonymous_letter(letter, Edition(pk=0, publication=publication))
    return framed_response(shown, dark=request.POST.get("scheme") == "dark", anchor="appeal-heading")


def _groups(
    publication: Publication, appeals: list[Appeal], to_come: list[appeal_editions.AppealOfEdition], *, now: datetime
) -> list[tuple[str, list[AppealRow]]]:
    today = now.astimezone(clock_of(publication)).date()
    used, carried = select_appeal(appeals, on=today), appeal_editions.count_editions(publication)
    waiting = appeal_editions.editions_by_appeal(to_come)
    groups: dict[AppealPhase, list[AppealRow]] = {phase: [] for phase in PHASES}
    for appeal in appeals:
        row = AppealRow(appeal, appeal == used, carried.get(appeal.pk), waiting.get(appeal.pk, []))
        groups[phase_of(appeal, today)].append(row)
    return [(PHASES[phase], rows) for phase, rows in groups.items() if rows]


def _page(
    request: DeskRequest, publication: Publication, appeal: Appeal | None, form: AppealEditForm, unsaved: UnsavedForms
) -> HttpResponse:
    context = {
        "publication": publication,
        "appeal": appeal,
        "form": form,
        "unsaved": unsaved,
        "platforms": appeal_form.platform_formats(),
        "built": publication.editions.filter(state__in=NOT_YET_SENT).count(),
        "editions": appeal_editions.editions_with(appeal) if appeal else [],
        "Place": AppealPlace,
    }
    return render(request, "web/desk/appeal.html", context, status=422 if form.is_bound else 200)
