"""Seeded runs by a clock that is set: submitting ahead, a warm-up with two publications on one domain, and the days of
`life_runs.py`.

A program of its own (`python -m tests.torture.timed [RUNS SEED]`), told by the environment which database to use. The
workers' steps are taken in turn with lost answers, refusals, lost and sleeping workers, and a person's words at any
moment before, at and after the due time. Then faults stop, a person resumes what has paused, and the postbox is held
against the ledger. It prints a line for each run that broke the promise; a seed says all that happens in a run.
"""

import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from tests.torture.answers import order_of
from tests.torture.life_runs import (
    run_copied,
    run_desk,
    run_life,
    run_old_backup,
    run_restored,
    run_segments,
    run_story_times,
)

if TYPE_CHECKING:
    from tests.delivery.living import System

Step = tuple[str, Any]
STEPS = ("go on", "live", "open", "tend", "send", "misbehave", "lose a worker", "wake it", "take in hand", "give back",
         "evidence", "recover", "pause", "resume", "resume", "stop")  # fmt: skip
WEIGHTS = (9, 4, 1, 3, 2, 5, 2, 1, 2, 2, 1, 1, 1, 3, 3, 0.3)


def steps_of(seed: int) -> list[Step]:
    """What happens in a run: all of it, before it begins."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    found: list[Step] = [("misbehave", order_of(chance)) for _ in range(chance.randint(0, 2))]
    for what in chance.choices(STEPS, WEIGHTS, k=chance.randint(5, 30)):
        how = {"go on": chance.randint(1, 20), "misbehave": order_of(chance)}.get(what)
        found.append((what, how))
    return found


def run_ahead(seed: int, folder: Path) -> list[str]:
    """One edition that is submitted ahead; every breach of the promise as a sentence."""
    from django.test import override_settings

    from newsletter.delivery.dispatches import control_dispatch
    from newsletter.delivery.states import DispatchState
    from tests.delivery.living import living
    from tests.torture.story import Story, breaches

    chance = random.Random(-seed)  # noqa: S311  # no secret
    ahead, size = chance.choice([30, 60, 90]), chance.choice([1, 1, 2])
    file = folder / f"{seed}.sqlite3"
    with override_settings(DISPATCH_BATCH_SIZE=size, DISPATCH_LEASE=120), living(file) as system:
        system.prepare(readers=chance.randint(2, 5), ahead=ahead)
        system.at(-ahead).open()
        system.tend()
        story = Story(system)
        for what, how in steps_of(seed):
            story.take(what, how)
        _calm(system)
        for minutes, step in ((-5, 4), (1, 2), (90, 30)):  # what was refused is offered again, also after its time
            system.live_until(minutes, step=step)
            for dispatch in system.dispatches.filter(state__in=[DispatchState.PAUSED, DispatchState.ATTENTION]):
                control_dispatch.resume(dispatch)
            system.live()
        story.wake()
        system.live_until(120, step=15)
        return breaches(system)


def _calm(system: "System") -> None:
    system.live()
    system.postbox.clear_orders()


def run_warm_up(seed: int, folder: Path) -> list[str]:
    """Two editions on one domain with a small warm-up: no day holds more, and the later one never overtakes."""
    from django.test import override_settings

    from newsletter.delivery.dispatches import recovery
    from newsletter.delivery.models import Attempt, Batch, WarmUp
    from newsletter.delivery.sending import send_batches
    from newsletter.editions.models import Edition
    from tests.delivery.living import DUE, living
    from tests.support import factories as make

    chance = random.Random(seed)  # noqa: S311  # no secret
    limit, size = chance.randint(4, 12), chance.randint(2, 6)
    with override_settings(DISPATCH_BATCH_SIZE=size), living(folder / f"w{seed}.sqlite3") as system:
        dues = [DUE, DUE + timedelta(minutes=chance.randint(1, 300))]
        for due in reversed(dues) if chance.random() < 0.5 else dues:
            publication = make.publication(lateness_limit_minutes=2880)
            make.readers(publication, chance.randint(1, 20))
            make.approved_edition(publication, due_at=due)
        WarmUp.objects.create(domain="example.org", starts_on=DUE.date(), daily=[limit] * 40)
        days = 0
        while days == 0 or (days < 30 and system.dispatches.exclude(state="finished").exists()):
            system.clock.now = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(days=days, seconds=chance.randint(0, 60))
            system.open()
            for _ in range(chance.randint(1, 4)):  # ticks, each before the workers have done what the last one rang for
                rung = list(recovery.batches_to_enqueue(now=system.clock(), limit=100))
                chance.shuffle(rung)
                for batch in rung[: chance.randint(0, len(rung))]:
                    send_batches.send(batch, client=system.client, clock=system.clock)
                system.clock.now += timedelta(seconds=chance.choice([1, 15]))
            for _ in range(4):
                system.send()
                system.clock.now += timedelta(seconds=15)
            recovery.finish_completed(now=system.clock())
            days += 1
        first, second = Edition.objects.order_by("due_at").values_list("pk", flat=True)
        calls = Attempt.objects.values_list("batch__dispatch__edition", "began_at__date", "batch__submitted")
        last = max(day for edition, day, _ in calls if edition == first)
        by_day: Counter[Any] = Counter()
        for _, day, readers in calls:
            by_day[day] += readers
        return [
            *(f"{readers} readers on {day}, and {limit} may be" for day, readers in by_day.items() if readers > limit),
            *(f"edition {second} began before {first} was done" for e, day, _ in calls if e == second and day < last),
            *(["not everybody was sent to"] if Batch.objects.exclude(state="accepted").exists() else []),
        ]


def main(runs: int, first: int) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    found = 0
    for line in hunt(range(first, first + runs)):
        found += 1
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{len(RUNS) * runs} runs, {found} breaches\n")
    return 1 if found else 0


Run = Callable[[int, Path], list[str]]


RUNS: tuple[Run, ...] = (
    run_ahead,
    run_warm_up,
    run_life,
    run_desk,
    run_story_times,
    run_restored,
    run_old_backup,
    run_copied,
    run_segments,
)


def hunt(seeds: Iterable[int], runs: Sequence[Run] = RUNS) -> Iterator[str]:
    """Every breach that runs with these seeds find. What they write into the database is taken back."""
    from django.db import transaction

    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            for run in runs:
                with transaction.atomic():
                    found = run(seed, Path(folder))
                    transaction.set_rollback(True)
                yield from map(partial(_told, run.__name__, seed), found)


def _told(name: str, seed: int, breach: str) -> str:
    return f"{name} {seed}: {breach}"


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(main(given[0] if given else 100, given[1] if len(given) > 1 else 1))
