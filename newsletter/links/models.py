"""The look-up of a link: the order, then what the site answered."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from newsletter.lib.claim_rows import Claimable, is_due


class LinkAnswer(models.TextChoices):
    """What a look-up found."""

    NONE = "", "not looked up yet"
    WORKS = "works"
    BROKEN = "broken"  # the site says that there is no such page
    MOVED = "moved"  # the site redirects permanently
    UNKNOWN = "unknown"  # the network failed, or the site does not answer programs


class LinkLookupQuerySet(models.QuerySet["LinkLookup"]):
    """Queries of look-ups."""

    def due(self, now: datetime) -> "LinkLookupQuerySet":
        """Return the links to look up at `now`, oldest first."""
        return self.filter(is_due(now), is_waiting=True).order_by("id")

    def held(self, now: datetime) -> "LinkLookupQuerySet":
        """Return the links that a worker looks up now."""
        return self.filter(is_waiting=True, held_until__gt=now)


class LinkLookup(Claimable):
    """A link of waiting emails, once for all of them."""

    key = models.CharField(max_length=32, unique=True, help_text="Hash of the address.")
    url = models.URLField(max_length=2000)
    host = models.CharField(max_length=253, help_text="Its links are looked up one after the other.")
    is_waiting = models.BooleanField(default=True, help_text="To be looked up, now or at `try_at`.")
    held_until = models.DateTimeField(null=True, blank=True, help_text="A worker looks it up until then at most.")
    ordered_at = models.DateTimeField(help_text="When an email with it was last waiting.")

    answer = models.CharField(max_length=7, choices=LinkAnswer.choices, default=LinkAnswer.NONE, blank=True)
    status = models.PositiveSmallIntegerField(default=0, help_text="Status of the site's response; 0: none.")
    target = models.URLField(max_length=2000, blank=True, help_text="Where a moved page is now.")
    problem = models.CharField(max_length=200, blank=True, help_text="Why nothing is known.")
    looked_up_at = models.DateTimeField(null=True, blank=True)

    objects = LinkLookupQuerySet.as_manager()

    class Meta:
        verbose_name = "look-up"
        indexes: ClassVar[list[models.Index]] = [
            # queried every few seconds, and nearly always empty
            models.Index(name="lookup_waiting", fields=["id"], condition=Q(is_waiting=True)),
        ]

    def __str__(self) -> str:
        return f"look-up {self.pk}"
