"""Invitations: an administrator offers somebody an account, by email."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from newsletter.accounts.models import Role, StaffEmail, User


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Queries of invitations."""

    def open(self) -> "InvitationQuerySet":
        """Return the invitations that are neither accepted nor withdrawn; their link may have expired."""
        return self.filter(accepted_at=None, withdrawn_at=None)


class Invitation(models.Model):
    """An account offered to an address. Its link contains `invited_at`, so sending it again makes older links void."""

    email = models.EmailField()
    name = models.CharField(max_length=100, blank=True)
    role = models.CharField(
        max_length=12, choices=Role.choices, help_text="For all publications, or for those of the invitation."
    )
    for_all = models.BooleanField(default=False, help_text="The role counts for all publications.")
    publications = models.ManyToManyField(
        "publications.Publication",
        related_name="+",
        help_text="Those that the role counts for. The invitation is void once none of them exists any more.",
    )
    invited_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: the command line."
    )
    invited_at = models.DateTimeField(help_text="Whole seconds.")
    staff_email = models.OneToOneField(
        StaffEmail, null=True, blank=True, on_delete=models.SET_NULL, related_name="invitation"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["email"], condition=Q(accepted_at=None, withdrawn_at=None), name="one_open_invitation"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email
