"""An edition, the stories placed in it, and its frozen letters."""

from datetime import date, datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from newsletter.giving.models import Appeal
from newsletter.lib.errors import InvalidState
from newsletter.publications.models import Publication
from newsletter.publications.schedule import local_to_utc, zone
from newsletter.stories.models import Story


class State(models.TextChoices):
    PLANNED = "planned"  # has a due time, no letter yet
    ASSEMBLED = "assembled"  # its letter is frozen and waits for approval
    APPROVED = "approved"  # leaves when it is due
    DISPATCHING = "dispatching"  # the ledger is open
    DISPATCHED = "dispatched"  # the ledger adds up
    HELD = "held"  # waits for a person; `reason` says why
    CANCELLED = "cancelled"  # will not leave; `reason` says why


TRANSITIONS: dict[str, frozenset[State]] = {
    State.PLANNED: frozenset({State.ASSEMBLED, State.HELD, State.CANCELLED}),
    # back to planned when something it was made of has changed
    State.ASSEMBLED: frozenset({State.PLANNED, State.APPROVED, State.HELD, State.CANCELLED}),
    # back to assembled when its letters were made anew for another time
    State.APPROVED: frozenset({State.PLANNED, State.ASSEMBLED, State.DISPATCHING, State.HELD, State.CANCELLED}),
    State.DISPATCHING: frozenset({State.DISPATCHED}),
    State.HELD: frozenset({State.PLANNED, State.CANCELLED}),  # released, it is looked at anew
    State.DISPATCHED: frozenset(),
    State.CANCELLED: frozenset(),
}


class EditionQuerySet(models.QuerySet["Edition"]):
    def due_for_assembly(self, now: datetime) -> "EditionQuerySet":
        """Without those of publications at rest, which take no stories."""
        due = self.filter(state=State.PLANNED, assemble_at__lte=now, publication__is_active=True)
        return due.order_by("assemble_at", "id")

    def due_for_dispatch(self, now: datetime) -> "EditionQuerySet":
        """Due, or to be handed over ahead of that from now on, as their publications wish."""
        early = Publication.objects.filter(schedule_ahead_minutes__gt=0).values_list(
            "schedule_ahead_minutes", flat=True
        )
        due = Q(due_at__lte=now)
        for minutes in early.order_by().distinct():  # not as a sum in SQL: databases differ in adding minutes to times
            due |= Q(publication__schedule_ahead_minutes=minutes, due_at__lte=now + timedelta(minutes=minutes))
        return self.filter(due, state=State.APPROVED).order_by("due_at", "id")

    def locked(self, pk: int) -> "Edition":
        """The edition as it stands, with its publication; nobody else changes it in this transaction."""
        self.select_for_update().get(pk=pk)
        return self.fresh(pk)

    def fresh(self, pk: int) -> "Edition":
        """The edition as it stands, with its publication and all that its letter takes from that."""
        return self.select_related("publication__logo", "publication__logo_dark", "publication__template").get(pk=pk)


