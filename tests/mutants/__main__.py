"""`python -m tests.mutants`: a sample of small faults, and whether the tests of their packages notice them."""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.mutants.running import Outcome, run_all, sample

# What the promise rests on, and the folder of its tests
MODULES = (
    ("newsletter/delivery", "tests/delivery"),
    ("newsletter/editions/plan_editions.py", "tests/editions"),
    ("newsletter/editions/schedule_dates.py", "tests/editions"),
    ("newsletter/letters/edition_decisions.py", "tests/letters"),
    ("newsletter/insights", "tests/insights"),
    ("newsletter/mail/sendgrid", "tests/mail"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=float, default=600, help="seconds for the tests of one fault")
    parser.add_argument("--list", action="store_true", help="print the faults, and run nothing")
    given = parser.parse_args()
    faults = sample(MODULES, count=given.count, seed=given.seed)
    if given.list:
        sys.stdout.writelines(f"{fault}\n" for fault in faults)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        outcomes = run_all(faults, jobs=given.jobs, limit=given.limit, folder=Path(folder), told=_tell)
    counts = Counter(outcome.is_noticed for outcome in outcomes)
    share = 100 * counts[True] / max(1, counts[True] + counts[False])
    sys.stdout.write(
        f"\nseed {given.seed}: {len(outcomes)} faults, {counts[True]} noticed, {counts[False]} not ({share:.1f} %); "
        f"of {counts[None]} the tests did not end in time\n"
    )
    return 0


def _tell(outcome: Outcome) -> None:
    words = {True: f"noticed by {outcome.by}", False: "NOT NOTICED", None: "the tests did not end in time"}
    sys.stdout.write(f"{outcome.fault}\n    {words[outcome.is_noticed]}, {outcome.seconds:.0f} s\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
