"""An edition, the stories placed in it, and its frozen letters."""

from datetime import date, datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from newsletter.editions import (  # noqa: F401 — Django looks for models here
    comment_models,
    pick_models,
    snippet_models,
    story_correction_models,
)
from newsletter.giving.models import Appeal
from newsletter.lib.errors import Gone, InvalidState
from newsletter.publications.models import Publication
from newsletter.publications.schedule import local_to_utc, zone
from newsletter.segments.models import Segment
from newsletter.stories.models import Story


class EditionState(models.TextChoices):
    """The state of an edition."""

    PLANNED = "planned"  # has a due time, but no letter yet
    ASSEMBLED = "assembled"  # the letter is frozen and waits for approval
    APPROVED = "approved"  # is sent when it is due
    DISPATCHING = "dispatching"  # the ledger is open
    DISPATCHED = "dispatched"  # the ledger is complete
    HELD = "held"  # waits for a person; `reason` says why
    CANCELLED = "cancelled"  # will not be sent; `reason` says why


TRANSITIONS: dict[str, frozenset[EditionState]] = {
    EditionState.PLANNED: frozenset({EditionState.ASSEMBLED, EditionState.HELD, EditionState.CANCELLED}),
    # back to planned when its content has changed
    EditionState.ASSEMBLED: frozenset(
        {EditionState.PLANNED, EditionState.APPROVED, EditionState.HELD, EditionState.CANCELLED}
    ),
    # back to assembled when its letters were rebuilt for another time
    EditionState.APPROVED: frozenset(
        {
            EditionState.PLANNED,
            EditionState.ASSEMBLED,
            EditionState.DISPATCHING,
            EditionState.HELD,
            EditionState.CANCELLED,
        }
    ),
    EditionState.DISPATCHING: frozenset({EditionState.DISPATCHED}),
    EditionState.HELD: frozenset({EditionState.PLANNED, EditionState.CANCELLED}),  # a released edition is planned again
    EditionState.DISPATCHED: frozenset(),
    EditionState.CANCELLED: frozenset(),
}


class EditionQuerySet(models.QuerySet["Edition"]):
    """Queries of editions."""

    def due_for_assembly(self, now: datetime) -> "EditionQuerySet":
        """Filter planned editions whose assembly time has come; paused publications take no stories."""
        due = self.filter(state=EditionState.PLANNED, assemble_at__lte=now, publication__is_active=True)
        return due.order_by("assemble_at", "id")

    def due_for_dispatch(self, now: datetime) -> "EditionQuerySet":
        """Filter approved editions that are due, or that their publications submit ahead of the due time."""
        early = Publication.objects.filter(schedule_ahead_minutes__gt=0).values_list(
            "schedule_ahead_minutes", flat=True
        )
        due = Q(due_at__lte=now)
        for minutes in early.order_by().distinct():  # not as a sum in SQL: databases differ in adding minutes to times
            due |= Q(publication__schedule_ahead_minutes=minutes, due_at__lte=now + timedelta(minutes=minutes))
        return self.filter(due, state=EditionState.APPROVED).order_by("due_at", "id")

    def locked(self, pk: int) -> "Edition":
        """Lock the edition for this transaction and return its current row with its publication."""
        self.select_for_update().filter(pk=pk).first()
        return self.fresh(pk)

    def fresh(self, pk: int) -> "Edition":
        """Return the current row with its publication and what its letter needs of the publication; else `Gone`."""
        found = self.select_related("publication__logo", "publication__logo_dark", "publication__template")
        if (edition := found.filter(pk=pk).first()) is None:
            raise Gone(f"Edition {pk} is gone: its date left the schedule before anything was put into it.")
        return edition


