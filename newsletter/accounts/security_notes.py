"""Emails that tell staff users what happened to their account, so that they notice what they did not do themselves."""

from datetime import datetime

from django.conf import settings

from newsletter.accounts import staff_emails
from newsletter.accounts.models import User

NOT_YOU = "If this was not you, ask an administrator at once to close your account."


def note_password_changed(user: User, *, now: datetime) -> None:
    """Tell `user` that their password was changed."""
    _note(user, "Your password was changed", "The password of your account was changed.", now=now)


def note_second_factor_added(user: User, *, what: str, now: datetime) -> None:
    """Tell `user` that a second factor was added: `an authenticator app`."""
    _note(user, "A second factor was added", f"Your account has a new second factor: {what}.", now=now)


def note_second_factor_removed(user: User, *, what: str, now: datetime) -> None:
    """Tell `user` that a second factor was removed."""
    _note(user, "A second factor was removed", f"A second factor of your account was removed: {what}.", now=now)


def note_recovery_code_used(user: User, *, left: int, now: datetime) -> None:
    """Tell `user` that somebody signed in with one of their recovery codes."""
    _note(
        user,
        "A recovery code was used",
        f"Somebody signed in to your account with a recovery code. Codes left: {left}.",
        now=now,
    )


def note_recovery_codes_made(user: User, *, now: datetime) -> None:
    """Tell `user` that there are new recovery codes in place of the old ones."""
    _note(user, "New recovery codes were made", "Your account has new recovery codes; the old ones are void.", now=now)


def note_token_made(user: User, name: str, *, now: datetime) -> None:
    """Tell `user` that there is a new API token that acts for them."""
    line = f"There is a new API token, “{name}”, with which a program acts for you. You can revoke it in your account."
    _note(user, "An API token was created", line, now=now)


def note_codes_guessed(user: User, *, now: datetime) -> None:
    """Tell `user` that somebody with their password failed at the second step again and again."""
    _note(
        user,
        "Many wrong codes for your account",
        "Somebody who knows your password entered many wrong codes. Change your password if it was not you.",
        now=now,
    )


def note_invitation_accepted(inviter: User, user: User, *, now: datetime) -> None:
    """Tell the administrator who invited them that `user` has an account now."""
    lines = [f"{user} ({user.email}) accepted your invitation and has an account now."]
    staff_emails.order_note(inviter.email, subject=f"{user} accepted your invitation", lines=lines, now=now)


def _note(user: User, subject: str, line: str, *, now: datetime) -> None:
    staff_emails.order_note(
        user.email,
        subject=subject,
        lines=[f"{line} Time: {now:%-d %B %Y, %H:%M} UTC."],
        label="Open your account",
        link=f"{settings.BASE_URL}/account/",
        after=[NOT_YOU],
        now=now,
    )
