"""Pages of imports: upload a file of readers, see what is in it, try it, import it, and see what became of each row."""

from __future__ import annotations  # `UploadedFile` takes a parameter only for type checkers

import io
import zipfile
from datetime import UTC, datetime, time
from typing import Any, BinaryIO, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from newsletter.accounts.permissions import Permission
from newsletter.audience.import_models import SubscriberImport
from newsletter.audience.import_subscribers import ImportTerms
from newsletter.audience.imports import (
    choose_tables,
    import_orders,
    import_tables,
    preview_tables,
    reader_files,
    run_imports,
)
from newsletter.audience.imports.preview_tables import ENCODINGS
from newsletter.audience.subscriber_import_report import GROUPS, WORDS, SubscriberImportReport
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, NewsletterError
from newsletter.publications.models import Publication
from newsletter.web import csv_download
from newsletter.web.shared.forms import PlainForm
from newsletter.web.shared.identity_confirmation import identity_confirmed
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import only_permitted, permitted_or_404

SHOWN = 20  # imports
ROLES = {
    "email": "Email address",
    "first_name": "First name",
    "time_zone": "Time zone",
    "given_at": "When consent was given",
}


class SeveralFilesInput(forms.FileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """A field of one or several files: its value is a list."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        given = data if isinstance(data, list) else [data]
        return [super(SeveralFilesField, self).clean(one, initial) for one in given or [None]]


class ReaderFileForm(PlainForm):
    """The form for a file of readers, or the files of one export."""

    publication = forms.ModelChoiceField(queryset=Publication.objects.filter(is_active=True), empty_label=None)
    file = SeveralFilesField(
        label="File",
        help_text="CSV, spreadsheet or ZIP file, up to 20 MB. Of an export with several files, choose all of them.",
        widget=SeveralFilesInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.ods,.zip"}),
    )

    def __init__(self, *args: Any, request: DeskRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        publication: Any = self.fields["publication"]
        publication.queryset = only_permitted(request, publication.queryset)

    def clean_file(self) -> list[UploadedFile[bytes]]:
        """Return the files. Of several, each must be a table: the import would leave another out without a word."""
        files: list[UploadedFile[bytes]] = self.cleaned_data["file"]
        others = [one.name or "file" for one in files if not reader_files.is_table_name(one.name or "file")]
        if len(files) > 1 and others:
            named = ", ".join(f"“{name}”" for name in others)
            raise forms.ValidationError(
                f"{named} cannot be imported with other files: only CSV files and spreadsheets can, and a ZIP file"
                " only alone."
            )
        return files

    def content(self) -> tuple[BinaryIO, str]:
        """Return the uploaded file and its name; several files are packed into one ZIP file."""
        files: list[UploadedFile[bytes]] = self.cleaned_data["file"]
        if len(files) == 1:
            return cast(BinaryIO, files[0].file), files[0].name or "file"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, one in enumerate(files, start=1):
                name = one.name or "file"
                archive.writestr(f"{number}/{name}" if name in archive.namelist() else name, one.read())
        packed.seek(0)
        return packed, f"{len(files)} files"


class ImportTermsForm(PlainForm):
    """What a person states about a file: where and when these readers gave consent, and its encoding."""

    domain_names = {"source": "source", "date of consent": "given_on", "email address": "source"}  # noqa: RUF012

    source = forms.CharField(
        label="Where these readers gave consent",
        max_length=200,
        help_text="Stored with each of them as evidence, such as: sign-up form of our old site.",
    )
    given_on = forms.DateField(
        label="When they gave consent",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="For rows that do not say it themselves. If you only know a period, enter its last day. "
        "A file with dates needs none; its rows without one are then refused.",
    )
    encoding = forms.ChoiceField(
        required=False,
        choices=[("", "As detected"), *((name, words) for name, words in ENCODINGS.items() if name)],
        help_text="Choose another one if names above have wrong letters.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.AUDIENCE)
def listing(request: DeskRequest) -> HttpResponse:
    """List recent imports; on POST upload a file."""
    form = ReaderFileForm(request.POST or None, request.FILES or None, request=request)
    if request.method == "POST" and form.is_valid():
        try:
            content, name = form.content()
            order = import_orders.upload(
                form.cleaned_data["publication"], content, name=name, by=request.user, now=clock.now()
            )
            return redirect("reader-import", order.pk)
        except NewsletterError as error:
            form.add_domain_error(error)
    imports = only_permitted(request, SubscriberImport.objects.defer("file").select_related("publication"))
    imports = imports.order_by("-created_at")[:SHOWN]
    context = {"form": form, "imports": [(one, _counts(one.counts)) for one in imports]}
    return render(request, "web/audience/reader_imports.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.AUDIENCE)
def show(request: DeskRequest, import_id: int) -> HttpResponse:
    """Show an import: its columns and first rows before it, progress, and result; on POST start or cancel it."""
    orders = SubscriberImport.objects.select_related("publication").defer("file")
    order = permitted_or_404(request, orders, pk=import_id)
    form = ImportTermsForm(request.POST if request.method == "POST" else None, initial=_stated(order))
    problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("action") == "cancel":
                import_orders.cancel(order, by=request.user, now=clock.now())
                return redirect("reader-import", order.pk)
            if form.is_valid():
                _start(request, order, form)
                return redirect("reader-import", order.pk)
        except BadInput as error:
            form.add_domain_error(error)
        except NewsletterError as error:
            problem = str(error)
    context = {"order": order, "publication": order.publication, "form": form, "problem": problem, "roles": ROLES}
    context |= _results(order) | {"tables": [], "left_out": [], "others": [], "notes": [], "unreadable": ""}
    if order.can_start:
        if form.is_bound:
            _keep_choices(order, request, form)
        context |= _preview(order)
    return render(request, "web/audience/reader_import.html", context, status=422 if form.errors else 200)


@require_safe
@permission_required(Permission.AUDIENCE)
@identity_confirmed()
def rows(request: DeskRequest, import_id: int) -> FileResponse:
    """Download what became of each row."""
    orders = SubscriberImport.objects.select_related("publication").defer("file")
    order = permitted_or_404(request, orders, pk=import_id)
    answer = csv_download.respond(run_imports.result_text(order), filename=f"import-{order.pk}-rows.csv")
    audit_trail.record(request.user, Act.READERS_EXPORTED, order.publication, what=f"rows of import {order.pk}")
    return answer


def _start(request: DeskRequest, order: SubscriberImport, form: ImportTermsForm) -> None:
    data = form.cleaned_data
    import_orders.start(
        order,
        source=data["source"],
        given_at=datetime.combine(data["given_on"], time(), tzinfo=UTC) if data["given_on"] else None,
        columns=_chosen_columns(request),
        encoding=data["encoding"],
        dry_run=request.POST.get("action") != "import",
        by=request.user,
        now=clock.now(),
    )


def _chosen_columns(request: DeskRequest) -> dict[str, dict[str, int | None]]:
    """Return the chosen columns by table and role. The form has a select for each role of each table."""
    found: dict[str, dict[str, int | None]] = {}
    for number, table in enumerate(request.POST.getlist("table")):
        found[table] = {role: whole_number(request.POST.get(f"{role}-{number}", "")) for role in ROLES}
    return found


def _keep_choices(order: SubscriberImport, request: DeskRequest, form: ImportTermsForm) -> None:
    """Show what was chosen on a form that has problems, so that sending it again does not take other columns."""
    chosen = _chosen_columns(request)
    if chosen and all(places["email"] is not None for places in chosen.values()):
        order.columns = chosen
        order.encoding = form.cleaned_data.get("encoding", "")


def _stated(order: SubscriberImport) -> dict[str, object]:
    given = order.given_at.date() if order.given_at else None
    return {"source": order.source, "given_on": given, "encoding": order.encoding}


def _preview(order: SubscriberImport) -> dict[str, object]:
    try:
        choices = import_orders.choices_of(order)
    except NewsletterError as error:
        return {"unreadable": str(error)}
    now = clock.now()
    demanded = now if import_tables.lacks_times(choices) else None  # the form asks for a date; no row lacks one yet
    terms = ImportTerms(order.source, now, order.given_at or demanded)
    read = [one for one in choices if not one.table.why_not]
    tables = preview_tables.preview(read, terms, chosen=order.columns)
    return {
        "tables": [one for one in tables if one.columns],
        "left_out": [one for one in tables if not one.columns],
        "others": choose_tables.other_files(choices),
        "notes": choose_tables.notes(choices),
    }


def _results(order: SubscriberImport) -> dict[str, object]:
    report = _counts(order.counts)
    tried = _counts(order.tried) if order.tried else None
    return {
        "report": report,
        "tried": tried,
        "details": _details(report),
        "tried_details": _details(tried) if tried else [],
        "percent": min(99, 100 * report.rows // max(1, order.lines)),
        "has_rows": order.chunks.exists(),
    }


def _details(report: SubscriberImportReport) -> list[tuple[str, int, list[tuple[str, int]]]]:
    """Return the five groups with their rows, each with its outcomes in words."""
    return [
        (group, rows, [(WORDS[one], getattr(report, one)) for one in GROUPS[group] if getattr(report, one)])
        for group, rows in report.balance.items()
    ]


def _counts(counts: dict[str, int]) -> SubscriberImportReport:
    return SubscriberImportReport.from_counts(counts)
