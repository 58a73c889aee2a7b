"""People who choose the readers of an edition by segments, and change the segments, at any moment."""

from datetime import datetime
from random import Random
from typing import Any

from newsletter.editions.models import Edition, EditionState
from newsletter.letters import edition_audience
from newsletter.letters.edit_edition import SaveEffect
from newsletter.publications.models import Publication
from newsletter.segments import edit_segment
from newsletter.segments.models import Segment

ZONES = ("none", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Pacific/Honolulu")
Zones = frozenset[str]
Audience = tuple[Zones | None, Zones | None]  # the time zones of who gets it, and of who is left out
EVERYBODY: Audience = (None, None)


def stored_audience(edition: Edition) -> Audience:
    """Who gets an edition by its segments as they are now."""
    segments = dict(Segment.objects.values_list("pk", "definition"))
    return _zones(segments.get(edition.send_to_id or 0)), _zones(segments.get(edition.leave_out_id or 0))


def frozen_audience(edition: Edition) -> set[Audience]:
    """What the page of a built edition says of its readers; each of its letters says it."""
    return {
        (_zones(audience.get("send_to")), _zones(audience.get("leave_out")))
        for audience in edition.letters.values_list("audience", flat=True)
    }


def is_among(audience: Audience, time_zone: str) -> bool:
    """Is a reader in this time zone one of them?"""
    inside, outside = audience
    return (inside is None or time_zone in inside) and (outside is None or time_zone not in outside)


def _zones(definition: dict[str, Any] | None) -> Zones | None:
    return frozenset(definition["groups"][0]["conditions"][0]["value"]) if definition else None


class SegmentSteps:
    """Steps about the segments of one publication."""

    chance: Random
    publication: Publication
    system: Any

    @property
    def edition(self) -> Edition | None:
        raise NotImplementedError

    def add_segments(self) -> None:
        """Two segments by time zones."""
        for name in ("one", "other"):
            definition = self._some_zones()
            edit_segment.add_segment(self.publication, name=name, definition=definition, now=self._now())

    def _choose_readers(self) -> None:
        """Also by somebody who does not know that the edition is approved: that is refused."""
        segments = [None, *Segment.objects.order_by("pk")]
        if edition := self.edition:
            edition_audience.choose_segments(
                edition,
                send_to=self.chance.choice(segments),
                leave_out=self.chance.choice(segments),
                by=None,
                now=self._now(),
                announced=self.chance.choice([None, SaveEffect.UNAPPROVED, SaveEffect.UNAPPROVED]),
            )

    def choose_for_somebody(self) -> None:
        """What an edition asks that is held because nobody is in its segments."""
        edition = self.edition
        if edition and edition.state == EditionState.HELD and edition.reason.startswith("Nobody would get it"):
            edition_audience.choose_segments(edition, send_to=None, leave_out=None, by=None, now=self._now())

    def _change_a_segment(self) -> None:
        segment = self.chance.choice(list(Segment.objects.order_by("pk")))
        edit_segment.change_segment(segment, definition=self._some_zones(), now=self._now())

    def _some_zones(self) -> dict[str, Any]:
        zones = self.chance.sample(ZONES, self.chance.randint(1, 3))
        return {"groups": [{"conditions": [{"kind": "time-zone", "test": "is", "value": zones}]}]}

    def _now(self) -> datetime:
        now: datetime = self.system.clock()
        return now
