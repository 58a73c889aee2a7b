"""Audit records: acts of people or of the service itself. Rows are added and never changed."""

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models

from newsletter.audit import undo_models  # noqa: F401 — Django looks for models here
from newsletter.audit.acts import Door
from newsletter.lib.errors import InvalidState


class RecordQuerySet(models.QuerySet["Record"]):
    """Rows can be read and added, but not changed or deleted through Django."""

    def update(self, **_values: Any) -> NoReturn:
        raise InvalidState("Audit records cannot be changed.")

    def delete(self) -> NoReturn:
        raise InvalidState("Audit records cannot be deleted.")

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise InvalidState("Audit records cannot be changed.")


class Record(models.Model):
    """Who did what to which subject, when and from where. It names no reader."""

    at = models.DateTimeField(db_index=True)
    act = models.CharField(max_length=30, db_index=True, help_text="One of `Act`.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The user who did it. Empty for the service itself and for unknown people.",
    )
    who = models.CharField(max_length=254, blank=True, help_text="The user's address at that time.")
    door = models.CharField(max_length=7, choices=Door.choices)
    place = models.CharField(
        max_length=100, blank=True, help_text="A network address, or the operating system's user at the command line."
    )
    subject = models.CharField(max_length=30, blank=True, help_text="The type of the subject, such as `edition`.")
    subject_id = models.BigIntegerField(null=True, blank=True)
    publication_id = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="The publication that it is about. Empty: about all of them, or about an account.",
    )
    subject_name = models.CharField(max_length=100, blank=True, help_text="The subject's name at that time.")
    details = models.JSONField(default=dict, help_text="Further facts, such as a reason. No email addresses.")

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = "audit record"
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject", "subject_id"]),
            models.Index(fields=["publication_id", "at"]),
        ]

    def __str__(self) -> str:
        return f"audit record {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert a new row. Raises `InvalidState` for an existing one."""
        if not self._state.adding:
            raise InvalidState("Audit records cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise InvalidState("Audit records cannot be deleted.")
