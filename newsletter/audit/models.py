"""One act of a person, or of the service by itself. Rows are added and never changed."""

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models

from newsletter.audit.acts import Act, Door
from newsletter.lib.errors import InvalidState


class RecordQuerySet(models.QuerySet["Record"]):
    """Rows can be read and added. Whoever must change one needs the database itself."""

    def update(self, **_values: Any) -> NoReturn:
        raise InvalidState("Audit records are not changed.")

    def delete(self) -> NoReturn:
        raise InvalidState("Audit records are not deleted.")

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise InvalidState("Audit records are not changed.")


class Record(models.Model):
    """Who did what to which thing, when, and from where. It names no reader."""

    at = models.DateTimeField(db_index=True)
    act = models.CharField(max_length=30, choices=Act.choices, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who did it; empty for the service itself, and for somebody who is not known.",
    )
    who = models.CharField(max_length=254, blank=True, help_text="Their address at that time.")
    door = models.CharField(max_length=7, choices=Door.choices)
    place = models.CharField(
        max_length=100, blank=True, help_text="A network address, or the system's user at the command line."
    )
    subject = models.CharField(max_length=30, blank=True, help_text="What kind of thing it was done to, as `edition`.")
    subject_id = models.BigIntegerField(null=True, blank=True)
    subject_name = models.CharField(max_length=100, blank=True, help_text="What the thing was called at that time.")
    details = models.JSONField(default=dict, help_text="What else is known, such as a reason. No addresses.")

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = "audit record"
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["subject", "subject_id"])]

    def __str__(self) -> str:
        return f"audit record {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Adds a new row. Raises `InvalidState` for one that exists."""
        if not self._state.adding:
            raise InvalidState("Audit records are not changed.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise InvalidState("Audit records are not deleted.")
