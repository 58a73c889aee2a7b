"""What a page says of an edition that waits for the end of a pause of sending."""

from datetime import datetime

from newsletter.delivery.dispatches import pause_effect
from newsletter.delivery.dispatches.active_pauses import active_pauses
from newsletter.editions.models import Edition
from newsletter.web.shared.display_formats import clock_of, moment, zone_name


def pause_sentence(edition: Edition, *, now: datetime) -> str:
    """Return how long the edition waits for a pause, and what becomes of it; empty when no pause delays it."""
    clock = clock_of(edition.publication)

    def at(value: datetime) -> str:
        return f"{moment(value, clock, now=now)} {zone_name(value, clock)}"

    pause = pause_effect.effect_of_pauses(edition, active_pauses(now=now))
    return pause_effect.describe(pause, at=at, now=now) if pause and pause.delays else ""
