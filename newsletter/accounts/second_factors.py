"""Second factors of staff users: who has one, who must have one, and removing them for somebody who lost theirs.

django-allauth stores and checks them; its pages are in `web/site/account`.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from newsletter.accounts import manage_users, security_notes
from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone are none
NAMES = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


def has_second_factor(user: User) -> bool:
    """Return True if this user signs in with a second factor or a passkey."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def users_with_second_factor() -> set[int]:
    """Return the ids of the users who have one."""
    return set(Authenticator.objects.filter(type__in=FACTORS).values_list("user_id", flat=True))


def lacks_second_factor(user: User) -> bool:
    """Return True if a role of this user requires a second factor and they have none."""
    required = set(settings.REQUIRE_SECOND_FACTOR)
    if not required or required.isdisjoint({user.role, *user.role_by_publication.values()}):
        return False
    return not has_second_factor(user)


def is_required(user: User) -> bool:
    """Return True if a role of this user requires a second factor."""
    return not set(settings.REQUIRE_SECOND_FACTOR).isdisjoint({user.role, *user.role_by_publication.values()})


def remove_second_factors(user: User, *, by: User | None, now: datetime) -> bool:
    """Remove all second factors and recovery codes of a user, end their sessions and tell them by email.

    For somebody who lost their phone and their codes. Return False if there was none.
    """
    require(by, Permission.CONFIGURE)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        found = list(Authenticator.objects.filter(user_id=user.pk).order_by("pk"))
        if not found:
            return False
        names = ", ".join(dict.fromkeys(NAMES[Authenticator.Type(one.type)] for one in found))
        Authenticator.objects.filter(user_id=user.pk).delete()
        manage_users.end_sessions(user)
        audit_trail.record(by, Act.SECOND_FACTOR_REMOVED, user, now=now, what=names)
        security_notes.note_second_factor_removed(user, what=names, now=now)
    return True
