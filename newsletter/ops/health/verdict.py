"""The verdict: well, busy or broken, with the problems that led to it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How well the system does. *Busy* needs no action; *broken*: a reader will notice unless a person acts."""

    WELL = "well"
    BUSY = "busy"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem in a sentence, the heading in docs/runbook.md that says how to fix it, and the rule that found it."""

    sentence: str
    page: str
    rule: str


@dataclass(frozen=True, slots=True)
class Health:
    """The level, a sentence that explains it, the problems, and what is busy and needs no action."""

    level: Level
    sentence: str
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
