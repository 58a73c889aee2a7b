"""The page that sends a test of an edition's email to named people, and says what became of earlier tests."""

import re
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission, staff_of
from newsletter.delivery.email_test_models import EmailTest
from newsletter.delivery.email_tests import order_email_test
from newsletter.editions.models import Edition, Variant
from newsletter.letters import assemble_edition
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.web.shared.anonymous_letter_views import letter_of
from newsletter.web.shared.forms import PlainForm, show_errors_on
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404

SHOWN_TESTS = 8
VERSIONS = {Variant.DEFAULT: "With appeal", Variant.THANKS: "Donor thank-you", Variant.PLAIN: "Without appeal"}
KEY = re.compile(r"[0-9a-f]{32}")


class EmailTestForm(PlainForm):
    """Who gets the test, and which version. `key` makes a repeated click send nothing more."""

    domain_names = {"email address": "others", "recipients": "people"}  # noqa: RUF012 — as in the base class

    people = forms.MultipleChoiceField(
        label="People who work here", required=False, widget=forms.CheckboxSelectMultiple
    )
    others = forms.CharField(
        label="Other addresses",
        required=False,
        max_length=3000,
        help_text="One per line.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
    variant = forms.ChoiceField(label="Version", choices=(), widget=forms.Select)
    key = forms.RegexField(KEY, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, edition: Edition, versions: Sequence[Variant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = staff_of(edition.publication_id).order_by("name", "email")
        people: Any = self.fields["people"]
        people.choices = [(one.email, f"{one} ({one.email})" if one.name else one.email) for one in staff]
        variant: Any = self.fields["variant"]
        variant.choices = [(version, VERSIONS[version]) for version in versions]
        if len(versions) == 1:
            variant.choices, variant.widget = [(Variant.DEFAULT, "The email")], forms.HiddenInput()
        self.may_name_others = has_permission(user, Permission.APPROVE, edition.publication_id)

    def addresses(self) -> list[str]:
        """Return all chosen and typed addresses."""
        typed = self.cleaned_data["others"].replace(",", "\n").split() if self.may_name_others else []
        return [*self.cleaned_data["people"], *typed]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CURATE)
def send_test(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Show the form and the latest tests; order a test."""
    edition = permitted_or_404(request, Edition.objects.select_related("publication"), pk=edition_id)
    now = clock.now()
    versions = assemble_edition.variants_of(edition, now=now)
    if request.method == "POST":
        form = EmailTestForm(request.POST, user=request.user, edition=edition, versions=versions)
    else:
        initial = {"people": [request.user.email], "key": uuid.uuid4().hex, "variant": Variant.DEFAULT}
        form = EmailTestForm(initial=initial, user=request.user, edition=edition, versions=versions)
    if form.is_bound and form.is_valid():
        with show_errors_on(form):
            test = order_email_test.order(
                edition,
                form.addresses(),
                key=form.cleaned_data["key"],
                variant=Variant(form.cleaned_data["variant"]),
                by=request.user,
                now=now,
            )
            count = test.recipients.count()
            people = "1 person" if count == 1 else f"{count} people"
            messages.success(request, f"The test is sent to {people} within seconds.")
            return redirect("edition-test", edition_id)
    return render(request, "web/desk/email_test.html", _context(edition, form), status=422 if form.is_bound else 200)


def _context(edition: Edition, form: EmailTestForm) -> dict[str, Any]:
    found = EmailTest.objects.filter(edition=edition).defer("text", "html").select_related("ordered_by")
    tests = list(found.prefetch_related("recipients")[:SHOWN_TESTS])
    problem = ""
    try:
        subject = letter_of(edition, now=clock.now()).subject
    except NewsletterError as error:
        subject, problem = "", str(error)
    return {
        "edition": edition,
        "publication": edition.publication,
        "form": form,
        "tests": tests,
        "is_waiting": any(not (one.sent_at or one.problem) for test in tests for one in test.recipients.all()),
        "subject": f"{order_email_test.PREFIX}{subject}",
        "problem": problem,
        "versions": VERSIONS,
        "limit": order_email_test.MAX_RECIPIENTS,
        "hourly": order_email_test.MAX_PER_HOUR,
    }
