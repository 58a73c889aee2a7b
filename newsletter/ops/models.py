"""Readings that workers record, so that a page shows the state of the system without a call to the broker."""

from typing import ClassVar

from django.db import models

from newsletter.lib.claim_rows import Claimable


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
    started_at = models.DateTimeField(null=True, blank=True)
    version = models.CharField(max_length=40, blank=True)
    memory_bytes = models.BigIntegerField(null=True, blank=True, help_text="Of the worker and its child processes.")
    free_bytes = models.BigIntegerField(null=True, blank=True, help_text="Of the disk with the data folder.")
    skew_seconds = models.FloatField(null=True, blank=True, help_text="How far its clock is ahead of the database's.")
    broker_answers = models.BooleanField(default=True)
    running = models.PositiveIntegerField(default=0, help_text="Tasks in progress.")
    slots = models.PositiveIntegerField(default=0, help_text="Tasks that it can run at once.")
    taken = models.JSONField(default=dict, help_text="Tasks taken in the last minute, by queue.")

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class MailboxCount(models.Model):
    """What became of the emails of one dispatch at one mailbox provider, in readers."""

    dispatch = models.ForeignKey("delivery.Dispatch", on_delete=models.CASCADE, related_name="+")
    mailbox_provider = models.CharField(max_length=40)
    delivered = models.PositiveBigIntegerField(default=0)
    deferred = models.PositiveBigIntegerField(default=0)
    blocked = models.PositiveBigIntegerField(default=0)
    bounced = models.PositiveBigIntegerField(default=0)
    complained = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dispatch", "mailbox_provider"], name="mailbox_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.mailbox_provider} of dispatch {self.dispatch_id}"


class SendingDomain(Claimable):
    """The DNS records of a domain from which emails are sent, as last looked up; looked up again at `try_at`."""

    domain = models.CharField(max_length=253, unique=True)
    checks = models.JSONField(default=list, help_text="As `RecordCheck` in mail/domain_records/ stores itself.")
    looked_up_at = models.DateTimeField(null=True, blank=True)
    bad_since = models.DateTimeField(null=True, blank=True, help_text="Since when a record is missing or wrong.")
    is_ordered = models.BooleanField(default=False, help_text="A person ordered a look-up.")

    def __str__(self) -> str:
        return self.domain


class Failure(models.Model):
    """An unexpected error, counted once a minute and group: the same exception at the same place of the code.

    `trace` has no arguments and no values of variables. Addresses and long tokens are replaced in all texts.
    """

    group = models.CharField(max_length=32, help_text="The same for the same exception at the same place.")
    minute = models.DateTimeField(db_index=True, help_text="When, to the minute.")
    times = models.PositiveIntegerField(default=1)
    source = models.CharField(max_length=10, help_text="`task`, `event` or `page`.")
    name = models.CharField(max_length=200, help_text="The task, the event of the log, or the view.")
    exception = models.CharField(max_length=200)
    message = models.CharField(max_length=300, blank=True)
    place = models.CharField(max_length=300, help_text="The last line of ours: file, line and function.")
    trace = models.TextField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["group", "minute"], name="failure_once_a_minute"),
        ]

    def __str__(self) -> str:
        return f"failure {self.pk}"


class QueueSample(models.Model):
    """The reading of one worker queue once a minute, kept for a day."""

    queue = models.CharField(max_length=40)
    minute = models.DateTimeField()
    waiting = models.PositiveIntegerField()
    oldest_seconds = models.FloatField()
    taken = models.PositiveIntegerField(help_text="Tasks that workers took in the minute before.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["minute", "queue"], name="queue_sample_once"),
        ]

    def __str__(self) -> str:
        return f"{self.queue} at {self.minute:%H:%M}"


class QueueHour(models.Model):
    """The samples of one worker queue in one hour, together; kept for `QUEUE_HOURS_KEPT_DAYS`."""

    queue = models.CharField(max_length=40)
    hour = models.DateTimeField()
    waiting = models.PositiveIntegerField(help_text="At most.")
    oldest_seconds = models.FloatField(help_text="At most.")
    taken = models.PositiveBigIntegerField(help_text="Tasks that workers took.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["hour", "queue"], name="queue_hour_once"),
        ]

    def __str__(self) -> str:
        return f"{self.queue} in the hour from {self.hour:%Y-%m-%d %H:%M}"


class ReleaseStart(models.Model):
    """When a worker of another release than before started: a mark on the charts of ops."""

    version = models.CharField(max_length=40)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.version
