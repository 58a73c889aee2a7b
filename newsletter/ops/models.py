"""Readings that workers leave behind, so that a page can tell what is going on without asking a broker."""

from typing import ClassVar

from django.db import models


class QueueDepthReading(models.Model):
    """The latest look at one worker queue. One row a queue, written over."""

    queue = models.CharField(max_length=40, unique=True)
    waiting = models.PositiveIntegerField(help_text="Messages in the broker.")
    oldest_seconds = models.FloatField(help_text="Age of the oldest of them.")
    read_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["queue"]

    def __str__(self) -> str:
        return self.queue


class WorkerHeartbeat(models.Model):
    """A worker process that said it was alive. One row a worker, written over."""

    name = models.CharField(max_length=120, unique=True)
    queues = models.JSONField(default=list)
    seen_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name
