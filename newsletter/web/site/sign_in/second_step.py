"""The second step of a sign-in, and the sign-in by passkey alone: django-allauth's views with our pages."""

from json import dumps
from typing import Any
from urllib.parse import urlencode

from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from newsletter.accounts.second_factors import FACTORS
from newsletter.web.shared.error_pages import too_many
from newsletter.web.site.sign_in import attempt_limits
from newsletter.web.site.sign_in.allauth_adapter import TOO_MANY
from newsletter.web.site.sign_in.second_factor_forms import (
    NOT_ACCEPTED,
    SecondFactorPasskeyForm,
    SignInCodeForm,
    SignInPasskeyForm,
)


class SecondStep(AuthenticateView):  # type: ignore[misc]  # django-allauth has no type hints
    """Asks for a code or a passkey after the password."""

    form_class = SignInCodeForm
    webauthn_form_class = SecondFactorPasskeyForm
    template_name = "web/site/second_step.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Skip the base class's links to pages that do not exist here."""
        user = self.stage.login.user
        types = set(user.authenticator_set.values_list("type", flat=True))
        passkey_options = ""
        if FACTORS[1] in types:
            passkey_options = dumps(auth.begin_authentication(user))
        return {
            **kwargs,
            "form": self.auth_form,
            "has_app": FACTORS[0] in types,
            "passkey_options": passkey_options,
            "passkey_problem": NOT_ACCEPTED if self.webauthn_form.errors else "",
        }

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 429 if TOO_MANY in form.errors.get("code", []) else 422
        return response


class PasskeySignIn(LoginWebAuthnView):  # type: ignore[misc]  # as above
    """Signs in with a passkey alone. GET returns the question for the browser's passkeys."""

    form_class = SignInPasskeyForm

    def get(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        if not attempt_limits.admit_passkey_question(request):
            return too_many(request)
        return JsonResponse(dict(auth.begin_authentication(None)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check a passkey. Only wrong ones count: many people of a newsroom sign in behind one address."""
        used = attempt_limits.count_passkey(request)
        if used is None:
            return too_many(request)
        self.used = used
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def _redirect_to_pending_stage(self, *_args: Any) -> None:
        """Do nothing: a passkey alone may be used after a password, too."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Go on to `next`, as after a password."""
        self.used.rollback()
        authenticator = form.cleaned_data["credential"]
        login = Login(user=authenticator.user, redirect_url=get_next_redirect_url(self.request))
        response: HttpResponse = perform_passwordless_login(self.request, authenticator, login)
        return response

    def form_invalid(self, _form: Any) -> HttpResponse:
        messages.error(self.request, NOT_ACCEPTED)
        where = get_next_redirect_url(self.request)
        return redirect(f"{reverse('login')}?{urlencode({'next': where})}" if where else "login")
