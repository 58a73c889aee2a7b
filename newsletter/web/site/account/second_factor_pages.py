"""Pages of one's own second factors: django-allauth's views with our templates, records and emails."""

from json import dumps
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.http import require_safe

from newsletter.accounts import browser_sessions, security_notes
from newsletter.accounts.models import User
from newsletter.accounts.second_factors import NAMES, is_required, lacks_second_factor
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.lib import clock
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.site.sign_in.allauth_adapter import TOO_MANY
from newsletter.web.site.sign_in.second_factor_forms import AddPasskeyForm, AppCodeForm


@require_safe
@permission_required(without_second_factor=True)
def index(request: DeskRequest) -> HttpResponse:
    """List one's second factors, and offer others."""
    found = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    by_type = {one.type: one for one in found}
    codes = by_type.get(Authenticator.Type.RECOVERY_CODES)
    context = {
        "app": by_type.get(Authenticator.Type.TOTP),
        "passkeys": [(one.pk, one.wrap().name, one) for one in found if one.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "is_required": is_required(request.user),
        "is_lacking": lacks_second_factor(request.user),
    }
    return render(request, "web/site/second_factor.html", context)


class LimitedForm:
    """Mixin for a view whose form counts attempts: 429 over the limit, 422 for another error."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]  # of the view
        response.status_code = 429 if TOO_MANY in form.errors.get("code", []) else 422
        return response


class SetUpApp(LimitedForm, ActivateTOTPView):  # type: ignore[misc]  # django-allauth has no type hints
    """Sets up an authenticator app: a QR code, its key as text, and the first code."""

    form_class = AppCodeForm
    template_name = "web/site/set_up_app.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return context | {"key": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))}

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            note_added(self.request, Authenticator.Type.TOTP)
        return response


class RemoveApp(DeactivateTOTPView):  # type: ignore[misc]  # as above
    """Removes the authenticator app."""

    template_name = "web/site/remove_second_factor.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "what": "authenticator app",
            "is_required": _is_last(self.request),
        }

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            note_removed(self.request, NAMES[Authenticator.Type.TOTP])
        return response


class ShowCodes(ViewRecoveryCodesView):  # type: ignore[misc]  # as above
    """Shows new recovery codes, once."""

    template_name = "web/site/recovery_codes.html"


class NewCodes(GenerateRecoveryCodesView):  # type: ignore[misc]  # as above
    """Makes new recovery codes in place of the old ones."""

    template_name = "web/site/new_recovery_codes.html"

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            user, now = self.request.user, clock.now()
            audit_trail.record(user, Act.RECOVERY_CODES_MADE, user, now=now)
            security_notes.note_recovery_codes_made(user, now=now)
        return response


class AddPasskey(LimitedForm, AddWebAuthnView):  # type: ignore[misc]  # as above
    """Adds a passkey of this device or a security key."""

    form_class = AddPasskeyForm
    template_name = "web/site/add_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask for a passkey that can sign in alone."""
        form = kwargs.get("form") or self.get_form()
        options = dumps(auth.begin_registration(self.request.user, True))
        return {"form": form, "passkey_options": options, "view": self}

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            note_added(self.request, Authenticator.Type.WEBAUTHN)
        return response


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]  # as above
    """Removes one passkey."""

    template_name = "web/site/remove_second_factor.html"
    success_url = reverse_lazy("mfa_index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        what = f"passkey “{self.object.wrap().name}”"
        return {**super().get_context_data(**kwargs), "what": what, "is_required": _is_last(self.request)}

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            what = f"passkey “{self.object.wrap().name}”"
            response: HttpResponse = super().form_valid(form)
            note_removed(self.request, what)
        return response


def note_added(request: Any, kind: Authenticator.Type) -> None:
    """Record a new second factor, tell its owner, and end the sessions that began without it."""
    user, now = request.user, clock.now()
    audit_trail.record(user, Act.SECOND_FACTOR_ADDED, user, now=now, what=NAMES[kind])
    security_notes.note_second_factor_added(user, what=NAMES[kind], now=now)
    browser_sessions.end_others(user, request.session, now=now)
    messages.success(request, f"Your {NAMES[kind]} is set up. Other sessions were signed out.")


def note_removed(request: Any, what: str) -> None:
    """Record that a second factor was removed, and tell its owner."""
    user, now = request.user, clock.now()
    audit_trail.record(user, Act.SECOND_FACTOR_REMOVED, user, now=now, what=what)
    security_notes.note_second_factor_removed(user, what=what, now=now)
    messages.success(request, f"Removed: {what}.")


def _is_last(request: Any) -> bool:
    """Return True if this user must have a second factor and this is the only one."""
    user: User = request.user
    others = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).count()
    return is_required(user) and others == 1
