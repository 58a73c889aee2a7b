"""Sign in, sign out and change password: django-allauth's views with our templates (sign_in/)."""

from typing import Any, ClassVar

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.account.views import LoginView, LogoutView, PasswordChangeView
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse_lazy

from newsletter.accounts import browser_sessions, manage_users, security_notes
from newsletter.accounts.models import User
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.lib import clock
from newsletter.mail.staff_address import staff_address
from newsletter.web.site.sign_in import attempt_limits
from newsletter.web.site.sign_in.allauth_adapter import TOO_MANY, Adapter

REQUIRED = "This field is required."


class NamedFields:
    """Mixin that keeps the field names that password managers have stored for these pages."""

    html_names: ClassVar[dict[str, str]] = {}

    def add_prefix(self, field_name: str) -> str:
        return self.html_names.get(field_name, field_name)


class SignInForm(NamedFields, LoginForm):  # type: ignore[misc]  # django-allauth has no type hints
    """The sign-in form."""

    html_names: ClassVar[dict[str, str]] = {"login": "username"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("login", "Email"), ("password", "Password")):
            field = self.fields[name]
            field.label, field.help_text, field.error_messages["required"] = label, "", REQUIRED
            field.widget.attrs.pop("placeholder", None)
        self.fields["login"].widget.attrs |= {"inputmode": "email", "autocomplete": "username", "autofocus": True}

    def clean_login(self) -> str:
        return staff_address(self.cleaned_data["login"])


class SignIn(LoginView):  # type: ignore[misc]  # django-allauth has no type hints
    """The sign-in page."""

    template_name = "web/site/sign_in.html"
    form_class = SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Skip the base class's links to pages that do not exist here."""
        context: dict[str, Any] = super(LoginView, self).get_context_data(**kwargs)
        return context

    def _redirect_to_pending_stage(self, *_args: Any) -> None:
        """Do not send people back to the second step: they may have begun as somebody else."""

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 429 if TOO_MANY in form.non_field_errors() else 200
        return response


class SignOut(LogoutView):  # type: ignore[misc]  # django-allauth has no type hints
    """Signs out, on POST only."""

    http_method_names: ClassVar[list[str]] = ["post", "options"]

    def logout(self) -> None:
        with transaction.atomic():
            if isinstance(self.request.user, User):
                audit_trail.record(self.request.user, Act.SIGNED_OUT)
            super().logout()


class PasswordForm(NamedFields, ChangePasswordForm):  # type: ignore[misc]  # django-allauth has no type hints
    """Password form with the rules in one line of help text instead of an HTML list."""

    html_names: ClassVar[dict[str, str]] = {
        "oldpassword": "old_password",
        "password1": "new_password1",
        "password2": "new_password2",
    }
    LABELS: ClassVar[dict[str, str]] = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "Confirm new password",
    }

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        for name, label in self.LABELS.items():
            field = self.fields[name]
            field.label, field.help_text, field.error_messages["required"] = label, "", REQUIRED
            field.widget.attrs.pop("placeholder", None)
        self.fields[
            "password1"
        ].help_text = (
            "At least 10 characters that are hard to guess, such as several words that do not belong together."
        )

    def clean_oldpassword(self) -> str:
        """Count the attempt before checking the password, as at sign-in."""
        used = attempt_limits.count_old_password(self.request, self.user.pk)
        if used is None:
            if attempt_limits.is_first_refusal(self.request, f"old password {self.user.pk}"):
                audit_trail.record(self.user, Act.PASSWORD_CHANGE_FAILED, self.user, reason="too many attempts")
            raise Adapter(self.request).validation_error("too_many_login_attempts")
        if not self.user.check_password(self.cleaned_data["oldpassword"]):
            audit_trail.record(self.user, Act.PASSWORD_CHANGE_FAILED, self.user)
            raise Adapter(self.request).validation_error("enter_current_password")
        used.rollback()
        return str(self.cleaned_data["oldpassword"])


class ChangePassword(PasswordChangeView):  # type: ignore[misc]  # django-allauth has no type hints
    """The page for a new password."""

    form_class = PasswordForm
    template_name = "web/site/password.html"
    success_url = reverse_lazy("account")

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Skip the base class, which redirects users without a password to a page that does not exist here."""
        response: HttpResponse = super(PasswordChangeView, self).dispatch(*args, **kwargs)
        return response

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: PasswordForm) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            audit_trail.record(form.user, Act.PASSWORD_CHANGED, form.user)
            security_notes.note_password_changed(form.user, now=clock.now())
            manage_users.end_sessions(form.user, but=self.request.session.session_key)
            browser_sessions.follow_new_key(self.request.session)
        messages.success(self.request, "Your password has been changed.")
        return response

    def form_invalid(self, form: PasswordForm) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 429 if TOO_MANY in form.errors.get("oldpassword", []) else 200
        return response
