"""Reset a forgotten password by a link to the mailbox.

The request writes the same row for every address, known or not; whether there is an account is looked up when the email
is sent. The answer and its time therefore tell nobody who has an account. The link is made when it is sent.
"""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.utils.http import base36_to_int, int_to_base36

from newsletter.accounts import manage_users, security_notes, staff_emails
from newsletter.accounts.models import StaffEmail, User
from newsletter.accounts.permissions import Permission, require
from newsletter.accounts.staff_email_models import StaffEmailKind
from newsletter.accounts.staff_emails import StaffEmailContent
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.lib.errors import BadToken, InvalidState
from newsletter.mail.staff_address import staff_address

VOID = "This link was already used or has expired."


class ResetTokens(PasswordResetTokenGenerator):
    """Tokens that are void after a sign-in, a new password, a new address, or when the account was closed since."""

    key_salt = "newsletter.accounts.password_reset"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.times_closed}{user.is_active}"


def order_reset(email: str, *, now: datetime) -> StaffEmail:
    """Order the email with the link, for an address that may have an account or not."""
    return staff_emails.order_link(StaffEmailKind.PASSWORD_RESET, staff_address(email)[:254], now=now)


def send_reset_link(user: User, *, by: User | None, now: datetime) -> StaffEmail:
    """Order the email with the link for somebody, as an administrator. Raises `InvalidState` for a closed account."""
    require(by, Permission.CONFIGURE)
    if not user.is_active:
        raise InvalidState("This account is closed. Reopen it first.")
    with transaction.atomic():
        audit_trail.record(by, Act.PASSWORD_RESET_ASKED, user, now=now)
        return order_reset(user.email, now=now)


def create_token(user: User) -> str:
    """Return the token for a link that is valid for `PASSWORD_RESET_TIMEOUT` seconds and once."""
    return f"{int_to_base36(user.pk)}-{ResetTokens().make_token(user)}"


def open_reset(token: str) -> User:
    """Return the user of this token; raise `BadToken` if it is void or the account is closed."""
    number, _, secret = token.partition("-")
    try:
        user = User.objects.filter(pk=base36_to_int(number), is_active=True).first()
    except (ValueError, OverflowError):
        user = None
    if user is None or not ResetTokens().check_token(user, secret):
        raise BadToken(VOID)
    return user


def reset_password(token: str, *, password: str, now: datetime) -> User:
    """Set the password of this token's user, once, and end all their sessions. Second factors stay.

    The caller has checked the password's rules. Raises `BadToken` as `open_reset` does.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=open_reset(token).pk)  # two posts of one link
        user = open_reset(token)
        user.set_password(password)
        user.save(update_fields=["password"])
        manage_users.end_sessions(user)
        audit_trail.record(user, Act.PASSWORD_RESET, user, now=now)
        security_notes.note_password_changed(user, now=now)
    return user


def email_content(order: StaffEmail, _now: datetime) -> StaffEmailContent | None:
    """Return the email of this order; None for an address without an open account."""
    user = User.objects.filter(email=order.to, is_active=True).first()
    if user is None:
        return None
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    return StaffEmailContent(
        subject="Choose a new password",
        heading="Choose a new password",
        lines=["Someone, probably you, asked for a new password for your account."],
        label="Choose a new password",
        link=f"{settings.BASE_URL}/password/reset/{create_token(user)}",
        after=[
            f"The link works once, for {hours} hours. Signing in makes it void.",
            "If this was not you, ignore this email: your password stays as it is.",
        ],
    )
