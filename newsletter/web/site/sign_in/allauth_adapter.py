"""What django-allauth asks us: our limits, our words, our first page. It knows no open sign-up."""

from typing import Any, ClassVar

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest

from newsletter.accounts.models import User
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.web.site.first_page import first_page
from newsletter.web.site.sign_in import attempt_limits, client_address

TOO_MANY = "Too many attempts. Wait a quarter of an hour, then try again."
log = structlog.get_logger()


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # django-allauth carries no types
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "That email address and password do not belong together. "
        "Check both; capitals count.",
        "account_inactive": "This account is closed. Ask an administrator to open it.",
        "too_many_login_attempts": TOO_MANY,
        "enter_current_password": "That is not your present password. Check it; capitals count.",
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuses what is over a limit before the password is looked at."""
        attempt = attempt_limits.attempt_of(request, credentials["email"])
        self._login_failed_rl_usage = attempt_limits.count(
            request, attempt
        )  # which the base class takes back after success
        if self._login_failed_rl_usage is None:
            log.warning("sign_in.refused", address=attempt.address)
            if attempt_limits.is_first_refusal(request, f"{attempt.network} {attempt.email}"):
                self._record(Act.SIGN_IN_REFUSED, attempt.email)
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        if user and not user.is_active:
            self._record(Act.SIGN_IN_FAILED, user.email, reason="the account is closed")
            raise self.validation_error("account_inactive")
        return user

    def authentication_failed(self, _request: HttpRequest, **credentials: Any) -> None:
        self._record(Act.SIGN_IN_FAILED, credentials["email"])

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address.address(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        return first_page(user) if isinstance(user, User) else "/"

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def is_ajax(self, _request: HttpRequest) -> bool:
        return False  # our pages ask for pages

    def add_message(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing: our views say what was done."""

    @staticmethod
    def _record(act: Act, email: str, *, reason: str = "") -> None:
        """By whose account. What was typed is kept nowhere: it may be anybody's address, or a password."""
        with transaction.atomic():
            audit_trail.record(None, act, User.objects.filter(email=email).first(), reason=reason)
