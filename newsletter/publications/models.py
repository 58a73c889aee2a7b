"""A publication: who it is from, how it looks, and when its editions are due."""

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models

from newsletter.accounts.models import User
from newsletter.pictures.models import Picture
from newsletter.publications import invitation_models, role_models  # noqa: F401 — Django looks for models here
from newsletter.publications.schedule import Cadence

HEX_COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}$", "Give a colour such as #1a5f7a.")


class Fonts(models.TextChoices):
    """Font stacks that every email client has."""

    SERIF = "serif", "Georgia and similar"
    SANS = "sans", "Helvetica and similar"


class Layout(models.TextChoices):
    """Layouts of emails; each is a folder of templates/email/."""

    DIGEST = "digest", "Digest: a lead story with others below"
    STORY = "story", "One story: one in full, the others as short lines"
    BRIEFING = "briefing", "Briefing: numbered and short, without pictures"


class Corners(models.TextChoices):
    """Corners of buttons and pictures; Outlook for Windows shows all of them square."""

    SQUARE = "square", "Square"
    SOFT = "soft", "Slightly rounded"
    ROUND = "round", "Round"


class CorrectionsPlace(models.TextChoices):
    """Where an email prints corrections of earlier editions."""

    END = "end", "After the last story"
    START = "start", "Before the first story"


class TooFewStoriesPolicy(models.TextChoices):
    """What happens to an edition with too few stories at its due time."""

    SKIP = "skip", "Skip the edition"
    HOLD = "hold", "Hold the edition for review"


class FillRule(models.TextChoices):
    """How many stories of the queue an edition takes after those that curators picked for it."""

    MAXIMUM = "max", "Up to the maximum number of stories"
    MINIMUM = "min", "Only up to the minimum, if too few are picked"


