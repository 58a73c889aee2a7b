"""What each reader wants, written down beside the service: a model of a few lines, to judge it by."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass
class Wish:
    """Of one reader. `since` is when they last gave consent, or their address was let in again."""

    since: datetime
    has_left: bool = False
    paused_until: date | None = None
    is_suppressed: bool = False

    def wants(self, day: date) -> bool:
        """Does this reader want an edition that comes on `day`? A pause that ends that day is over."""
        if self.has_left or self.is_suppressed:
            return False
        return self.paused_until is None or self.paused_until <= day

    def leave(self) -> None:
        self.has_left, self.paused_until = True, None

    def come_back(self, now: datetime) -> None:
        """By a confirmed address. It wakes who paused or left; a suppression stands."""
        self.has_left, self.paused_until, self.since = False, None, now

    def hear(self, event: dict[str, Any], at: datetime) -> None:
        """What the provider tells of something that happened at `at`, whenever it tells it."""
        if at <= self.since:
            return
        if event["event"] in ("unsubscribe", "group_unsubscribe", "spamreport"):
            self.leave()
        if event["event"] in ("bounce", "spamreport"):
            self.is_suppressed = True


@dataclass
class Due:
    """Who must get an edition: those who wanted it when it opened, and since then without a break."""

    day: date
    readers: set[int] = field(default_factory=set)

    def look(self, wishes: Iterable[tuple[int, Wish]]) -> None:
        """Whoever does not want it any more need not get it."""
        self.readers -= {reader for reader, wish in wishes if not wish.wants(self.day)}
