"""Pages of one's own API tokens: the list with their last use, and the form for a new one."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.api_tokens import manage_tokens
from newsletter.api_tokens.scopes import SCOPES, scopes_open_to
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import publications_with
from newsletter.web.shared.forms import PlainForm, show_errors_on
from newsletter.web.shared.identity_confirmation import identity_confirmed
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required

DAYS = [("30", "30 days"), ("90", "90 days"), ("365", "1 year"), ("0", "Never")]


class TokenForm(PlainForm):
    """The form for a new token, with what its owner may give it."""

    name = forms.CharField(
        max_length=manage_tokens.MAX_NAME,
        help_text="Which program uses it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose only what the program needs. It can never do more than you.",
    )
    publications = forms.ModelMultipleChoiceField(
        queryset=Publication.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Without a choice, it is for all publications in which your role permits what it may do.",
    )
    expires = forms.ChoiceField(label="Expires after", choices=DAYS, initial="365")

    def __init__(self, *args: object, request: DeskRequest) -> None:
        super().__init__(*args)
        offered = [
            (scope.value, f"{SCOPES[scope].permits.capitalize()} ({scope})") for scope in scopes_open_to(request.user)
        ]
        self.fields["scopes"].choices = offered  # type: ignore[attr-defined]  # a field with choices
        mine = publications_with(request.user, *{rule.permission for rule in SCOPES.values()})
        self.fields["publications"].queryset = mine.order_by("name")  # type: ignore[attr-defined]  # of models


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required()
def listing(request: DeskRequest) -> HttpResponse:
    """List one's tokens, and revoke one."""
    user, now = request.user, clock.now()
    tokens = manage_tokens.tokens_of(user, now=now)
    if request.method == "POST":
        found = tokens.filter(pk=whole_number(request.POST.get("token", "")) or 0).first()
        if found and manage_tokens.revoke_token(found, by=user, now=now):
            messages.success(request, f"“{found.name}” is revoked. Programs that use it are refused from now on.")
        else:
            messages.info(request, "That token was revoked already, or has expired.")
        return redirect("tokens")
    context = {
        "tokens": tokens,
        "zone": ZoneInfo(user.time_zone),
        "may_make": bool(scopes_open_to(user)),
    }
    return render(request, "web/site/tokens.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required()
@identity_confirmed()
def make(request: DeskRequest) -> HttpResponse:
    """Show the form, make a token and show its text, this once."""
    if not scopes_open_to(request.user):
        return redirect("tokens")
    form = TokenForm(request.POST if request.method == "POST" else None, request=request)
    if form.is_bound and form.is_valid():
        values, now = form.cleaned_data, clock.now()
        days = int(values["expires"])
        with show_errors_on(form):
            made = manage_tokens.make_token(
                request.user,
                name=values["name"],
                scopes=values["scopes"],
                publications=list(values["publications"]) or None,
                expires_at=now + timedelta(days=days) if days else None,
                now=now,
            )
            return render(request, "web/site/token_made.html", {"token": made.token, "text": made.text})
    return render(request, "web/site/token_new.html", {"form": form}, status=422 if form.is_bound else 200)
