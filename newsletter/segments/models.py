"""A segment: a named set of conditions on the readers of a publication."""

import secrets
from typing import ClassVar

from django.db import models

from newsletter.publications.models import Publication


def new_salt() -> str:
    """Return a random key for the samples of a segment."""
    return secrets.token_hex(8)


class Segment(models.Model):
    """A saved set of conditions. It stores no readers: who is in it is found when it is counted or used."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="segments")
    name = models.CharField(max_length=80)
    definition = models.JSONField(help_text="The conditions in groups (definitions.py).")
    version = models.PositiveIntegerField(default=1, help_text="How often it was changed, from 1.")
    salt = models.CharField(
        max_length=16, default=new_salt, editable=False, help_text="Random; decides who is in its samples."
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["publication", "name"], name="segment_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
