"""The page behind the link of an invitation: the invited person chooses a password and is signed in."""

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django import forms
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.models import Role, User
from newsletter.lib import clock
from newsletter.lib.errors import BadToken, InvalidState
from newsletter.publications import invitations
from newsletter.web.site.sign_in.password_forgotten import NewPasswordForm


class InvitationForm(NewPasswordForm):
    """Name and password of the invited person."""

    field_order = ("name", "password1", "password2")
    name = forms.CharField(
        label="Your name",
        max_length=100,
        help_text="As your colleagues see it.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label, self.fields["password2"].label = "Password", "Confirm password"

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        self.user.name = name
        return name


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show the invitation, and make the account. Opening the page changes nothing: mail scanners open links too."""
    now = clock.now()
    try:
        invitation = invitations.open_invitation(token, now=now)
        person = User(email=invitation.email, name=invitation.name)
        posted = request.POST if request.method == "POST" else None
        form = InvitationForm(posted, user=person, initial={"name": invitation.name})
        if form.is_bound and form.is_valid():
            name, password = form.cleaned_data["name"], form.cleaned_data["password1"]
            user = invitations.accept(token, name=name, password=password, now=now)
            logout(request)  # somebody else may be signed in here; their session ends, and this one is new
            login = Login(user=user, email=user.email)
            signed_in: HttpResponse = perform_password_login(request, {"email": user.email}, login)
            return signed_in
    except (BadToken, InvalidState) as error:
        is_taken = str(error) == invitations.HAS_ACCOUNT
        context = {"problem": str(error), "is_taken": is_taken}
        return render(request, "web/site/invitation_void.html", context, status=409 if is_taken else 410)
    context = {
        "form": form,
        "invitation": invitation,
        "role": Role(invitation.role).label,
        "publications": list(invitation.publications.order_by("name")),
        "signed_in": request.user if request.user.is_authenticated else None,
    }
    return render(request, "web/site/invitation.html", context, status=422 if form.is_bound else 200)
