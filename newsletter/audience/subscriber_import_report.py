"""The result of a subscriber import: counts per outcome, and problems by line."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Self

from newsletter.lib.csv_reader import RowProblem

MAX_PROBLEMS = 100


class RowOutcome(StrEnum):
    """What became of one row. The values are names of counts in the report."""

    ADDED = "added"
    UPDATED = "updated"
    KNOWN = "known"
    REPEATED = "repeated"
    PAUSED = "paused"
    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    LEFT = "left"
    SUPPRESSED = "suppressed"
    BAD = "bad"


WORDS = {
    RowOutcome.ADDED: "added",
    RowOutcome.UPDATED: "updated: a missing name or time zone was filled in",
    RowOutcome.KNOWN: "unchanged: subscribed already",
    RowOutcome.REPEATED: "unchanged: the same address stands above",
    RowOutcome.PAUSED: "added, not mailed: paused",
    RowOutcome.UNCONFIRMED: "added, not mailed: not confirmed yet",
    RowOutcome.WAITING: "unchanged, not mailed: not confirmed yet",
    RowOutcome.LEFT: "unsubscribed",
    RowOutcome.SUPPRESSED: "address that must not be mailed",
    RowOutcome.BAD: "refused",
}
GROUPS = {
    "added": (RowOutcome.ADDED, RowOutcome.PAUSED, RowOutcome.UNCONFIRMED),
    "updated": (RowOutcome.UPDATED,),
    "unchanged": (RowOutcome.KNOWN, RowOutcome.REPEATED, RowOutcome.WAITING),
    "suppressed": (RowOutcome.LEFT, RowOutcome.SUPPRESSED),
    "refused": (RowOutcome.BAD,),
}


@dataclass(slots=True)
class SubscriberImportReport:
    """The result of an import. Each row that is not empty is counted once, except in `ended` and `warned`."""

    rows: int = 0
    added: int = 0  # new active subscriptions
    updated: int = 0  # subscribed already, and a missing name or time zone was filled in
    known: int = 0  # subscribed already
    repeated: int = 0  # the same address again in this file
    paused: int = 0  # new, and paused as the file says
    unconfirmed: int = 0  # new, and not confirmed yet as the file says
    waiting: int = 0  # not confirmed yet here
    left: int = 0  # unsubscribed, here or by the file
    suppressed: int = 0  # must not be mailed, here or by the file
    bad: int = 0
    ended: int = 0  # of the left and suppressed: active until this import
    warned: int = 0  # imported in part
    problems: list[RowProblem] = field(default_factory=list)  # the first hundred
    warnings: list[RowProblem] = field(default_factory=list)  # the first hundred

    @classmethod
    def from_counts(cls, counts: Mapping[str, int]) -> Self:
        """Return a report with these `counts`, without the problems."""
        report = cls()
        for name, rows in counts.items():
            setattr(report, name, rows)
        return report

    @property
    def adds_up(self) -> bool:
        return self.rows == sum(self.balance.values())

    @property
    def balance(self) -> dict[str, int]:
        """The rows in five groups: added, updated, unchanged, suppressed, refused."""
        return {group: sum(getattr(self, outcome) for outcome in outcomes) for group, outcomes in GROUPS.items()}

    @property
    def counts(self) -> dict[str, int]:
        """All counts by name."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name not in ("problems", "warnings")}

    def count(self, outcomes: Iterable[RowOutcome]) -> None:
        """Count these rows by outcome."""
        for outcome, rows in Counter(outcomes).items():
            setattr(self, outcome, getattr(self, outcome) + rows)

    def refuse(self, line: int, problem: str) -> None:
        """Count a rejected row."""
        self.bad += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(RowProblem(line, problem))

    def warn(self, line: int, problem: str) -> None:
        """Note that a row was imported without one of its values."""
        self.warned += 1
        if len(self.warnings) < MAX_PROBLEMS:
            self.warnings.append(RowProblem(line, problem))
