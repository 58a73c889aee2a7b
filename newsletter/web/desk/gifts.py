"""Gifts from a file of the donation platform, taken in at the desk: who gave lately is thanked and not asked."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.permissions import Permission
from newsletter.giving import import_gifts
from newsletter.giving.import_gifts import GiftImportReport
from newsletter.lib import clock, csv_reader
from newsletter.lib.errors import BadInput, NewsletterError
from newsletter.publications.models import Publication
from newsletter.web.desk import current_publication as publications
from newsletter.web.shared.forms import PlainForm
from newsletter.web.shared.permission_required import DeskRequest, permission_required

LARGEST = 20_000_000  # bytes; some hundred thousand gifts, and below what any request may hold (web/size.py)


class GiftsForm(PlainForm):
    file = forms.FileField(
        label="File",
        help_text="CSV in UTF-8. Its first row names the columns: email, date, amount, currency, reference.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    source = forms.CharField(
        max_length=40,
        help_text="Who wrote it, such as stripe. Say the same each time: it is how a gift is known again.",
    )
    currency = forms.CharField(
        max_length=3, required=False, help_text="Three letters such as USD, when the file has no column for it."
    )
    only_here = forms.BooleanField(label="Only readers of this publication are thanked for them", required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.APPROVE)
def take_in(request: DeskRequest, slug: str) -> HttpResponse:
    """The form, and below it what became of the file. A file that is posted again changes nothing."""
    publication = publications.asked_for(request, slug)
    form = GiftsForm(request.POST, request.FILES) if request.method == "POST" else GiftsForm()
    report = _report(form, publication) if form.is_bound and form.is_valid() else None
    context = {
        "publication": publication,
        "several": len(publications.everything()) > 1,
        "form": form,
        "report": report,
        "unnamed": report.bad - len(report.problems) if report else 0,
    }
    return render(request, "web/desk/gifts.html", context, status=200 if not form.errors else 422)


def _report(form: GiftsForm, publication: Publication) -> GiftImportReport | None:
    """What became of the file; None when the form says why it was not taken."""
    given = form.cleaned_data
    try:
        if (given["file"].size or 0) > LARGEST:
            hint = "Have it taken in by the command newsletter gifts import, which takes any."
            raise BadInput("file", f"is larger than {LARGEST // 1_000_000} MB.", hint)
        return import_gifts.import_gifts(
            csv_reader.decode_lines(given["file"].file),
            source=given["source"],
            currency=given["currency"],
            publication=publication if given["only_here"] else None,
            now=clock.now(),
        )
    except NewsletterError as error:
        form.add_domain_error(error)
        return None
