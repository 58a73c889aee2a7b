"""The result of a subscriber import: counts per outcome, and problems by line."""

from dataclasses import dataclass, field

from newsletter.lib.csv_reader import RowProblem

MAX_PROBLEMS = 100


@dataclass(slots=True)
class SubscriberImportReport:
    """The result of an import. Each row that is not empty is counted once, except in `ended` and `warned`."""

    rows: int = 0
    added: int = 0  # new active subscriptions
    known: int = 0  # subscribed already
    repeated: int = 0  # the same address again in this file
    paused: int = 0  # new, and paused as the file says
    unconfirmed: int = 0  # not confirmed yet, here or by the file
    left: int = 0  # unsubscribed, here or by the file
    suppressed: int = 0  # must not be mailed, here or by the file
    bad: int = 0
    ended: int = 0  # of the left and suppressed: active until this import
    warned: int = 0  # imported in part
    problems: list[RowProblem] = field(default_factory=list)  # the first hundred
    warnings: list[RowProblem] = field(default_factory=list)  # the first hundred

    @property
    def adds_up(self) -> bool:
        kept = self.added + self.known + self.repeated + self.paused + self.unconfirmed + self.left + self.suppressed
        return self.rows == kept + self.bad

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