class Edition(models.Model):
    """One issue of a publication: its times, stories, letter and state."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="editions")
    local_date = models.DateField(
        null=True, blank=True, help_text="The date the cadence named; empty for an extra edition."
    )
    due_at = models.DateTimeField(help_text="When it is sent, or when its first emails are.")
    local_send_time = models.TimeField(
        null=True, blank=True, help_text="Local time at which each reader gets it; empty: all at `due_at`."
    )
    is_rescheduled = models.BooleanField(
        default=False, help_text="A person set the time, so it no longer follows the cadence."
    )
    assemble_at = models.DateTimeField(help_text="When its email is built.")
    state = models.CharField(max_length=12, choices=EditionState.choices, default=EditionState.PLANNED)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it is held or cancelled.")
    needs_person = models.BooleanField(
        default=False, help_text="It was held or reopened, so only a person may approve it."
    )

    subject = models.CharField(max_length=200, blank=True, help_text="Empty: the first headline.")
    preheader = models.CharField(max_length=140, blank=True, help_text="Empty: the other headlines.")
    intro = models.TextField(blank=True, max_length=2000, help_text="A note above the stories, plain text.")

    send_to = models.ForeignKey(
        Segment,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Only readers in this segment get it; empty: all.",
    )
    leave_out = models.ForeignKey(
        Segment,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Readers in this segment do not get it.",
    )

    left_out_snippets = models.JSONField(default=list, blank=True, help_text="Ids of snippets that it does not print.")
    made_from = models.CharField(
        max_length=64, blank=True, help_text="Fingerprint of everything that the email was built from."
    )
    compared = models.CharField(
        max_length=64, blank=True, help_text="Versions of its content when that fingerprint was last found equal."
    )
    content_hash = models.CharField(max_length=64, blank=True, help_text="Fingerprint of the frozen emails.")
    assembled_at = models.DateTimeField(null=True, blank=True)
    submitted_hash = models.CharField(max_length=64, blank=True, help_text="The content hash submitted for review.")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_hash = models.CharField(max_length=64, blank=True, help_text="The content hash that was approved.")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dispatched_at = models.DateTimeField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    stories: "models.ManyToManyField[Story, Placement]" = models.ManyToManyField(
        Story, through="Placement", related_name="editions"
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-due_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["state", "due_at"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["publication", "local_date"], name="edition_once_a_local_date"),
            models.CheckConstraint(
                name="edition_leaves_as_approved",
                condition=~Q(state__in=["approved", "dispatching", "dispatched"])
                | (Q(approved_hash=F("content_hash")) & ~Q(content_hash="")),
            ),
            models.CheckConstraint(
                name="edition_approved_by_person",
                condition=~Q(state__in=["approved", "dispatching", "dispatched"])
                | Q(needs_person=False)
                | Q(approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="edition_gives_its_reason", condition=~Q(state__in=["held", "cancelled"]) | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"edition {self.pk}"

    @property
    def is_submitted(self) -> bool:
        """Whether somebody has submitted its present email for review."""
        return bool(self.content_hash) and self.submitted_hash == self.content_hash

    @property
    def auto_approve(self) -> bool:
        """Whether it is approved automatically once it is assembled."""
        return self.publication.auto_approve and not self.needs_person

    @property
    def day(self) -> date:
        """The date on which readers get it: in their own time zones, or else in the publication's."""
        if self.local_send_time and self.local_date:
            return self.local_date
        return self.due_at.astimezone(zone(self.publication.time_zone)).date()

    @property
    def findings(self) -> list[dict[str, str]]:
        """Preflight findings of its frozen letters. Those of another variant alone are marked."""
        findings: list[dict[str, str]] = []
        for letter in sorted(self.letters.all(), key=lambda letter: letter.pk):  # in memory: it may be prefetched
            new = [finding for finding in letter.findings if finding not in findings]
            version = OTHER_VERSIONS.get(Variant(letter.variant))
            where = f"{version}: " if version else ""
            findings += [finding | {"place": where + finding["place"]} for finding in new]
        return findings

    @property
    def too_late_after(self) -> datetime:
        """After this moment the edition is not sent without a person's decision.

        An edition sent by readers' local time is judged by the time zone of its publication, so that a few readers far
        in the east, for whom it is late, do not hold it back for all others.
        """
        due_at = self.due_at
        if self.local_send_time and self.local_date:
            due_at = max(due_at, local_to_utc(self.local_date, self.local_send_time, self.publication.time_zone))
        return due_at + timedelta(minutes=self.publication.lateness_limit_minutes)

    def move(self, to: EditionState, *, reason: str = "") -> None:
        """Set the state in memory, or raise `InvalidState` for an illegal transition. The caller saves."""
        if to not in TRANSITIONS[self.state]:
            raise InvalidState(f"Edition {self.pk} is {self.state}; it cannot become {to.value}.")
        self.state, self.reason = to, reason
        self.needs_person = self.needs_person or to == EditionState.HELD


class Placement(models.Model):
    """A story's place in an edition, counted from 1."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="placements")
    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="placements")
    position = models.PositiveSmallIntegerField()
    headline = models.CharField(max_length=250, blank=True, help_text="As the frozen email prints it.")

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["edition", "position"], name="placement_position_once"),
            # a story is in one edition only, so a reader never gets the same teaser twice
            models.UniqueConstraint(fields=["story"], name="placement_story_once"),
        ]

    def __str__(self) -> str:
        return f"story {self.story_id} at {self.position} in edition {self.edition_id}"


class Variant(models.TextChoices):
    """The letters of an edition. Every edition has the default one.

    One with an appeal also has a letter without it, and may have a thank-you.
    """

    DEFAULT = "default", "for everybody else"
    THANKS = "thanks", "for recent donors"
    PLAIN = "plain", "for readers who chose no appeals"


OTHER_VERSIONS = {Variant.THANKS: "Thank-you version", Variant.PLAIN: "Version without appeal"}


class FrozenLetter(models.Model):
    """One variant of an edition's letter, rendered and inlined once, exactly as it is sent.

    Merge tags (mail/message.py) stand for per-reader values.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="letters")
    variant = models.CharField(max_length=40, help_text="Which readers get it: a `Variant`.")
    gave_within = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Only for readers who gave within this many days before the due time; empty: for all.",
    )
    appeal = models.ForeignKey(Appeal, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_for_segment = models.BooleanField(default=False, help_text="`audience` names who gets it; not in the archive.")
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField()
    sender_name = models.CharField(max_length=120)
    sender_email = models.EmailField()
    reply_to = models.EmailField(blank=True)
    fallback_name = models.CharField(max_length=40)
    click_tracking = models.BooleanField(default=False, help_text="The provider rewrites links to count clicks.")
    audience = models.JSONField(default=dict, blank=True, help_text="The segments that get it or not; empty: all do.")
    findings = models.JSONField(default=list, help_text="What preflight found: code, severity, place, hint.")
    links = models.JSONField(default=list, help_text="Links to look up before it is sent.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["edition", "variant"], name="letter_variant_once"),
        ]

    def __str__(self) -> str:
        return f"letter {self.variant} of edition {self.edition_id}"
