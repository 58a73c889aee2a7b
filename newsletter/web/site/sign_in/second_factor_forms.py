"""django-allauth's forms for codes and passkeys, with our limits, records and field names."""

from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.core.exceptions import ValidationError
from django.db import transaction

from newsletter.accounts import security_notes
from newsletter.accounts.models import User
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.lib import clock
from newsletter.web.site.sign_in import attempt_limits
from newsletter.web.site.sign_in.allauth_adapter import TOO_MANY

NOT_ACCEPTED = "This passkey was not accepted. Try again, or use another way."
MALFORMED = (AttributeError, KeyError, IndexError, TypeError, ValueError)  # what a made-up credential may raise


class LimitedCode:
    """Mixin for a form with a `code`: counts each attempt before it is looked at."""

    user: User
    use_required_attribute = False
    fields: dict[str, Any]
    cleaned_data: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label, field.max_length = "Code", 20
        field.error_messages["required"] = "This field is required."
        field.widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}

    def clean_code(self) -> str:
        used = attempt_limits.count_code(context.request, self.user)
        if used is None:
            if attempt_limits.is_first_refusal(context.request, f"code {self.user.pk}"):
                audit_trail.record(None, Act.SECOND_FACTOR_FAILED, self.user, reason="too many attempts")
            self._inform_owner()
            raise ValidationError(TOO_MANY, code="too_many")
        try:
            code = str(super().clean_code())  # type: ignore[misc]  # of the form that this is mixed into
        except ValidationError:
            audit_trail.record(None, Act.SECOND_FACTOR_FAILED, self.user)
            self._inform_owner()
            raise
        used.rollback()
        return code

    def _inform_owner(self) -> None:
        if attempt_limits.informs_owner(context.request, self.user.pk):
            with transaction.atomic():
                security_notes.note_codes_guessed(self.user, now=clock.now())


class SignInCodeForm(LimitedCode, AuthenticateForm):  # type: ignore[misc]  # django-allauth has no type hints
    """The code of an app, or a recovery code, at sign-in."""

    def save(self) -> None:
        super().save()
        if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            note_recovery_code(self.user, self.authenticator)


class ConfirmCodeForm(LimitedCode, ReauthenticateForm):  # type: ignore[misc]  # as above
    """The code of a user who confirms who they are."""

    def save(self) -> None:
        super().save()
        if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            note_recovery_code(self.user, self.authenticator)


class AppCodeForm(LimitedCode, ActivateTOTPForm):  # type: ignore[misc]  # as above
    """The first code of an app that is being set up."""


class CheckedCredential:
    """Mixin for a form with a passkey's `credential`: one that is made up is refused like a wrong one."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]  # of the form that this is mixed into
        except (*MALFORMED, ValidationError) as error:
            raise ValidationError(NOT_ACCEPTED) from error


class SignInPasskeyForm(CheckedCredential, LoginWebAuthnForm):  # type: ignore[misc]  # as above
    """A passkey in place of address and password."""


class SecondFactorPasskeyForm(CheckedCredential, AuthenticateWebAuthnForm):  # type: ignore[misc]  # as above
    """A passkey after the password."""


class ConfirmPasskeyForm(CheckedCredential, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # as above
    """A passkey of a user who confirms who they are."""


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # as above
    """A new passkey. It can always be used alone, so it checks its owner by PIN or biometrics."""

    passwordless = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label, name.help_text, name.max_length = "Name", "Such as “phone” or “security key”.", 60

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except (*MALFORMED, ValidationError) as error:
            raise ValidationError(NOT_ACCEPTED) from error
        cleaned["name"] = str(cleaned.get("name") or "Passkey")[:60].replace("\0", "")
        return cleaned


def note_recovery_code(user: User, codes: Authenticator) -> None:
    """Record the use of a recovery code, and tell its owner by email."""
    codes.refresh_from_db()
    left = len(codes.wrap().get_unused_codes())
    with transaction.atomic():
        audit_trail.record(user, Act.RECOVERY_CODE_USED, user, left=left)
        security_notes.note_recovery_code_used(user, left=left, now=clock.now())
