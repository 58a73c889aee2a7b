"""Bad answers of the provider, as they are ordered from the postbox in runs by a clock that is set."""

import random
from typing import Any

BAD_ANSWERS: tuple[dict[str, Any], ...] = (
    {"do": "drop", "accept": True},
    {"do": "drop", "accept": False},
    {"do": "status", "status": 401},
    {"do": "status", "status": 400},
    {"do": "status", "status": 429},
    {"do": "status", "status": 500, "call": "batch"},
    {"do": "drop", "accept": True, "call": "scheduled_sends"},
    {"do": "drop", "accept": False, "call": "scheduled_sends"},
    {"do": "status", "status": 500, "call": "scheduled_sends"},
)


def order_of(chance: random.Random) -> dict[str, Any]:
    """One of them, for a call, a few, or all to come."""
    return {**chance.choice(BAD_ANSWERS), "times": chance.choice([1, 1, 2, 5, None])}
