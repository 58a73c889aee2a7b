"""The rows of imports: the uploaded file with its order, and what became of its rows, chunk by chunk."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from newsletter.lib.claim_rows import Claimable, is_due
from newsletter.publications.models import Publication


class ImportState(models.TextChoices):
    """Where an import is. Workers continue those that are `running`."""

    READY = "ready", "not started"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "stopped by an error"
    CANCELLED = "cancelled", "cancelled"


class SubscriberImportQuerySet(models.QuerySet["SubscriberImport"]):
    """Queries of imports."""

    def due(self, now: datetime) -> "SubscriberImportQuerySet":
        """Return the imports to continue at `now` that no worker holds."""
        return self.filter(is_due(now), state=ImportState.RUNNING)


class SubscriberImport(Claimable):
    """A file of readers, and the order to import it or to try it without writing.

    The file is deleted when the import ends. A chunk is stored in the transaction that imports its rows, so whatever
    happens to a worker, the next one goes on behind the last chunk.
    """

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=200)
    file = models.BinaryField(null=True, blank=True, help_text="Empty once the import ended.")
    columns = models.JSONField(default=dict, help_text="Columns that a person chose, by table and role.")
    encoding = models.CharField(max_length=40, blank=True, help_text="Of text. Empty: as detected.")
    source = models.CharField(max_length=200, blank=True, help_text="Where these readers gave consent.")
    given_at = models.DateTimeField(null=True, blank=True, help_text="When, for rows without a time.")
    dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=ImportState.choices, default=ImportState.READY)
    problem = models.CharField(max_length=300, blank=True, help_text="Why it stopped.")
    actor = models.CharField(max_length=120, help_text="Who imports: a name of staff.")
    lines = models.PositiveIntegerField(default=0, help_text="Lines of the file, for the progress.")
    counts = models.JSONField(default=dict, help_text="Rows by outcome so far.")
    tried = models.JSONField(default=dict, help_text="The counts of the last dry run.")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriberImportQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # queried every two seconds, and nearly always empty
            models.Index(name="import_running", fields=["id"], condition=Q(state="running")),
            models.Index(name="import_newest", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def is_running(self) -> bool:
        return self.state == ImportState.RUNNING

    @property
    def can_start(self) -> bool:
        return self.state != ImportState.RUNNING and self.file is not None  # the file is large, and often deferred


class ImportedChunk(models.Model):
    """What became of a few thousand rows: lines of a CSV file without addresses (imports/row_results.py), packed."""

    order = models.ForeignKey(SubscriberImport, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    results = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["order", "number"], name="imported_chunk_once"),
        ]

    def __str__(self) -> str:
        return f"chunk {self.number} of import {self.order_id}"
