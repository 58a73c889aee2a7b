"""An appeal whose figures or dates do not fit the day of the email."""

from datetime import UTC, date, datetime, timedelta

import pytest

from newsletter.letters.preflight.check_appeal import check_appeal
from tests.golden.looks import give

DUE = datetime(2026, 11, 24, 12, tzinfo=UTC)
FAULTS: dict[str, list[tuple[dict[str, object], dict[str, object]]]] = {
    "appeal.over_goal": [({"raised": 60_001}, {"raised": 60_000})],
    "appeal.old_figure": [
        ({"raised_on": date(2026, 11, 9)}, {"raised_on": date(2026, 11, 10)}),
        ({"raised_on": date(2026, 11, 26)}, {"raised_on": date(2026, 11, 24)}),
    ],
    "appeal.match_ends": [
        ({"match_ends_at": DUE + timedelta(hours=1)}, {"match_ends_at": DUE + timedelta(days=2)}),
        ({"match_ends_at": DUE - timedelta(days=1)}, {"match_ends_at": DUE - timedelta(days=30)}),  # long left out
        ({"match_ends_at": DUE}, {"match": "", "match_ends_at": DUE}),
    ],
}


@pytest.mark.parametrize(
    ("code", "fault", "whole"), [(code, *pair) for code, pairs in FAULTS.items() for pair in pairs]
)
def test_figures_and_dates_are_judged_from_the_day_of_the_email(
    code: str, fault: dict[str, object], whole: dict[str, object]
) -> None:
    (finding,) = check_appeal(give(**fault), due_at=DUE)
    assert (finding.code, finding.severity) == (code, "warn")
    assert finding.hint.endswith(".")
    assert list(check_appeal(give(**whole), due_at=DUE)) == []


def test_an_appeal_with_nothing_but_words_has_no_findings() -> None:
    bare = give(goal=None, raised=None, raised_on=None, match="", match_ends_at=None)
    assert list(check_appeal(bare, due_at=DUE)) == list(check_appeal(give(), due_at=DUE)) == []
