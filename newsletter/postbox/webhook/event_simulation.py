"""What happens to a copy after it was accepted, as events in SendGrid's words; and how badly they are told. Pure.

Events: SendGrid's page “Event Webhook Reference”. They tell of each copy that it was processed and then
delivered, or whatever was ordered for its address. A copy scheduled for later is only processed.
"""

import base64
import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, Self

from newsletter.lib.errors import BadInput

MORE: dict[str, dict[str, Any]] = {  # fields that an event of this kind has besides the common ones
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
PAUSE = 0.2  # seconds from one event of a copy to the next


@dataclass
class Manner:
    """How events are told. `fates` say for addresses what happens instead of, or after, being delivered.

    `duplicate` and `lose` are shares from 0 to 1 of the events; with the same `seed` they are the
    same ones. `shuffle` mixes their order, `delay` is in seconds, and with `hold` none is told
    until it is taken back.
    """

    hold: bool = False
    shuffle: bool = False
    duplicate: float = 0
    lose: float = 0
    delay: float = 0
    seed: int = 0
    fates: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, given: object) -> Self:
        """A manner from its JSON; raises `BadInput`. What is not named is as in a new one."""
        if not isinstance(given, dict):
            raise BadInput("body", "is not an object.", 'Send such as {"shuffle": true, "duplicate": 0.5}.')
        kinds: dict[str, Any] = {"hold": bool, "shuffle": bool, "seed": int, "fates": dict}
        for name, value in given.items():
            if name not in cls.__dataclass_fields__:
                raise BadInput(str(name), "is not part of it.", f"Known are {', '.join(cls.__dataclass_fields__)}.")
            if not isinstance(value, kinds.get(name, (int, float))):
                raise BadInput(name, "has a value that is not possible.", "")
        made = cls(**given)
        if not 0 <= made.duplicate <= 1 or not 0 <= made.lose <= 1 or not 0 <= made.delay <= 3600:
            raise BadInput("body", "holds a number that is not possible.", "Shares are 0 to 1, a delay 0 to 3600.")
        made.fates = {address.lower(): word_of(word) for address, word in made.fates.items()}
        return made

    def told(self) -> dict[str, Any]:
        """The manner as JSON."""
        return asdict(self)


class Due(NamedTuple):
    """An event that is told from `at` (Unix seconds) on."""

    at: float
    event: dict[str, Any]


def word_of(word: object) -> str:
    """`word`, when such an event exists; else `BadInput`."""
    if not isinstance(word, str) or word not in MORE:
        raise BadInput("event", "does not exist.", f"Known are {', '.join(MORE)}.")
    return word


def course(copy: Mapping[str, Any], manner: Manner) -> Iterator[Due]:
    """All that happens to `copy` by itself, lost and repeated as ordered. `copy` has address, args, message_id,
    position, at (Unix seconds) and is_sent."""
    fate = manner.fates.get(copy["address"].lower(), "delivered")
    if fate == "dropped":
        words = ["dropped"]
    elif not copy["is_sent"]:
        words = ["processed"]
    else:
        words = ["processed", *(["delivered"] if fate in NEEDS_DELIVERY else []), fate]
    for number, word in enumerate(dict.fromkeys(words)):
        yield from told(event(copy, word, at=copy["at"] + number * PAUSE), copy["at"] + number * PAUSE, manner)


def told(one: dict[str, Any], at: float, manner: Manner) -> Iterator[Due]:
    """`one` not at all, once or twice, and when."""
    chance = random.Random(f"{manner.seed}:{one['sg_event_id']}")  # noqa: S311 no secret
    if chance.random() < manner.lose:
        return
    for _ in range(2 if chance.random() < manner.duplicate else 1):
        yield Due(at + manner.delay + (chance.random() if manner.shuffle else 0), one)


def event(copy: Mapping[str, Any], word: str, *, at: float) -> dict[str, Any]:
    """An event as SendGrid posts it: custom arguments stand beside its own fields, which win."""
    name = f"{copy['message_id']} {copy['position']} {word}"
    digest = hashlib.blake2b(name.encode(), digest_size=16).digest()
    return {
        **copy["args"],
        "email": copy["address"],
        "timestamp": int(at),
        "event": "bounce" if word == "blocked" else word,
        "sg_event_id": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "sg_message_id": f"{copy['message_id']}.recvd-postbox-{copy['position']}",
        **MORE[word],
    }
