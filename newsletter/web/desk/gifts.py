"""Import of gifts from a donation platform's file. Recent donors see a thank-you instead of the appeal."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.permissions import Permission, has_permission
from newsletter.audience import suppressions
from newsletter.giving import import_gifts
from newsletter.giving.import_gifts import GiftImportReport
from newsletter.lib import clock, csv_reader
from newsletter.lib.errors import BadInput, NewsletterError
from newsletter.publications.models import Publication
from newsletter.web.desk import current_publication as publications
from newsletter.web.shared.forms import PlainForm
from newsletter.web.shared.permission_required import DeskRequest, permission_required

MAX_FILE_BYTES = 20_000_000  # about 100,000s of gifts; below the request limit in request_size.py


class GiftsForm(PlainForm):
    """The form for a file of gifts."""

    file = forms.FileField(
        label="File",
        help_text="CSV in UTF-8. The first row must name the columns: email, date, amount, currency, reference.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    source = forms.CharField(
        max_length=40,
        help_text="The platform the file comes from, e.g. stripe. "
        "Use the same name every time so duplicates are recognised.",
    )
    currency = forms.CharField(
        max_length=3,
        required=False,
        help_text="Three-letter code such as USD, if the file has no currency column.",
    )
    only_here = forms.BooleanField(label="Thank only readers of this publication", required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.APPROVE)
def import_file(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the form and the result of the import. Importing the same file twice changes nothing."""
    publication = publications.publication_from_url(request, slug)
    form = GiftsForm(request.POST, request.FILES) if request.method == "POST" else GiftsForm()
    is_for_all = has_permission(request.user, Permission.APPROVE)
    report = _report(request, form, publication, is_for_all=is_for_all) if form.is_bound and form.is_valid() else None
    context = {
        "publication": publication,
        "several": is_for_all and len(publications.active_publications(request)) > 1,
        "form": form,
        "report": report,
        "unlisted_problems": report.bad - len(report.problems) if report else 0,
    }
    return render(request, "web/desk/gifts.html", context, status=200 if not form.errors else 422)


def _report(
    request: DeskRequest, form: GiftsForm, publication: Publication, *, is_for_all: bool
) -> GiftImportReport | None:
    """Import the file and return the report; None if it was rejected, with the reason on the form.

    Whoever may decide for this publication only imports gifts for its readers only.
    """
    data = form.cleaned_data
    try:
        if (data["file"].size or 0) > MAX_FILE_BYTES:
            hint = "Use the command newsletter gifts import, which has no size limit."
            raise BadInput("file", f"is larger than {MAX_FILE_BYTES // 1_000_000} MB.", hint)
        return import_gifts.import_gifts(
            csv_reader.decode_lines(data["file"].file),
            source=data["source"],
            erased=suppressions.erased,
            currency=data["currency"],
            publication=publication if data["only_here"] or not is_for_all else None,
            by=request.user,
            now=clock.now(),
        )
    except NewsletterError as error:
        form.add_domain_error(error)
        return None