class Edition(models.Model):
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="editions")
    local_date = models.DateField(
        null=True, blank=True, help_text="The date the cadence named; empty for an extra edition."
    )
    due_at = models.DateTimeField(help_text="When it is to leave, or its first letters are.")
    local_send_time = models.TimeField(
        null=True, blank=True, help_text="What each reader's own clock shows when it leaves; empty: all at `due_at`."
    )
    is_rescheduled = models.BooleanField(
        default=False, help_text="A person set its time: it no longer follows the cadence."
    )
    assemble_at = models.DateTimeField(help_text="When its letter is to be assembled.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it is held or cancelled.")
    needs_person = models.BooleanField(
        default=False, help_text="It was held or taken apart: from then on only a person may approve it."
    )

    subject = models.CharField(max_length=200, blank=True, help_text="Empty: the first headline.")
    preheader = models.CharField(max_length=140, blank=True, help_text="Empty: the other headlines.")
    intro = models.TextField(blank=True, max_length=2000, help_text="A note above the stories, plain text.")

    made_from = models.CharField(
        max_length=64, blank=True, help_text="Fingerprint of all that the letter was made from."
    )
    content_hash = models.CharField(max_length=64, blank=True, help_text="Fingerprint of the frozen letters.")
    assembled_at = models.DateTimeField(null=True, blank=True)
    approved_hash = models.CharField(max_length=64, blank=True, help_text="The content hash that was approved.")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dispatched_at = models.DateTimeField(null=True, blank=True)
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
    def auto_approve(self) -> bool:
        """Is it approved by its publication's rule as soon as it is assembled?"""
        return self.publication.auto_approve and not self.needs_person

    @property
    def day(self) -> date:
        """The day on which readers get it: on their own clocks, or else on the publication's."""
        if self.local_send_time and self.local_date:
            return self.local_date
        return self.due_at.astimezone(zone(self.publication.time_zone)).date()

    @property
    def findings(self) -> list[dict[str, str]]:
        """What preflight found in its frozen letters; what it found in the one that thanks alone says so."""
        told: list[dict[str, str]] = []
        for letter in sorted(self.letters.all(), key=lambda letter: letter.pk):  # in memory: it may be fetched already
            new = [finding for finding in letter.findings if finding not in told]
            where = "" if letter.variant == Variant.DEFAULT else "Thank-you letter: "
            told += [finding | {"place": where + finding["place"]} for finding in new]
        return told

    @property
    def too_late_after(self) -> datetime:
        """From then on it does not leave without a person's word.

        One that leaves by the readers' own clocks is judged by its publication's: a few readers far
        in the east, for whom it is late, do not keep it from all those whose time has not come.
        """
        due_at = self.due_at
        if self.local_send_time and self.local_date:
            due_at = max(due_at, local_to_utc(self.local_date, self.local_send_time, self.publication.time_zone))
        return due_at + timedelta(minutes=self.publication.lateness_limit_minutes)

    def move(self, to: State, *, reason: str = "") -> None:
        """Set the state in memory if that move is legal, else `InvalidState`. The caller saves."""
        if to not in TRANSITIONS[self.state]:
            raise InvalidState(f"Edition {self.pk} is {self.state}; it cannot become {to.value}.")
        self.state, self.reason = to, reason
        self.needs_person = self.needs_person or to == State.HELD


class Placement(models.Model):
    """A story's place in an edition, counted from 1."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="placements")
    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="placements")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["edition", "position"], name="placement_position_once"),
            # one story, one edition: a reader never meets the same teaser twice
            models.UniqueConstraint(fields=["story"], name="placement_story_once"),
        ]

    def __str__(self) -> str:
        return f"story {self.story_id} at {self.position} in edition {self.edition_id}"


class Variant(models.TextChoices):
    """Which of an edition's letters. Every edition has the first; one that asks has the second too."""

    DEFAULT = "default", "for everybody else"
    THANKS = "thanks", "for those who gave lately"


class FrozenLetter(models.Model):
    """One variant of an edition's letter, rendered and inlined once, exactly as it leaves.

    Per-reader values stand in it as neutral tokens (mail/letters.py).
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="letters")
    variant = models.CharField(max_length=40, help_text="Which readers get it: a `Variant`.")
    gave_within = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Its readers gave within so many days before the edition is due; empty: any."
    )
    appeal = models.ForeignKey(Appeal, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField()
    sender_name = models.CharField(max_length=120)
    sender_email = models.EmailField()
    reply_to = models.EmailField(blank=True)
    fallback_name = models.CharField(max_length=40)
    click_tracking = models.BooleanField(default=False, help_text="The provider rewrites its links, to count clicks.")
    findings = models.JSONField(default=list, help_text="What preflight found: code, severity, place, hint.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["edition", "variant"], name="letter_variant_once"),
        ]

    def __str__(self) -> str:
        return f"letter {self.variant} of edition {self.edition_id}"
