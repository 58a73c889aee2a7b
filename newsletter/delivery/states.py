"""The states of dispatches, scheduled groups, batches and attempts."""

from django.db import models


class DispatchState(models.TextChoices):
    """The state of a dispatch."""

    OPEN = "open"  # batches are being sent, or wait for their due time
    PAUSED = "paused"  # nothing is sent until a person resumes it
    ATTENTION = "attention"  # everything else is sent; a person must settle or resume the rest
    FINISHED = "finished"  # planned = accepted + left out since; nothing is refused or uncertain
    STOPPED = "stopped"  # ended by a person before it was finished


class BatchState(models.TextChoices):
    """The state of a batch."""

    PENDING = "pending"  # no worker has it
    CLAIMED = "claimed"  # a worker prepares the call; after its lease any worker may claim it again
    CALLING = "calling"  # the attempt is committed; after its lease the batch is uncertain
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    EMPTY = "empty"  # no reader is sent anything: all are unreachable, or a person excluded them as refused
    SPLIT = "split"  # refused, and its readers moved to smaller batches; attempts and `left_out` stay here


class AttemptStatus(models.TextChoices):
    """How an attempt ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"  # scheduled at the provider and cancelled before its send time


class ScheduledGroupState(models.TextChoices):
    """The state of a scheduled group."""

    OPEN = "open"  # calls may be made under its id, once it has one
    CANCELLING = "cancelling"  # takes no more calls; the provider is asked to discard its letters
    CANCELLED = "cancelled"  # the provider confirmed the cancel in time: none of its letters is sent
    LEFT = "left"  # the send time passed without a cancel: its letters were sent
    DOUBTFUL = "doubtful"  # the cancel was not confirmed in time: its letters may have been sent
