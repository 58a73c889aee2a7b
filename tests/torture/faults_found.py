"""Which run finds a fault of `faults_put_in.py`; as a program, a table of them (`docs/promise.md` has it)."""

import os
import sys
from typing import NamedTuple

import django

from tests.torture import life_runs, timed
from tests.torture.faults_put_in import FAULTS, put_in
from tests.torture.timed import Run


class Found(NamedTuple):
    """The first seed of this run that finds it."""

    run: Run
    seed: int


FOUND_BY: dict[str, Found] = {
    "a batch keeps the group of an earlier call": Found(timed.run_ahead, 6),
    "a later edition on a domain is served first": Found(timed.run_warm_up, 1),
    "what is under way takes up no room": Found(timed.run_warm_up, 4),
    "confirming holds only what is due": Found(life_runs.run_restored, 8),
    "confirming plans what the original may have sent": Found(life_runs.run_old_backup, 2),
    "a copy cancels what the original submitted": Found(life_runs.run_copied, 14),
    "a pause is judged when the dispatch opens": Found(life_runs.run_life, 11),
    "an expiry is judged when the dispatch opens": Found(life_runs.run_story_times, 2),
    "the past is judged by today's schedule": Found(life_runs.run_desk, 3),
    "an approval is of whatever stands there": Found(life_runs.run_desk, 21),
    "an approval is for whatever readers there are": Found(life_runs.run_segments, 1),
    "a segment that changed leaves the email as it is": Found(life_runs.run_segments, 4),
    "an event of a message that is not ours counts": Found(life_runs.run_life, 6),
    "an event of another installation counts": Found(life_runs.run_life, 6),
    "an event of before the consent counts": Found(life_runs.run_life, 12),
    "one odd character costs a whole post": Found(life_runs.run_life, 2),
}


def findings(name: str) -> list[str]:
    """What its run says when the fault is put in."""
    found = FOUND_BY[name]
    with put_in(FAULTS[name]):
        return list(timed.hunt([found.seed], [found.run]))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    sys.stdout.write("| fault put in | run and seed | finding |\n| --- | --- | --- |\n")
    for name, (run, seed) in FOUND_BY.items():
        first = (findings(name) or ["nothing"])[0].partition(": ")[2]
        sys.stdout.write(f"| {name} | `{run.__name__}` {seed} | {first} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
