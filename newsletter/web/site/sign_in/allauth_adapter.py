"""django-allauth adapter: attempt limits, error messages, start page, no public sign-up."""

from typing import Any, ClassVar

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from newsletter.accounts import browser_sessions
from newsletter.accounts.models import User
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.lib import clock
from newsletter.notices import write_notices
from newsletter.notices.personal_conditions import new_sign_in
from newsletter.web.shared import client_address
from newsletter.web.shared.identity_confirmation import is_confirmed
from newsletter.web.site.sign_in import attempt_limits, known_browsers
from newsletter.web.site.sign_in.session_limits import origin_of
from newsletter.web.site.start_page import start_page

TOO_MANY = "Too many attempts. Try again in 15 minutes."
CHANGED = "Your account was changed while you signed in. Sign in again."
FIRST_STEP = "first_step"  # key in a session: the account as it was when the password or passkey was right
log = structlog.get_logger()


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # django-allauth has no type hints
    """allauth's rules with our messages and limits."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "Incorrect email address or password. Passwords are case-sensitive.",
        "account_inactive": "This account is deactivated. Ask an administrator to reactivate it.",
        "too_many_login_attempts": TOO_MANY,
        "enter_current_password": "Your current password is incorrect. Passwords are case-sensitive.",
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Reject attempts over a limit before the password is checked."""
        attempt = attempt_limits.attempt_of(request, credentials["email"])
        # the base class rolls this back after a successful sign-in
        self._login_failed_rl_usage = attempt_limits.count(request, attempt)
        if self._login_failed_rl_usage is None:
            log.warning("sign_in.refused", address=attempt.address)
            if attempt_limits.is_first_refusal(request, f"{attempt.network} {attempt.email}"):
                self._record(Act.SIGN_IN_REFUSED, attempt.email)
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        if user and not user.is_active:
            self._record(Act.SIGN_IN_FAILED, user.email, reason="the account is deactivated")
            raise self.validation_error("account_inactive")
        return user

    def authentication_failed(self, _request: HttpRequest, **credentials: Any) -> None:
        self._record(Act.SIGN_IN_FAILED, credentials["email"])

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Note the account as it is at the first step; `login` comes after the second one."""
        request.session[FIRST_STEP] = _state_of(user)
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, once password and second factor are right. A session of before gets a new key.

        A new password or a closed account ends all sessions, so it ends the sign-ins that have begun, too.
        """
        with transaction.atomic():
            current = User.objects.select_for_update().get(pk=user.pk)
            if request.session.pop(FIRST_STEP, "") != _state_of(current):
                clear_login(request)
                messages.error(request, CHANGED)
                raise ImmediateHttpResponse(redirect("login"))
            is_new = self._is_new_browser(request, user)
            super().login(request, user)
            request.session.save()  # at once: whoever waits for the lock to end the sessions finds it
            now = clock.now()
            browser_sessions.begin(request.session, user, **origin_of(request), now=now)
            if is_new:
                write_notices.write(new_sign_in(current, **origin_of(request), now=now), now=now)
            audit_trail.record(user, Act.SIGNED_IN, now=now, second_factor=_second_factor(request, user))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        known_browsers.remember(response, request, user.email)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Answer a passkey of a closed account; passwords of closed accounts are refused in `authenticate`."""
        self._record(Act.SIGN_IN_FAILED, user.email, reason="the account is deactivated")
        messages.error(request, str(self.error_messages["account_inactive"]))
        return redirect("login")

    def is_reauthentication_required(self, *, app: str, **_kwargs: Any) -> bool:  # noqa: ARG002 — allauth's name
        request = context.request
        return request is None or not is_confirmed(request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        if not user.is_authenticated:
            return []
        return [{"id": "confirm", "description": "", "url": reverse("confirm-identity")}]

    def send_notification_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """Do nothing: `accounts/security_notes.py` has our own."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address.address(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        return (start_page(user) if isinstance(user, User) else "") or "/"

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def is_ajax(self, _request: HttpRequest) -> bool:
        return False  # our pages always expect HTML

    def add_message(self, *_args: Any, **_kwargs: Any) -> None:
        """Do nothing: our views show their own messages."""

    @staticmethod
    def _is_new_browser(request: HttpRequest, user: User) -> bool:
        """Return True if the user has signed in before, and never in this browser."""
        if known_browsers.browser_of(request, user.email):
            return False
        return Record.objects.filter(user=user, act=Act.SIGNED_IN).exists()

    @staticmethod
    def _record(act: Act, email: str, *, reason: str = "") -> None:
        """Record the account, never the typed text: it may be someone else's address, or a password."""
        with transaction.atomic():
            audit_trail.record(None, act, User.objects.filter(email=email).first(), reason=reason)


def _state_of(user: User) -> str:
    return f"{user.get_session_auth_hash()} {user.times_closed} {user.is_active}"


def _second_factor(request: HttpRequest, user: User) -> str:
    """Return the type of the second factor of this sign-in, such as `totp`; empty without one."""
    records = get_authentication_records(request, user)
    return next((str(record.get("type", "")) for record in reversed(records) if record.get("method") == "mfa"), "")
