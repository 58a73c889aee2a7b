"""What a command prints about an edition that waits for the end of a pause of sending."""

from __future__ import annotations  # models are imported inside, once Django is set up

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.cli.support.datetimes import format_local

if TYPE_CHECKING:
    from newsletter.editions.models import Edition


def pause_note(edition: Edition, *, now: datetime) -> str:
    """Return how long the edition waits for a pause, and what becomes of it; empty when no pause delays it."""
    from newsletter.delivery.dispatches import pause_effect
    from newsletter.delivery.dispatches.active_pauses import active_pauses
    from newsletter.delivery.dispatches.stop_edition import STOPPABLE

    if edition.state not in STOPPABLE:
        return ""
    pause = pause_effect.effect_of_pauses(edition, active_pauses(now=now))
    if pause is None or not pause.delays:
        return ""
    return pause_effect.describe(pause, at=lambda value: format_local(value, edition.publication), now=now)
