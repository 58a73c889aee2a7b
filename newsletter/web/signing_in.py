"""Signing in and out, and changing one's own password; Django's views with our pages and a brake on guessing."""

import hashlib
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse, reverse_lazy

from newsletter.accounts.models import User
from newsletter.accounts.roles import Step, may

MOST_FAILURES = 8
PAUSE = 15 * 60  # seconds, counted anew from every failure


class SignInForm(AuthenticationForm):
    """Email and password. After too many failures for an address from one place, nothing is tried for a while.

    The count is kept in Django's cache: exact within a process, and across processes where the
    cache is shared.
    """

    error_messages = {  # noqa: RUF012 — Django's own way of changing them
        "invalid_login": "That email address and password do not belong together. Check both; capitals count.",
        "inactive": "This account is closed. Ask an administrator to open it.",
        "too_many": "Too many attempts. Wait a quarter of an hour, then try again.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs["inputmode"] = "email"

    def clean(self) -> dict[str, Any]:
        key = self._key()
        if cache.get(key, 0) >= MOST_FAILURES:
            raise ValidationError(self.error_messages["too_many"], code="too_many")
        try:
            cleaned = super().clean()
        except ValidationError:
            cache.add(key, 0, PAUSE)
            cache.incr(key)
            cache.touch(key, PAUSE)
            raise
        cache.delete(key)
        return cleaned

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()  # as addresses of users are kept

    def _key(self) -> str:
        place = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        who = f"{place} {self.cleaned_data.get('username', '')}"
        return "sign-in-" + hashlib.sha256(who.encode()).hexdigest()


class SignIn(LoginView):
    template_name = "web/signing_in/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        return first_page(cast("User", self.request.user))

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 429 if form.has_error("__all__", "too_many") else 200
        return response


class PasswordForm(PasswordChangeForm):
    """Django's, with its rules said in one plain line instead of a list in HTML."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        new, repeated = self.fields["new_password1"], self.fields["new_password2"]
        new.help_text = "At least 10 characters, not a common password, not like your email address."
        repeated.label, repeated.help_text = "New password once more", ""


class ChangePassword(PasswordChangeView):
    form_class = PasswordForm
    template_name = "web/signing_in/password.html"
    success_url = reverse_lazy("password")

    def form_valid(self, form: Form) -> HttpResponse:
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)  # type: ignore[arg-type]  # Django's stubs know the form by its narrower kind


def first_page(person: User) -> str:
    """Where somebody's work begins."""
    return reverse("desk" if may(person, Step.CURATE) else "ops")
