"""The list of suppressions: search, filter by reason, and add an address or domain by hand."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission, permitted, permitted_ids
from newsletter.audience import suppress_domain, suppression_list
from newsletter.audience.models import SuppressionReason
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, NewsletterError
from newsletter.publications.models import Publication
from newsletter.web.shared.forms import PlainForm
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required

SHOWN = 50  # entries
BY_HAND = (
    SuppressionReason.DESK,
    SuppressionReason.PERSON,
    SuppressionReason.COMPLAINT,
    SuppressionReason.HARD_BOUNCE,
)


class SuppressionForm(PlainForm):
    """The form that suppresses an address or a domain."""

    domain_names = {"email address": "address", "domain": "address"}  # noqa: RUF012

    address = forms.CharField(
        label="Address or domain",
        max_length=320,
        help_text="A whole domain begins with @, such as @example.org.",
        widget=forms.TextInput(
            attrs={"inputmode": "email", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    publication = forms.ModelChoiceField(
        label="Where",
        queryset=Publication.objects.filter(is_active=True),
        empty_label="all publications",
        required=False,
    )
    reason = forms.ChoiceField(choices=[(one.value, one.label) for one in BY_HAND])
    detail = forms.CharField(
        label="Evidence",
        max_length=200,
        required=False,
        help_text="Where the request is, such as: letter of 3 May. No names and no addresses.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        publication: Any = self.fields["publication"]
        publication.queryset = publication.queryset.filter(permitted(user, Permission.AUDIENCE, publication="pk"))
        if not has_permission(user, Permission.AUDIENCE):
            publication.required, publication.empty_label = True, None


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.AUDIENCE)
def listing(request: DeskRequest) -> HttpResponse:
    """Show the list. A search is a POST, so that addresses stand in no URL."""
    action = request.POST.get("action", "") if request.method == "POST" else ""
    form = SuppressionForm(request.POST if action in ("add", "add-domain") else None, user=request.user)
    ours = permitted_ids(request.user, Permission.AUDIENCE)
    context: dict[str, object] = {"form": form, "typed": "", "problem": "", "found": None, "readers": None}
    if action == "find":
        context |= _find(request.POST.get("typed", "")[:320], ours)
    elif form.is_bound and form.is_valid():
        try:
            asked = _readers_of_domain(form) if action == "add" and ours is None else None
            if asked is None:
                messages.success(
                    request,
                    suppression_list.add(
                        form.cleaned_data["address"],
                        publication=form.cleaned_data["publication"],
                        reason=form.cleaned_data["reason"],
                        detail=form.cleaned_data["detail"],
                        by=request.user,
                        now=clock.now(),
                    ),
                )
                return redirect("suppressions")
            context["readers"] = asked
        except NewsletterError as error:
            form.add_domain_error(error)
    reason = request.GET.get("reason", "")
    before = whole_number(request.GET.get("before", ""))
    # the list names addresses of all publications
    entries, more = suppression_list.newest(reason=reason, before=before, limit=SHOWN) if ours is None else ([], None)
    context |= {"entries": entries, "more": more, "reason": reason, "reasons": SuppressionReason.choices}
    context["is_for_all"] = ours is None
    return render(request, "web/audience/suppressions.html", context, status=422 if form.errors else 200)


def _find(typed: str, publications: Collection[int] | None) -> dict[str, object]:
    try:
        return {"typed": typed, "found": suppression_list.find(typed, publications=publications)}
    except BadInput as error:
        return {"typed": typed, "problem": f"{error.problem} {error.hint}".strip()}


def _readers_of_domain(form: SuppressionForm) -> int | None:
    """Return how many readers of all publications a domain has, to be confirmed; None for an address."""
    typed = form.cleaned_data["address"]
    if not typed.startswith("@"):
        return None
    return suppress_domain.count_domain(suppress_domain.normalise_domain(typed))
