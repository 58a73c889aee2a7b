"""What became of the rows of an import: every row is counted once, and those that need a person are named by line."""

from dataclasses import dataclass, field

PROBLEMS_KEPT = 100


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that was not taken, or not in whole. Holds no address: the line is found in the file."""

    line: int
    problem: str


@dataclass(slots=True)
class SubscriberImportReport:
    """What became of the rows that were not empty; every one is counted once, apart from `ended` and `warned`."""

    rows: int = 0
    added: int = 0  # new subscriptions that receive it
    known: int = 0  # subscribed already
    repeated: int = 0  # the same address again in this file
    paused: int = 0  # new, and paused as the file says
    unconfirmed: int = 0  # not confirmed yet, here or by the file
    left: int = 0  # unsubscribed, here or by the file
    suppressed: int = 0  # must not be mailed, here or by the file
    bad: int = 0
    ended: int = 0  # of those who left or are suppressed: received it until this import
    warned: int = 0  # taken, but not in whole
    problems: list[RowProblem] = field(default_factory=list)  # the first hundred of the bad ones
    warnings: list[RowProblem] = field(default_factory=list)  # the first hundred of those warned of

    @property
    def adds_up(self) -> bool:
        kept = self.added + self.known + self.repeated + self.paused + self.unconfirmed + self.left + self.suppressed
        return self.rows == kept + self.bad

    def refuse(self, line: int, problem: str) -> None:
        """Count a row that is not taken."""
        self.bad += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(RowProblem(line, problem))

    def warn(self, line: int, problem: str) -> None:
        """Note that something of a row is not taken; its reader is."""
        self.warned += 1
        if len(self.warnings) < PROBLEMS_KEPT:
            self.warnings.append(RowProblem(line, problem))
