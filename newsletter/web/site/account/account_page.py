"""The page of one's own account: name, time zone, and what protects it."""

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts import browser_sessions
from newsletter.accounts.models import User
from newsletter.accounts.second_factors import has_second_factor, is_required
from newsletter.api_tokens import manage_tokens
from newsletter.audit import audit_trail, changed_fields
from newsletter.audit.acts import Act
from newsletter.lib import clock
from newsletter.web.shared.forms import PlainForm
from newsletter.web.shared.identity_confirmation import identity_confirmed
from newsletter.web.shared.permission_required import DeskRequest, permission_required


class ProfileForm(PlainForm):
    """Name and time zone of a user."""

    name = forms.CharField(max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    time_zone = forms.CharField(
        label="Time zone",
        max_length=50,
        help_text="Such as America/New_York. Times on the pages of your account are shown in it.",
        widget=forms.TextInput(attrs={"list": "zones", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"]).strip()

    def clean_time_zone(self) -> str:
        written = str(self.cleaned_data["time_zone"]).strip()
        if written not in available_timezones():
            raise forms.ValidationError("Unknown time zone. Give one such as Europe/Berlin or UTC.")
        return written


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(without_second_factor=True)
def show(request: DeskRequest) -> HttpResponse:
    """Show the account, and save name and time zone."""
    user = request.user
    form = ProfileForm(
        request.POST if request.method == "POST" else None,
        initial={"name": user.name, "time_zone": user.time_zone},
    )
    if form.is_bound and form.is_valid():
        _save(user, form.cleaned_data)
        messages.success(request, "Your profile is saved.")
        return redirect("account")
    context = {
        "form": form,
        "zones": sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC"),
        "has_second_factor": has_second_factor(user),
        "is_required": is_required(user),
        "token_count": manage_tokens.tokens_of(user, now=clock.now()).count(),
        "session_count": len(browser_sessions.sessions_of(user, now=clock.now())),
        "roles": user.publication_roles.select_related("publication").order_by("publication__name"),
    }
    return render(request, "web/site/account.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(without_second_factor=True)
@identity_confirmed(posts_only=True)
def sessions(request: DeskRequest) -> HttpResponse:
    """List one's sessions, and end one or all others."""
    user, now = request.user, clock.now()
    if request.method == "POST":
        chosen = request.POST.get("session", "")
        if chosen == "others":
            count = browser_sessions.end_others(user, request.session, now=now)
            messages.success(request, "All other sessions were signed out." if count else "There was no other session.")
        elif chosen.isdecimal() and len(chosen) < 19 and browser_sessions.end_one(user, int(chosen), now=now):
            messages.success(request, "The session was signed out.")
        else:
            messages.info(request, "That session has ended already.")
        return redirect("sessions")
    zone = ZoneInfo(user.time_zone)
    found = [
        {
            "id": one.pk,
            "browser": one.browser,
            "network": one.network,
            "is_this": one.session_id == request.session.session_key,
            "signed_in_at": one.signed_in_at.astimezone(zone),
            "last_used_at": one.last_used_at.astimezone(zone),
        }
        for one in browser_sessions.sessions_of(user, now=now)
    ]
    return render(request, "web/site/sessions.html", {"sessions": found, "zone": user.time_zone})


def _save(user: User, values: dict[str, Any]) -> None:
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        before = changed_fields.field_values(row, ["name", "time_zone"])
        row.name, row.time_zone = values["name"], values["time_zone"]
        if changes := changed_fields.describe_changes(before, row):
            row.save(update_fields=["name", "time_zone"])
            audit_trail.record(user, Act.PROFILE_CHANGED, row, **changes)
