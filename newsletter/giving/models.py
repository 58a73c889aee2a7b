"""An appeal: a donation call-to-action with its position in an email. A gift: who gave, how much and when."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from newsletter.publications.models import Publication


class AppealPlace(models.TextChoices):
    """The preferred position of an appeal. `place_appeal.py` finds the nearest allowed one."""

    IN_STORY = "in-story", "after a paragraph of a story"
    BETWEEN = "between", "between two stories"
    END = "end", "after the last story"


class Appeal(models.Model):
    """A donation call-to-action: its text, button, dates and place."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="appeals")
    name = models.CharField(max_length=80, help_text="Internal name; readers do not see it.")

    heading = models.CharField(max_length=120)
    lead = models.TextField(max_length=600, blank=True, help_text="One or two sentences before the points.")
    points = models.JSONField(default=list, blank=True, help_text="A list of short plain lines.")
    closing = models.TextField(max_length=400, blank=True, help_text="Plain lines after the points.")
    button = models.CharField(max_length=40, help_text="A verb and an object: Support this reporting.")
    url = models.URLField(max_length=2000, verbose_name="destination")

    amounts = models.JSONField(default=list, blank=True, help_text="Up to three whole amounts, one button each.")
    currency = models.CharField(max_length=3, default="USD", help_text="Three-letter code: USD, EUR, GBP.")
    amount_url = models.CharField(
        max_length=2000, blank=True, help_text="The address that the amount buttons link to, with {amount} or {cents}."
    )
    goal = models.PositiveIntegerField(null=True, blank=True, help_text="The amount to raise, in whole units.")
    raised = models.PositiveIntegerField(null=True, blank=True, help_text="The amount raised so far.")
    raised_on = models.DateField(
        null=True, blank=True, verbose_name="as of", help_text="The date of the amount raised."
    )
    match = models.CharField(
        max_length=200, blank=True, help_text="Who matches gifts, up to what amount. Shown until the match ends."
    )
    match_ends_at = models.DateTimeField(null=True, blank=True, help_text="When the match ends.")

    thanks_heading = models.CharField(
        max_length=120, blank=True, help_text="Heading for recent donors. Empty: the standard text."
    )
    thanks_lead = models.TextField(
        max_length=600, blank=True, help_text="Text for recent donors. Empty: the standard text."
    )
    thanks_days = models.PositiveSmallIntegerField(
        default=30,
        help_text="For this many days after a gift, the donor sees a thank-you instead of the appeal. 0: never.",
    )

    starts_on = models.DateField(null=True, blank=True, help_text="First day, in the publication's time zone.")
    ends_on = models.DateField(null=True, blank=True, help_text="Last day, in the publication's time zone.")
    priority = models.IntegerField(default=0, help_text="The active appeal with the highest number is used.")
    place = models.CharField(max_length=8, choices=AppealPlace.choices, default=AppealPlace.IN_STORY)
    story_number = models.PositiveSmallIntegerField(default=1, help_text="In or after which story, counted from 1.")
    paragraph_number = models.PositiveSmallIntegerField(default=2, help_text="After which paragraph, counted from 1.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-priority", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["publication", "name"], name="appeal_name_once"),
            models.CheckConstraint(
                name="appeal_never_first", condition=Q(story_number__gte=1) & Q(paragraph_number__gte=1)
            ),
            models.CheckConstraint(
                name="appeal_ends_after_start",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Gift(models.Model):
    """One gift. It is recorded only so that its donor sees a thank-you instead of an appeal.

    The donor need not be a subscriber. The address alone joins the two, and only in the database.
    """

    email = models.CharField(max_length=320)  # normalised by mail/email_address.py
    publication = models.ForeignKey(
        Publication,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="gifts",
        help_text="The publication in which the donor sees the thank-you. Empty: every publication.",
    )
    given_at = models.DateTimeField()
    amount = models.PositiveBigIntegerField(help_text="In the smallest unit of the currency, such as cents.")
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=40, help_text="Where the gift comes from: stripe, donorbox, a spreadsheet.")
    reference = models.CharField(max_length=100, help_text="The source's id of the gift. The same id is recorded once.")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-given_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "reference"], name="gift_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["email", "given_at"], name="gift_of_address"),
            models.Index(fields=["given_at"], name="gift_given"),
            models.Index(fields=["recorded_at"], name="gift_recorded"),
        ]

    def __str__(self) -> str:
        return f"gift {self.pk}"  # never the address: this text may end in a log
