"""Subscribers, their consent to each publication, and the addresses that must not be mailed."""

from datetime import datetime
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import Q

from newsletter.audience import (  # noqa: F401 — Django looks for models here
    data_request_models,
    import_models,
    reader_count_models,
)
from newsletter.lib.claim_rows import Claimable, is_due
from newsletter.lib.errors import InvalidState
from newsletter.publications.models import Publication


class Subscriber(models.Model):
    """A person, identified by one address. `email` is normalised by `mail/email_address.py`."""

    email = models.CharField(max_length=320, unique=True)
    first_name = models.CharField(max_length=80, blank=True)
    time_zone = models.CharField(
        max_length=64, blank=True, help_text="The reader's time zone, such as Europe/Berlin. Empty: as the publication."
    )
    no_appeals = models.BooleanField(
        default=False, db_default=False, help_text="The reader chose emails without appeals for donations."
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
            models.Index(fields=["id"], name="subscriber_no_appeals", condition=Q(no_appeals=True)),
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


class ConsentWording(models.Model):
    """A text that people agree to when they sign up. Every text that was ever shown is kept, with its version."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="consent_wordings")
    version = models.PositiveIntegerField(help_text="From 1, for each publication.")
    text = models.TextField()
    text_hash = models.CharField(max_length=64, help_text="SHA-256 of the text in UTF-8.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["publication", "version"], name="wording_version_once"),
            models.UniqueConstraint(fields=["publication", "text_hash"], name="wording_text_once"),
        ]

    def __str__(self) -> str:
        return f"version {self.version} of the consent wording of {self.publication_id}"


class ConsentAct(models.TextChoices):
    """What happened to a consent."""

    REQUESTED = "requested", "asked for it, not confirmed yet"
    GIVEN = "given", "gave consent"
    WITHDRAWN = "withdrawn", "withdrew consent"
    RESTORED = "restored", "took the withdrawal back"


class ConsentMethod(models.TextChoices):
    """How a consent was requested, given or withdrawn."""

    SIGN_UP_PAGE = "sign-up", "sign-up page"
    PREFERENCES = "preferences", "preferences page"
    SAME_BROWSER = "same-browser", "link in the confirmation email, opened in the browser that signed up"
    CONFIRM_BUTTON = "button", "link and button of the confirmation email"
    IMPORT = "import", "imported file"
    ONE_CLICK = "one-click", "one-click unsubscribe of the mailbox"
    PAGE = "page", "page behind a link in an email"
    MAIL = "mail", "email to the unsubscribe mailbox"
    COMPLAINT = "complaint", "spam report"
    PROVIDER = "provider", "unsubscribe at the email provider"
    DESK = "desk", "entered by staff"
    SITE_FORM = "site-form", "form on a site of the newsroom"
    API = "api", "stated by a program of the newsroom"
    OTHER = "other", "another way"


class ConsentBasis(models.TextChoices):
    """What a consent rests on."""

    EXPRESS = "express", "the person agreed"
    STATED = "stated", "stated by the person who imported the file"


class ConsentEventQuerySet(models.QuerySet["ConsentEvent"]):
    """Rows can be read and added, but not changed; they are deleted only when a person is erased."""

    def update(self, **_values: Any) -> NoReturn:
        raise InvalidState("Consent events cannot be changed.")

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise InvalidState("Consent events cannot be changed.")

    def delete(self) -> NoReturn:
        raise InvalidState("Consent events cannot be deleted.")

    def erase(self) -> None:
        """Delete the rows, because the person is erased or never confirmed."""
        super().delete()


class ConsentEvent(models.Model):
    """Evidence that consent to one publication was requested, given or withdrawn. Rows are added and never changed."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="consent_events")
    # few indexes: an import adds a row for every reader
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(max_length=20, default="emails", help_text="What the consent is for.")
    act = models.CharField(max_length=9, choices=ConsentAct.choices)
    method = models.CharField(max_length=12, choices=ConsentMethod.choices)
    basis = models.CharField(
        max_length=7, choices=ConsentBasis.choices, blank=True, help_text="Empty if it was withdrawn."
    )
    wording = models.ForeignKey(
        ConsentWording,
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The text that the person saw.",
    )
    form = models.CharField(
        max_length=200, blank=True, help_text="The page, link or file: an address, or what an import says."
    )
    actor = models.CharField(max_length=120, help_text="Who did it: reader, provider, or a name of staff.")
    network = models.CharField(
        max_length=45, blank=True, help_text="The reader's network, without the last part of the address."
    )
    at = models.DateTimeField(help_text="When it happened.")
    recorded_at = models.DateTimeField(help_text="When the row was written: later than `at` for an import.")

    objects = ConsentEventQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["publication", "method", "at"], name="consent_of_form", condition=Q(wording__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"consent event {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert a new row. Raises `InvalidState` for an existing one."""
        if not self._state.adding:
            raise InvalidState("Consent events cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise InvalidState("Consent events cannot be deleted.")


class ConfirmationQuerySet(models.QuerySet["Confirmation"]):
    """Queries of confirmations."""

    def due(self, now: datetime) -> "ConfirmationQuerySet":
        """Return the confirmations to send at `now`."""
        return self.filter(is_due(now), sent_at=None, problem="")


class Confirmation(Claimable):
    """The order for an email that asks a person to confirm that they want a subscription.

    They signed up, or left and want to return. At most one per subscription. It is deleted once they confirm, or when
    its link expires. Whoever is subscribed already gets an email that says so.
    """

    subscription = models.OneToOneField(Subscription, on_delete=models.CASCADE, related_name="confirmation")
    asked_at = models.DateTimeField(
        help_text="Whole seconds. The link in the email contains it, so older links are invalid."
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=100, blank=True, help_text="Why sending was given up.")
    wording = models.ForeignKey(
        ConsentWording, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="As in the event."
    )
    form = models.CharField(max_length=200, blank=True, help_text="The page on which they asked.")
    already = models.BooleanField(default=False, help_text="The person is subscribed, and the email says so.")

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # queried every two seconds, and nearly always empty
            models.Index(name="confirmation_to_send", fields=["id"], condition=Q(sent_at=None, problem="")),
        ]

    def __str__(self) -> str:
        return f"confirmation {self.pk}"


class SignUpCount(models.Model):
    """When somebody recently signed up with one address or from one network, for the limits (sign_up_limits.py)."""

    key_hash = models.CharField(max_length=64, unique=True, help_text="A keyed hash of the address or network.")
    times = models.JSONField(default=list, help_text="Seconds since 1970, oldest first.")
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "sign-up count"

    def __str__(self) -> str:
        return f"sign-up count {self.pk}"


class SuppressionReason(models.TextChoices):
    """Why an address must not be mailed."""

    HARD_BOUNCE = "hard-bounce", "the mailbox does not exist"
    COMPLAINT = "complaint", "reported as spam"
    PERSON = "person", "asked never to be mailed"
    DESK = "desk", "entered by hand"
    PROVIDER = "provider", "on the provider's own list"
    DOMAIN = "domain", "its whole domain must not be mailed"
    ERASED = "erased", "asked to be erased"


class Suppression(models.Model):
    """An address that no publication may mail, whatever its subscriptions; of an erased person, a keyed hash.

    Or a whole domain: then each stored address of it has a row as well, and later ones are recognised by the domain.
    """

    email = models.CharField(max_length=320, unique=True, null=True, blank=True)
    address_hash = models.CharField(
        max_length=64, unique=True, null=True, blank=True, help_text="In place of the address of an erased person."
    )
    domain = models.CharField(max_length=255, unique=True, null=True, blank=True)
    reason = models.CharField(max_length=12, choices=SuppressionReason.choices)
    detail = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=120, blank=True, help_text="Who entered it, if a person did.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="suppression_of_one_thing",
                condition=Q(email__isnull=False, address_hash=None, domain=None)
                | Q(email=None, address_hash__isnull=False, domain=None)
                | Q(email=None, address_hash=None, domain__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"suppression {self.pk}"
