"""Readings that workers record, so that a page shows the state of the system without a call to the broker."""

from typing import ClassVar

from django.db import models


class QueueDepthReading(models.Model):
    """The latest reading of one worker queue: one row a queue, updated in place."""

    queue = models.CharField(max_length=40, unique=True)
    waiting = models.PositiveIntegerField(help_text="Messages in the broker.")
    oldest_seconds = models.FloatField(help_text="Age of the oldest of them.")
    read_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["queue"]

    def __str__(self) -> str:
        return self.queue


class WorkerHeartbeat(models.Model):
    """The latest heartbeat of one worker process: one row a worker, updated in place."""

    name = models.CharField(max_length=120, unique=True)
    queues = models.JSONField(default=list)
    seen_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name
