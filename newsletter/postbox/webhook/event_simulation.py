"""Simulates what happens to a copy after it was accepted, as SendGrid events, and delays or loses them. Pure.

Format: SendGrid's page “Event Webhook Reference”. Each copy is processed and then delivered, or has the outcome set
for its address. A copy that is scheduled for later is only processed.
"""

import base64
import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, Self

from newsletter.lib.errors import BadInput

EXTRA_FIELDS: dict[str, dict[str, Any]] = {  # by type of event: its fields besides the common ones
    "processed": {},
    "deferred": {"response": "450 4.2.1 try again later", "attempt": "1"},
    "delivered": {"response": "250 OK"},
    "bounce": {
        "type": "bounce",
        "reason": "550 5.1.1 no such mailbox",
        "status": "5.1.1",
        "bounce_classification": "Invalid Address",
    },
    "blocked": {"type": "blocked", "reason": "554 5.7.1 not now", "bounce_classification": "Reputation"},
    "dropped": {"reason": "Bounced Address"},
    "open": {"useragent": "Postbox", "sg_machine_open": False},
    "click": {"useragent": "Postbox", "url": "https://example.org/"},
    "spamreport": {},
    "unsubscribe": {},
    "group_unsubscribe": {},
}
NEEDS_DELIVERY = frozenset({"open", "click", "spamreport", "unsubscribe", "group_unsubscribe"})
EVENT_INTERVAL_SECONDS = 0.2  # between the events of one copy


@dataclass
class EventBehaviour:
    """How events are posted. `outcomes` maps an address to the event instead of, or after, its delivery.

    `duplicate` and `lose` are shares of the events, from 0 to 1; the same `seed` picks the same events. `shuffle`
    mixes their order, `delay` is in seconds, and `hold` keeps all events back until it is cleared.
    """

    hold: bool = False
    shuffle: bool = False
    duplicate: float = 0
    lose: float = 0
    delay: float = 0
    seed: int = 0
    outcomes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, given: object) -> Self:
        """Read a behaviour from JSON; missing fields have their defaults. Raises `BadInput`."""
        if not isinstance(given, dict):
            raise BadInput("body", "is not an object.", 'Example: {"shuffle": true, "duplicate": 0.5}.')
        kinds: dict[str, Any] = {"hold": bool, "shuffle": bool, "seed": int, "outcomes": dict}
        for name, value in given.items():
            if name not in cls.__dataclass_fields__:
                raise BadInput(
                    str(name), "is not a known field.", f"Known fields: {', '.join(cls.__dataclass_fields__)}."
                )
            if not isinstance(value, kinds.get(name, (int, float))):
                raise BadInput(name, "has a value of the wrong type.", "")
        made = cls(**given)
        if not 0 <= made.duplicate <= 1 or not 0 <= made.lose <= 1 or not 0 <= made.delay <= 3600:
            raise BadInput("body", "contains a number out of range.", "Shares are 0 to 1, the delay is 0 to 3600.")
        made.outcomes = {address.lower(): event_type(outcome) for address, outcome in made.outcomes.items()}
        return made

    def to_json(self) -> dict[str, Any]:
        """Return the behaviour as a JSON object."""
        return asdict(self)


class DueEvent(NamedTuple):
    """An event to be posted at `at` (Unix seconds) or later."""

    at: float
    event: dict[str, Any]


def event_type(name: object) -> str:
    """Return `name` if there is such a type of event, else raise `BadInput`."""
    if not isinstance(name, str) or name not in EXTRA_FIELDS:
        raise BadInput("event", "does not exist.", f"Known events: {', '.join(EXTRA_FIELDS)}.")
    return name


def simulate_events(copy: Mapping[str, Any], behaviour: EventBehaviour) -> Iterator[DueEvent]:
    """Yield the events of `copy`, some lost or repeated as `behaviour` says.

    `copy` has address, args, message_id, position, at (Unix seconds) and is_sent.
    """
    outcome = behaviour.outcomes.get(copy["address"].lower(), "delivered")
    if outcome == "dropped":
        types = ["dropped"]
    elif not copy["is_sent"]:
        types = ["processed"]
    else:
        types = ["processed", *(["delivered"] if outcome in NEEDS_DELIVERY else []), outcome]
    for number, type_ in enumerate(dict.fromkeys(types)):
        at = copy["at"] + number * EVENT_INTERVAL_SECONDS
        yield from distort(event(copy, type_, at=at), at, behaviour)


def distort(one: dict[str, Any], at: float, behaviour: EventBehaviour) -> Iterator[DueEvent]:
    """Yield this event once, twice or not at all, with the time of its post."""
    chance = random.Random(f"{behaviour.seed}:{one['sg_event_id']}")  # noqa: S311 - not a secret
    if chance.random() < behaviour.lose:
        return
    for _ in range(2 if chance.random() < behaviour.duplicate else 1):
        yield DueEvent(at + behaviour.delay + (chance.random() if behaviour.shuffle else 0), one)


def event(copy: Mapping[str, Any], type_: str, *, at: float) -> dict[str, Any]:
    """Build an event as SendGrid posts it: custom arguments beside its own fields, which take precedence."""
    name = f"{copy['message_id']} {copy['position']} {type_}"
    digest = hashlib.blake2b(name.encode(), digest_size=16).digest()
    return {
        **copy["args"],
        "email": copy["address"],
        "timestamp": int(at),
        "event": "bounce" if type_ == "blocked" else type_,
        "sg_event_id": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "sg_message_id": f"{copy['message_id']}.recvd-postbox-{copy['position']}",
        **EXTRA_FIELDS[type_],
    }
