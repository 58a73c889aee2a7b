"""Pages for a forgotten password: ask for the link, and choose a new password behind it."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts import password_reset
from newsletter.accounts.models import User
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.lib import clock
from newsletter.lib.errors import BadToken
from newsletter.mail.staff_address import staff_address
from newsletter.web.shared.error_pages import too_many
from newsletter.web.shared.forms import PlainForm
from newsletter.web.site.sign_in import attempt_limits, known_browsers

PASSWORD_RULES = "At least 10 characters that are hard to guess, such as several words that do not belong together."  # noqa: S105 — a hint


class AddressForm(PlainForm):
    """The form for the address of the account."""

    email = forms.EmailField(
        label="Email", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )


class NewPasswordForm(PlainForm):
    """A new password, typed twice, checked with the rules of the settings against its user."""

    password1 = forms.CharField(
        label="New password",
        help_text=PASSWORD_RULES,
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label="Confirm new password",
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password1(self) -> str:
        password = str(self.cleaned_data["password1"])
        validate_password(password, self.user)
        return password

    def clean_password2(self) -> str:
        password = str(self.cleaned_data["password2"])
        if "password1" in self.cleaned_data and password != self.cleaned_data["password1"]:
            raise forms.ValidationError("The passwords do not match.")
        return password


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for the address, and answer alike whether it has an account or not."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    is_ordered = False
    if form.is_bound and form.is_valid():
        address = staff_address(form.cleaned_data["email"])
        is_answered, is_ordered = attempt_limits.admit_reset(request, address)
        if not is_answered:
            return too_many(request)
        if is_ordered:
            with transaction.atomic():
                password_reset.order_reset(address, now=clock.now())
                audit_trail.record(None, Act.PASSWORD_RESET_ASKED)
        return redirect("password-asked")
    return render(request, "web/site/password_forgotten.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD"])
def asked(request: HttpRequest) -> HttpResponse:
    """Say what happens now."""
    return render(request, "web/site/password_asked.html", {"hours": settings.PASSWORD_RESET_TIMEOUT // 3600})


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a new password. The link is void afterwards, and the second factor is asked for at sign-in as before."""
    try:
        user = password_reset.open_reset(token)
        form = NewPasswordForm(request.POST if request.method == "POST" else None, user=user)
        if form.is_bound and form.is_valid():
            password_reset.reset_password(token, password=form.cleaned_data["password1"], now=clock.now())
            messages.success(request, "Your password has been changed. Sign in with it.")
            answer = redirect("login")
            known_browsers.remember(answer, request, user.email)  # no guesses of strangers keep its owner out
            return answer
    except BadToken as error:
        return render(request, "web/site/password_link_void.html", {"problem": str(error)}, status=410)
    context = {"form": form, "person": user}
    return render(request, "web/site/password_new.html", context, status=422 if form.is_bound else 200)
