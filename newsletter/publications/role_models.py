"""Roles of staff users for single publications. `accounts/permissions.py` says what each role permits.

They are here and not in `accounts`, because a relation belongs to the higher of its two nouns.
"""

from typing import ClassVar

from django.db import models

from newsletter.accounts.models import Role, User


class PublicationRole(models.Model):
    """What a staff user may do in one publication, beside what `User.role` permits in all of them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="publication_roles")
    publication = models.ForeignKey("publications.Publication", on_delete=models.CASCADE, related_name="user_roles")
    role = models.CharField(max_length=12, choices=Role.choices)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "publication"], name="one_role_a_publication"),
        ]

    def __str__(self) -> str:
        return f"{self.role} of publication {self.publication_id}"
