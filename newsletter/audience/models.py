"""Subscribers, their consent to each publication, and the addresses that must not be mailed."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from newsletter.lib.claim_rows import Claimable, is_due
from newsletter.publications.models import Publication


class Subscriber(models.Model):
    """A person, identified by one address. `email` is normalised by `mail/email_address.py`."""

    email = models.CharField(max_length=320, unique=True)
    first_name = models.CharField(max_length=80, blank=True)
    time_zone = models.CharField(
        max_length=64, blank=True, help_text="The reader's time zone, such as Europe/Berlin. Empty: as the publication."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    events_count_from = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When consent was last given or a suppression removed. Earlier events do not suppress the address.",
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["time_zone", "id"], name="subscriber_in_zone"),
        ]

    def __str__(self) -> str:
        return f"subscriber {self.pk}"  # never the address: this text may end in a log


class SubscriptionStatus(models.TextChoices):
    """The status of a subscription. Only `active` ones are mailed, and `paused` ones after the pause."""

    PENDING = "pending", "not confirmed yet"
    ACTIVE = "active", "receives it"
    PAUSED = "paused", "asked for a pause"
    UNSUBSCRIBED = "left", "unsubscribed"


class Subscription(models.Model):
    """One person's consent to one publication."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="subscriptions")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="subscriptions")
    status = models.CharField(max_length=8, choices=SubscriptionStatus.choices, default=SubscriptionStatus.PENDING)
    paused_until = models.DateField(null=True, blank=True)
    consent_source = models.CharField(
        max_length=200, blank=True, help_text="Where consent was given: a form, an import."
    )
    consent_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_via = models.CharField(max_length=40, blank=True, help_text="one-click, page, desk, complaint …")
    unsubscribed_from_edition = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="The edition whose unsubscribe link was used."
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["publication", "subscriber"], name="subscription_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["publication", "status", "subscriber"])]

    def __str__(self) -> str:
        return f"subscription {self.pk}"


class ConfirmationQuerySet(models.QuerySet["Confirmation"]):
    """Queries of confirmations."""

    def due(self, now: datetime) -> "ConfirmationQuerySet":
        """Return the confirmations to send at `now`."""
        return self.filter(is_due(now), sent_at=None, problem="")


class Confirmation(Claimable):
    """The order for an email that asks an unsubscribed person whether they want to subscribe again.

    At most one per subscription. It is deleted once they confirm.
    """

    subscription = models.OneToOneField(Subscription, on_delete=models.CASCADE, related_name="confirmation")
    asked_at = models.DateTimeField(
        help_text="Whole seconds. The link in the email contains it, so older links are invalid."
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=100, blank=True, help_text="Why sending was given up.")

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # queried every two seconds, and nearly always empty
            models.Index(name="confirmation_to_send", fields=["id"], condition=Q(sent_at=None, problem="")),
        ]

    def __str__(self) -> str:
        return f"confirmation {self.pk}"


class SuppressionReason(models.TextChoices):
    """Why an address must not be mailed."""

    HARD_BOUNCE = "hard-bounce", "the mailbox does not exist"
    COMPLAINT = "complaint", "reported as spam"
    PERSON = "person", "asked never to be mailed"
    DESK = "desk", "entered by hand"
    PROVIDER = "provider", "on the provider's own list"
    ERASED = "erased", "asked to be erased"


class Suppression(models.Model):
    """An address that no publication may mail. It overrides every subscription.

    For an erased person only a keyed hash is stored (address_hashes.py), so that no import adds them again.
    """

    email = models.CharField(max_length=320, unique=True, null=True, blank=True)
    address_hash = models.CharField(
        max_length=64, unique=True, null=True, blank=True, help_text="In place of the address of an erased person."
    )
    reason = models.CharField(max_length=12, choices=SuppressionReason.choices)
    detail = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="suppression_of_an_address_or_a_hash",
                condition=Q(email__isnull=False, address_hash=None) | Q(email=None, address_hash__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"suppression {self.pk}"


class KeptReaderCounts(models.Model):
    """Readers of a large publication by status, as counted a while ago; pages show them with their age.

    Counting goes on in parts (kept_reader_counts.py): `begun_at` is set and `so_far` grows until the last part.
    """

    publication = models.OneToOneField(Publication, on_delete=models.CASCADE, primary_key=True, related_name="+")
    active = models.PositiveBigIntegerField()
    suppressed = models.PositiveBigIntegerField()
    pending = models.PositiveBigIntegerField()
    paused = models.PositiveBigIntegerField()
    left = models.PositiveBigIntegerField()
    counted_at = models.DateTimeField(help_text="When that count began.")

    begun_at = models.DateTimeField(null=True, blank=True, help_text="When the next count began.")
    so_far = models.JSONField(default=dict, help_text="Subscriptions by status counted since then.")
    last_subscriber = models.BigIntegerField(null=True, blank=True, help_text="The highest subscriber id counted.")
    last_suppression = models.BigIntegerField(default=0, help_text="The highest suppression id looked at.")

    def __str__(self) -> str:
        return f"reader counts of publication {self.publication_id}"
