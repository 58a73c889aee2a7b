"""The sender of emails to staff: that of the settings, else the address of the oldest publication.

Invitations and links to new passwords leave under this address. So an administrator of that publication alone may not
change it.
"""

from django.conf import settings

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission
from newsletter.audit.audit_trail import Actor
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication


def staff_sender_address() -> str:
    """Return the address; empty before there is a publication. Its domain is one that the provider accepts."""
    if settings.STAFF_EMAIL_SENDER:
        return str(settings.STAFF_EMAIL_SENDER)
    return Publication.objects.order_by("pk").values_list("sender_email", flat=True).first() or ""


def check_change(publication: Publication, *, before: str, label: str, by: Actor) -> None:
    """Raise `BadInput` if `by` changes the sender of emails to staff with a role for this publication alone."""
    if publication.sender_email == before or settings.STAFF_EMAIL_SENDER:
        return
    if not isinstance(by, User) or has_permission(by, Permission.CONFIGURE):
        return
    if not Publication.objects.filter(pk__lt=publication.pk).exists():
        raise BadInput(
            label,
            "is also the sender of invitations and other emails to staff, so you cannot change it.",
            "An administrator of all publications can.",
        )
