"""Publications: the list, and the form of one with the next dates of its schedule."""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsletter.accounts.permissions import Permission
from newsletter.editions.reopen_edition import NOT_YET_SENT
from newsletter.letters.content.publication_phrases import words_for
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from newsletter.publications.schedule import Cadence, zone
from newsletter.publications.upcoming_dates import UpcomingDate, describe_clock, upcoming_dates
from newsletter.web.desk import publication_form
from newsletter.web.desk.publication_form import NewPublicationForm, PublicationForm
from newsletter.web.shared import unsaved_changes
from newsletter.web.shared.display_formats import zone_name
from newsletter.web.shared.forms import show_errors_on
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import only_permitted, permitted_or_404
from newsletter.web.shared.unsaved_changes import UnsavedForms

SCHEDULE = ("recurrence", "starts_on", "send_time", "time_zone")


class DatesPreview(NamedTuple):
    """The next dates of a schedule, each with a note; or a sentence on why there are none."""

    dates: list[tuple[UpcomingDate, str, str]]  # with its zone and note
    problem: str


@require_safe
@permission_required(Permission.CONFIGURE)
def listing(request: DeskRequest) -> HttpResponse:
    """Show all publications, paused ones last."""
    now = clock.now()
    found = only_permitted(request, Publication.objects.order_by("-is_active", "name", "id"))
    rows = [(one, preview_dates(one.cadence, now=now, count=1)) for one in found]
    return render(request, "web/desk/publications.html", {"rows": rows, "rules": dict(publication_form.RULES)})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CONFIGURE, for_all=True)
def add(request: DeskRequest) -> HttpResponse:
    """Show and save the form of a new publication."""
    form = NewPublicationForm(request.POST if request.method == "POST" else None)
    form.initial = _defaults()
    unsaved = unsaved_changes.restore(request, form)
    if form.is_bound and form.is_valid():
        with show_errors_on(form):
            made = edit_publication.create_publication(by=request.user, **form.values())
            unsaved_changes.saved(request)
            messages.success(request, f"{made.name} was added. Upload its logo, then fill its story queue.")
            return redirect("publication", made.slug)
    return _page(request, None, form, unsaved)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CONFIGURE)
def edit(request: DeskRequest, slug: str) -> HttpResponse:
    """Show and save a publication. Only changed fields are saved, so two people may change different ones."""
    publication = permitted_or_404(request, Publication.objects.all(), slug=slug)
    stored = publication_form.stored_values(publication)
    form = PublicationForm(request.POST if request.method == "POST" else None, stored=stored)
    unsaved = unsaved_changes.restore(request, form)
    if form.is_bound and form.is_valid():
        fields: Any = form.values()
        if not fields:
            unsaved_changes.saved(request)
            messages.info(request, "You made no changes, so nothing was saved.")
            return redirect("publication", slug)
        with show_errors_on(form):
            edit_publication.update_publication(publication, by=request.user, now=clock.now(), **fields)
            unsaved_changes.saved(request)
            messages.success(request, "Saved. Editions that are planned follow within seconds.")
            return redirect("publication", slug)
    return _page(request, publication, form, unsaved)


@require_POST
@permission_required(Permission.CONFIGURE)
def dates(request: DeskRequest) -> HttpResponse:
    """Show the next ten dates of the schedule as typed. Save nothing."""
    form = PublicationForm(request.POST)  # as for a new publication: all fields count as typed
    return render(request, "web/desk/_upcoming_dates.html", {"preview": _typed_dates(form, now=clock.now())})


def preview_dates(cadence: Cadence, *, now: datetime, count: int = 10) -> DatesPreview:
    """Return the next dates of a cadence with what its clock does on them."""
    try:
        found = upcoming_dates(cadence, after=now, count=count)
    except NewsletterError as error:
        return DatesPreview([], str(error))
    there = zone(cadence.time_zone)
    rows = [(date, zone_name(date.local, there), describe_clock(date, cadence.send_time)) for date in found]
    return DatesPreview(rows, "" if rows else "The rule names no date to come.")


def _typed_dates(form: PublicationForm, *, now: datetime) -> DatesPreview:
    """Return the dates of the schedule in a posted form, whatever its other fields hold."""
    form.is_valid()
    data, usual = form.cleaned_data, form.stored or _defaults()
    for name in ("starts_on", "send_time", "time_zone", "days", "recurrence"):
        if errors := form.errors.get(name):
            return DatesPreview([], f"{form.fields[name].label or name.capitalize()}: {' '.join(map(str, errors))}")
    days = data.get("days") or usual["days"]
    recurrence = data.get("recurrence", usual["recurrence"])
    rule = recurrence if days == publication_form.OTHER_RULE else days
    values = {name: data.get(name) or usual[name] for name in ("starts_on", "send_time", "time_zone")}
    return preview_dates(Cadence(recurrence=rule, **values), now=now)


def _defaults() -> dict[str, Any]:
    """Return what the form of a new publication shows."""
    new = Publication(starts_on=clock.now().date(), send_time=datetime.min.time().replace(hour=7))
    return publication_form.stored_values(new)


def _page(
    request: DeskRequest, publication: Publication | None, form: PublicationForm, unsaved: UnsavedForms
) -> HttpResponse:
    now = clock.now()
    if form.is_bound:
        preview = _typed_dates(form, now=now)
    else:
        shown = publication or Publication(**{name: value for name, value in form.initial.items() if name in SCHEDULE})
        preview = preview_dates(shown.cadence, now=now)
    context = {
        "publication": publication,
        "form": form,
        "unsaved": unsaved,
        "preview": preview,
        "zones": publication_form.ZONES,
        "phrases_checked": publication is None or words_for(publication).checked,
        "built": publication.editions.filter(state__in=NOT_YET_SENT).count() if publication else 0,
    }
    return render(request, "web/desk/publication.html", context, status=422 if form.is_bound else 200)
