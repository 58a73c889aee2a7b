"""The order for the email with a link to a reader's own data."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from newsletter.lib.claim_rows import Claimable, is_due
from newsletter.publications.models import Publication


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    """Queries of data requests."""

    def due(self, now: datetime) -> "DataRequestQuerySet":
        """Return the requests whose email is to be sent at `now`."""
        return self.filter(is_due(now), sent_at=None, problem="")


class DataRequest(Claimable):
    """A reader asked for the link to download or erase their data. At most one per reader; deleted when it expires."""

    subscriber = models.OneToOneField("audience.Subscriber", on_delete=models.CASCADE, related_name="data_request")
    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="+", help_text="On whose page it was asked for."
    )
    asked_at = models.DateTimeField(help_text="Whole seconds. The link contains it, so older links are invalid.")
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=100, blank=True, help_text="Why sending was given up.")

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # queried every two seconds, and nearly always empty
            models.Index(name="data_request_to_send", fields=["id"], condition=Q(sent_at=None, problem="")),
        ]

    def __str__(self) -> str:
        return f"data request {self.pk}"