class Publication(models.Model):
    """A recurring newsletter: its sender, brand, schedule and rules."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    tagline = models.CharField(max_length=200, blank=True)
    website = models.URLField(max_length=500, blank=True)

    sender_name = models.CharField(max_length=120)
    sender_email = models.EmailField(help_text="On a domain authenticated with the provider.")
    reply_to = models.EmailField(blank=True)
    postal_address = models.CharField(max_length=300, help_text="One line; required by law in every email.")
    fallback_name = models.CharField(max_length=40, default="reader", help_text="Used when the first name is unknown.")

    language = models.CharField(max_length=12, default="en", help_text="As in HTML's lang: en, ar, he, pt-BR.")
    accent_colour = models.CharField(max_length=7, default="#1a5f7a", validators=[HEX_COLOUR])
    accent_colour_dark = models.CharField(
        max_length=7,
        blank=True,
        validators=[HEX_COLOUR],
        help_text="For dark mode; empty: the accent colour, lightened until it is legible.",
    )
    logo_url = models.URLField(max_length=500, blank=True, help_text="Web address from which the logo is fetched.")
    logo = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="The stored file."
    )
    logo_width = models.PositiveSmallIntegerField(default=180, help_text="Width in the email, in CSS pixels.")
    fonts = models.CharField(max_length=8, choices=Fonts.choices, default=Fonts.SERIF)
    layout = models.CharField(max_length=8, choices=Layout.choices, default=Layout.DIGEST)
    template = models.ForeignKey(
        "Template",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Custom template, used in place of the layout’s.",
    )
    logo_dark_url = models.URLField(max_length=500, blank=True, help_text="For dark mode, of the same size.")
    logo_dark = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="The stored file."
    )
    corners = models.CharField(max_length=6, choices=Corners.choices, default=Corners.SOFT)
    footer_text = models.CharField(
        max_length=400, blank=True, help_text="A line of your own at the end of every email."
    )
    social_links = models.JSONField(
        default=list, blank=True, help_text="Links to your other channels: a list of names with addresses."
    )
    sponsor_name = models.CharField(max_length=120, blank=True, help_text="Sponsor named in every email.")
    sponsor_text = models.CharField(max_length=200, blank=True, help_text="The sponsor's line.")
    sponsor_url = models.URLField(max_length=2000, blank=True, help_text="Where the sponsor's line leads.")

    corrections_place = models.CharField(
        max_length=5,
        choices=CorrectionsPlace.choices,
        default=CorrectionsPlace.END,
        help_text="Where the next email prints corrections of stories that were sent.",
    )
    greeting = models.BooleanField(default=True, help_text="Open a note from the editors with the reader's first name.")

    reading_time = models.BooleanField(default=False, help_text="Print how long the email takes to read.")
    phrases = models.JSONField(
        default=dict, blank=True, help_text="Phrases in place of fixed ones in emails, by name (change_phrases.py)."
    )

    utm_tags = models.BooleanField(default=False, help_text="Add utm_ tags to the links of stories and appeals.")
    utm_excluded_hosts = models.CharField(
        max_length=1000, blank=True, help_text="Hosts whose links get no utm_ tags, separated by spaces."
    )
    click_tracking = models.BooleanField(
        default=False, help_text="The provider redirects links through its own host to count clicks."
    )

    time_zone = models.CharField(max_length=64, default="UTC", help_text="A name such as America/New_York.")
    recurrence = models.CharField(
        max_length=300, default="FREQ=DAILY", help_text="An iCalendar rule of days, such as FREQ=WEEKLY;BYDAY=MO,TH."
    )
    starts_on = models.DateField(help_text="The rule counts from this day.")
    send_time = models.TimeField(help_text="In the publication's time zone; with local time, in each reader's own.")
    lead_minutes = models.PositiveIntegerField(default=60, help_text="How long before sending the email is built.")
    schedule_ahead_minutes = models.PositiveIntegerField(
        default=0, help_text="How long before sending emails are handed to the provider; 0: at the due time."
    )
    local_time = models.BooleanField(
        default=False, help_text="Send regular editions at the send time of each reader's own clock."
    )
    pace_per_minute = models.PositiveIntegerField(
        null=True, blank=True, help_text="Maximum number of readers per clock minute; empty: no limit."
    )
    pace_per_hour = models.PositiveIntegerField(
        null=True, blank=True, help_text="Maximum number of readers per clock hour; empty: no limit."
    )
    quiet_from = models.TimeField(
        null=True, blank=True, help_text="Nothing is sent from this local time on; may be on the evening before."
    )
    quiet_until = models.TimeField(null=True, blank=True, help_text="… until this one.")
    minimum_stories = models.PositiveSmallIntegerField(default=1)
    maximum_stories = models.PositiveSmallIntegerField(default=12)
    fill_rule = models.CharField(
        max_length=3,
        choices=FillRule.choices,
        default=FillRule.MAXIMUM,
        help_text="How many stories of the queue follow those that were picked.",
    )
    closing_minutes = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Until how long before sending an edition takes stories; empty: until its email is built.",
    )
    teaser_paragraphs = models.PositiveSmallIntegerField(
        default=4, help_text="How many paragraphs of an article a story takes, after its standfirst."
    )
    on_empty = models.CharField(max_length=4, choices=TooFewStoriesPolicy.choices, default=TooFewStoriesPolicy.SKIP)
    lateness_limit_minutes = models.PositiveIntegerField(
        default=180, help_text="An edition that is later than this is held."
    )
    auto_approve = models.BooleanField(default=False, help_text="Editions are sent without a person's approval.")
    two_people = models.BooleanField(
        default=False, help_text="One person submits an email for review, another approves it."
    )
    sign_up_open = models.BooleanField(default=True, help_text="Anybody may subscribe on the sign-up page.")
    archive_open = models.BooleanField(
        default=False, help_text="Anybody may read and search the editions that were sent, on a public page."
    )
    is_active = models.BooleanField(default=True)
    planned_to = models.DateTimeField(
        null=True, blank=True, help_text="All dates of the schedule up to then are settled and not planned again."
    )
    past_schedules = models.JSONField(
        default=list, blank=True, help_text="Schedules that were replaced since then (past_schedules.py)."
    )
    planned_from = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Hash of what its last planning depended on."
    )
    plan_again_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it is planned again even if that is unchanged."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def cadence(self) -> Cadence:
        """When its editions are due, as a value for `schedule.py`."""
        return Cadence(self.recurrence, self.starts_on, self.send_time, self.time_zone)

    @property
    def schedule(self) -> Cadence | None:
        """The cadence; None while the publication is paused, because nothing is due then."""
        return self.cadence if self.is_active else None


class Template(models.Model):
    """One version of a custom template: an HTML body. Versions are added and never changed."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="templates")
    number = models.PositiveIntegerField(help_text="Its version, from 1.")
    body = models.TextField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["publication", "number"], name="template_number_once"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.publication_id}"
