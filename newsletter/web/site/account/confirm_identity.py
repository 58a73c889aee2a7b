"""The page that asks for the password or a second factor again, before acts that could do much harm."""

from json import dumps
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from newsletter.accounts import browser_sessions
from newsletter.accounts.models import User
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.web.shared.forms import PlainForm
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.site.sign_in import attempt_limits
from newsletter.web.site.sign_in.allauth_adapter import TOO_MANY, Adapter
from newsletter.web.site.sign_in.second_factor_forms import ConfirmCodeForm, ConfirmPasskeyForm
from newsletter.web.site.start_page import start_page


class ConfirmPasswordForm(PlainForm):
    """The form for the current password, with the limits of the password page."""

    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, request: DeskRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        user = self.request.user
        used = attempt_limits.count_old_password(self.request, user.pk)
        if used is None:
            if attempt_limits.is_first_refusal(self.request, f"confirm {user.pk}"):
                audit_trail.record(user, Act.REAUTHENTICATION_FAILED, user, reason="too many attempts")
            raise ValidationError(TOO_MANY)
        if not user.check_password(self.cleaned_data["password"]):
            audit_trail.record(user, Act.REAUTHENTICATION_FAILED, user)
            raise Adapter(self.request).validation_error("enter_current_password")
        used.rollback()
        return str(self.cleaned_data["password"])


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(without_second_factor=True)
def confirm(request: DeskRequest) -> HttpResponse:
    """Ask for the password, a code or a passkey, then go on to `next`."""
    user, posted = request.user, request.POST if request.method == "POST" else None
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    kind = "" if posted is None else next((name for name in ("credential", "code") if name in posted), "password")
    password_form = ConfirmPasswordForm(posted if kind == "password" else None, request=request)
    code_form = ConfirmCodeForm(posted if kind == "code" else None, user=user)
    code_form.fields["code"].widget.attrs.pop("autofocus")
    passkey_form = ConfirmPasskeyForm(posted if kind == "credential" else None, user=user)
    by_kind: dict[str, Any] = {"password": password_form, "code": code_form, "credential": passkey_form}
    form = by_kind.get(kind)
    if form is not None and form.is_valid():
        with transaction.atomic():
            if kind == "password":
                record_authentication(request, user, method="password", reauthenticated=True)
            else:
                form.save()
            audit_trail.record(user, Act.REAUTHENTICATED, user, by_means_of=kind.replace("credential", "passkey"))
        request.session.cycle_key()
        browser_sessions.follow_new_key(request.session)
        request.session.pop(STATE_SESSION_KEY, None)  # a form that allauth keeps; it is sent again by its page
        return HttpResponseRedirect(_next(request, user))
    errors = [] if form is None else [str(one) for many in form.errors.values() for one in many]
    context = {
        "form": password_form,
        "code_form": code_form if types - {Authenticator.Type.WEBAUTHN} else None,
        "passkey_options": dumps(auth.begin_authentication(user)) if Authenticator.Type.WEBAUTHN in types else "",
        "passkey_problem": errors[0] if kind == "credential" and errors else "",
        "next": request.POST.get("next", request.GET.get("next", "")),
    }
    status = 200 if form is None else 429 if TOO_MANY in errors else 422
    return render(request, "web/site/confirm_identity.html", context, status=status)


def _next(request: DeskRequest, user: User) -> str:
    where = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(where, {request.get_host()}, require_https=request.is_secure())
    return where if is_ours else start_page(user)
