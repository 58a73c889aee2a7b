"""A publication: who it is from, how it looks, and when its editions are due."""

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models

from newsletter.accounts.models import User
from newsletter.pictures.models import Picture
from newsletter.publications.schedule import Cadence

HEX_COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}$", "Give a colour such as #1a5f7a.")


class Fonts(models.TextChoices):
    """Font stacks that every mail program has."""

    SERIF = "serif", "Georgia and kin"
    SANS = "sans", "Helvetica and kin"


class Layout(models.TextChoices):
    """How its letters are laid out: the folders of templates/email/."""

    DIGEST = "digest", "Digest: a lead story and others below it"
    STORY = "story", "One-story letter: one in full, the others as short lines"
    BRIEFING = "briefing", "Briefing: numbered and short, without pictures"


class Corners(models.TextChoices):
    """Of buttons and pictures; Outlook for Windows shows all of them square."""

    SQUARE = "square", "Square"
    SOFT = "soft", "Slightly rounded"
    ROUND = "round", "Round"


class TooFewStoriesPolicy(models.TextChoices):
    """What becomes of an edition that has too few stories at its deadline."""

    SKIP = "skip", "Skip it and say so"
    HOLD = "hold", "Hold it for a person"


class Publication(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    tagline = models.CharField(max_length=200, blank=True)
    website = models.URLField(max_length=500, blank=True)

    sender_name = models.CharField(max_length=120)
    sender_email = models.EmailField(help_text="On a domain authenticated with the provider.")
    reply_to = models.EmailField(blank=True)
    postal_address = models.CharField(max_length=300, help_text="One line; the law asks for it in every letter.")
    fallback_name = models.CharField(
        max_length=40, default="reader", help_text="In place of a first name we do not know."
    )

    language = models.CharField(max_length=12, default="en", help_text="As in HTML's lang: en, ar, he, pt-BR.")
    accent_colour = models.CharField(max_length=7, default="#1a5f7a", validators=[HEX_COLOUR])
    accent_colour_dark = models.CharField(
        max_length=7, default="#7cc4de", validators=[HEX_COLOUR], help_text="For dark mode."
    )
    logo_url = models.URLField(max_length=500, blank=True, help_text="Where it is fetched.")
    logo = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="The file that we keep."
    )
    logo_width = models.PositiveSmallIntegerField(default=180, help_text="Width in the letter, in CSS pixels.")
    fonts = models.CharField(max_length=8, choices=Fonts.choices, default=Fonts.SERIF)
    look = models.CharField(max_length=8, choices=Layout.choices, default=Layout.DIGEST)
    template = models.ForeignKey(
        "Template",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="In place of the look’s.",
    )
    logo_dark_url = models.URLField(max_length=500, blank=True, help_text="For dark mode, of the same size.")
    logo_dark = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="The file that we keep."
    )
    corners = models.CharField(max_length=6, choices=Corners.choices, default=Corners.SOFT)
    footer_text = models.CharField(max_length=400, blank=True, help_text="A line of your own at the end of letters.")
    social_links = models.JSONField(
        default=list, blank=True, help_text="Where else readers find you: a list of names with addresses."
    )
    sponsor_name = models.CharField(max_length=120, blank=True, help_text="Who is named as sponsor in each letter.")
    sponsor_text = models.CharField(max_length=200, blank=True, help_text="The sponsor's line.")
    sponsor_url = models.URLField(max_length=2000, blank=True, help_text="Where the sponsor's line leads.")

    utm_tags = models.BooleanField(
        default=False, help_text="Links of stories and appeals say where the visitor comes from: utm_source and kin."
    )
    utm_excluded_hosts = models.CharField(
        max_length=1000, blank=True, help_text="Hosts whose links get no such tags, with blanks between them."
    )
    click_tracking = models.BooleanField(
        default=False, help_text="The provider leads links through a host of its own, to count who clicks."
    )

    time_zone = models.CharField(max_length=64, default="UTC", help_text="A name such as America/New_York.")
    recurrence = models.CharField(
        max_length=300, default="FREQ=DAILY", help_text="An iCalendar rule of days, such as FREQ=WEEKLY;BYDAY=MO,TH."
    )
    starts_on = models.DateField(help_text="The rule counts from this day.")
    send_time = models.TimeField(help_text="Local time on the readers' clocks in the publication's time zone.")
    lead_minutes = models.PositiveIntegerField(default=60, help_text="How long before sending the letter is assembled.")
    schedule_ahead_minutes = models.PositiveIntegerField(
        default=0, help_text="How long before sending the letters are handed to the provider; 0: when they are due."
    )
    local_time = models.BooleanField(
        default=False, help_text="Regular editions reach each reader at the send time of the reader's own clock."
    )
    pace_per_minute = models.PositiveIntegerField(
        null=True, blank=True, help_text="Most readers submitted in a clock minute; empty: no limit."
    )
    pace_per_hour = models.PositiveIntegerField(
        null=True, blank=True, help_text="Most readers submitted in a clock hour; empty: no limit."
    )
    quiet_from = models.TimeField(
        null=True, blank=True, help_text="Nothing is submitted from this local time on; may be in the evening before."
    )
    quiet_until = models.TimeField(null=True, blank=True, help_text="… until this one.")
    minimum_stories = models.PositiveSmallIntegerField(default=1)
    maximum_stories = models.PositiveSmallIntegerField(default=12)
    on_empty = models.CharField(max_length=4, choices=TooFewStoriesPolicy.choices, default=TooFewStoriesPolicy.SKIP)
    lateness_limit_minutes = models.PositiveIntegerField(
        default=180, help_text="Later than this, an edition is held, not sent."
    )
    auto_approve = models.BooleanField(default=False, help_text="Editions go out without a person's approval.")
    is_active = models.BooleanField(default=True)
    planned_to = models.DateTimeField(
        null=True, blank=True, help_text="All dates of the schedule up to then are settled: none is planned any more."
    )
    past_schedules = models.JSONField(
        default=list, blank=True, help_text="Schedules that were replaced since then (past_schedules.py)."
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
        """Its cadence; None while it rests, for then nothing is due."""
        return self.cadence if self.is_active else None


class Template(models.Model):
    """An HTML body that curators wrote: one version of it. Versions are added and never changed."""

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
