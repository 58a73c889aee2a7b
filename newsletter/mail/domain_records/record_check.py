"""What a look-up found about one kind of record of a domain."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class CheckState(StrEnum):
    """How good a record is. Only `BAD` makes mailbox providers refuse or distrust emails."""

    GOOD = "good"
    OPTIONAL = "optional"  # missing, and nobody needs it
    ADVICE = "advice"  # works, and could be better
    BAD = "bad"
    UNKNOWN = "unknown"  # the resolver gave no answer


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """One kind of record: what was found, what that means, and what to change; `remedy` is empty if nothing."""

    kind: str  # SPF, DKIM, …
    name: str  # of the record in DNS
    state: CheckState
    sentence: str
    remedy: str = ""
    found: tuple[str, ...] = ()
    looked_up_at: str = ""  # an ISO time

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return asdict(self) | {"state": self.state.value, "found": list(self.found)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "RecordCheck":
        """Return a stored check."""
        return cls(**{**value, "state": CheckState(value["state"]), "found": tuple(value["found"])})
