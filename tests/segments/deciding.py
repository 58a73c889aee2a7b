"""Random definitions of segments, and a judge in plain Python who says which readers are in them."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.segments.sample_condition import PRIME, sample_hash

ZONES = ["", "Europe/Berlin", "America/New_York", "Asia/Tokyo"]
SOURCES = ["", "sign-up page", "Sign-up page", "a fair_50%", "a fair in Köln", "straße"]
DOMAINS = ["readers.example", "sub.readers.example", "post.example.org"]


@dataclass
class Known:
    """What is known of one reader."""

    pk: int
    email: str
    time_zone: str
    consent_at: datetime | None
    source: str
    gifts: list[datetime] = field(default_factory=list)  # to the publication or to all
    gifts_here: list[datetime] = field(default_factory=list)
    got: set[int] = field(default_factory=set)  # dispatches
    clicked: set[int] = field(default_factory=set)  # dispatches


@dataclass
class Tracked:
    """A dispatch whose clicks are known."""

    pk: int
    opened_at: datetime


def random_definition(draw: random.Random, others: list[int]) -> dict[str, Any]:
    """A definition of one to three groups; `others` are the segments that it may name."""
    groups = [
        {
            "match": draw.choice(["all", "any"]),
            "conditions": [_condition(draw, others) for _ in range(draw.randint(1, 3))],
        }
        for _ in range(draw.randint(1, 3))
    ]
    return {"version": 1, "match": draw.choice(["all", "any"]), "groups": groups}


def _condition(draw: random.Random, others: list[int]) -> dict[str, Any]:
    kinds: list[tuple[str, str, Any]] = [
        ("time-zone", draw.choice(["is", "is-not"]), draw.sample(ZONES[1:], draw.randint(1, 2))),
        ("time-zone", draw.choice(["is", "is-not"]), ["none"]),
        ("joined", draw.choice(["within", "longer-ago"]), draw.choice([1, 5, 30, 400])),
        ("joined", draw.choice(["before", "after"]), f"2026-11-{draw.randint(10, 23)}"),
        (
            "source",
            draw.choice(["is", "is-not", "begins"]),
            draw.sample(["none", *SOURCES[1:], "a fair", "a fair_"], 2),
        ),
        ("domain", draw.choice(["is", "is-not"]), draw.sample(DOMAINS, draw.randint(1, 2))),
        ("gave", draw.choice(["within", "not-within"]), draw.choice([1, 10, 365])),
        ("gave-here", draw.choice(["within", "not-within"]), draw.choice([1, 10, 365])),
        ("clicked", draw.choice(["in-editions", "not-in-editions"]), draw.choice([1, 2, 10])),
        ("clicked", draw.choice(["in-days", "not-in-days"]), draw.choice([1, 4, 30])),
        ("sample", "percent", draw.choice([1, 20, 50, 99])),
    ]
    kinds += [("segment", draw.choice(["in", "not-in"]), other) for other in others]
    kind, test, value = draw.choice(kinds)
    return {"kind": kind, "test": test, "value": value}


@dataclass
class Judge:
    """Decides in plain Python. `segments` by id: salt and definition."""

    now: datetime
    zone: str
    dispatches: list[Tracked]  # newest first
    segments: dict[int, tuple[str, dict[str, Any]]]

    def members(self, readers: list[Known], segment: int) -> set[int]:
        """The readers who are in this segment."""
        return {reader.pk for reader in readers if self.decides(reader, segment)}

    def decides(self, reader: Known, segment: int) -> bool:
        """Whether this reader is in this segment."""
        salt, definition = self.segments[segment]
        of = {"all": all, "any": any}
        return of[definition["match"]](
            [
                of[group["match"]]([self._holds(reader, salt, **each) for each in group["conditions"]])
                for group in definition["groups"]
            ]
        )

    def _holds(self, reader: Known, salt: str, kind: str, test: str, value: Any) -> bool:
        match kind:
            case "time-zone":
                return (reader.time_zone in value) == (test == "is")
            case "domain":
                return (reader.email.split("@")[1] in value) == (test == "is")
            case "source" if test == "begins":
                return any(reader.source.startswith(text) if text else not reader.source for text in value)
            case "source":
                return (reader.source in value) == (test == "is")
            case "joined" if test in ("before", "after"):
                begin = datetime.combine(date.fromisoformat(value), datetime.min.time(), ZoneInfo(self.zone))
                return reader.consent_at is not None and (reader.consent_at < begin) == (test == "before")
            case "joined":
                return reader.consent_at is not None and (reader.consent_at < self._ago(value)) == (
                    test == "longer-ago"
                )
            case "gave":
                return any(gift >= self._ago(value) for gift in reader.gifts) == (test == "within")
            case "gave-here":
                return any(gift >= self._ago(value) for gift in reader.gifts_here) == (test == "within")
            case "clicked":
                asked = self.dispatches[:value]
                if test.endswith("days"):
                    asked = [each for each in self.dispatches if each.opened_at >= self._ago(value)]
                known = {each.pk for each in asked}
                if test.startswith("not"):
                    return bool(reader.got & known) and not reader.clicked & known
                return bool(reader.clicked & known)
            case "sample":
                return sample_hash(reader.pk, salt) < PRIME * int(value) // 100
        return self.decides(reader, value) == (test == "in")

    def _ago(self, days: int) -> datetime:
        day = self.now.astimezone(ZoneInfo(self.zone)).date() - timedelta(days=days)
        return datetime.combine(day, datetime.min.time(), ZoneInfo(self.zone))
