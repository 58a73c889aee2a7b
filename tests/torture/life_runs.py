"""Runs of `life.py`: a day and a half as it comes, a backup that is put back in the middle of it, and a copy."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

STEPS = {
    "wait": 14, "misbehave": 3, "look": 8, "approve": 12, "hold": 1, "release": 6, "reschedule": 1.5, "send now": 0.3,
    "pause": 1, "resume": 2, "stop": 0.2, "settle": 2, "leave out": 0.5, "write": 2, "time a story": 4,
    "change the sender": 1, "change the schedule": 2, "pause a reader": 2, "leave": 1, "come back": 3, "lift": 2,
    "tell of a reader": 4, "repeat events": 2, "tell of others": 2, "tell of letters": 2,
}  # fmt: skip
WITHOUT_PEOPLE = ("wait", "tell of letters", "repeat events")


def words_of(chance: random.Random, *, most: int) -> list[str]:
    """The next steps of a run."""
    return chance.choices(list(STEPS), list(STEPS.values()), k=chance.randint(most // 3, most))


def run_life(seed: int, folder: Path) -> list[str]:
    """One publication, its people, readers and provider; every breach as a sentence."""
    with _living(seed, folder) as life:
        for what in words_of(life.chance, most=15):
            life.take(what)
        life.go_on_until(life.near)  # more happens around the time at which it leaves
        for what in words_of(life.chance, most=40):
            life.take(what)
        return list(life.end())


def run_desk(seed: int, folder: Path) -> list[str]:
    """Much is decided at a desk: another schedule when its hour has just gone by, and an approval of what was looked at
    before somebody wrote."""
    with _living(seed, folder, by_rule=0) as life:
        life.go_on(180, step=90)
        life.take("change the schedule")
        life.go_on_until(life.near)
        for _ in range(life.chance.randint(2, 4)):
            life.go_on(20, step=20)
            for what in life.chance.choices(["look", "write", "wait", "approve"], k=4):
                life.take(what)
        for what in ("look", "write", "wait", "approve"):
            life.take(what)
        life.go_on(240, step=60)
        return list(life.end())


def run_restored(seed: int, folder: Path) -> list[str]:
    """A backup is put back over whatever happened since: nothing leaves or is cancelled without a person."""
    from django.db import transaction

    with _living(seed, folder, by_rule=0.7) as life:
        _begin(life)
        backup = transaction.savepoint()
        for what in words_of(life.chance, most=25):
            life.take(what)
        transaction.savepoint_rollback(backup)
        return _live_elsewhere(life, name=life.chance.choice(["", "main"]))


def run_old_backup(seed: int, folder: Path) -> list[str]:
    """A backup older than the plan of the day is put back when the original may have sent the edition of the day."""
    from django.db import transaction

    from newsletter.delivery.ledger import installation

    with _living(seed, folder, by_rule=0.7) as life:
        installation.check(fresh=True)
        backup = transaction.savepoint()
        for what in words_of(life.chance, most=12):
            life.take(what)
        late = life.publication.lateness_limit_minutes
        life.go_on_until(life.due + timedelta(minutes=life.chance.randint(0, late)))
        transaction.savepoint_rollback(backup)
        return _live_elsewhere(life, name=life.chance.choice(["", "main"]))


def run_story_times(seed: int, folder: Path) -> list[str]:
    """Stories of an approved edition get embargoes and expiries in the hours before it is due."""
    with _living(seed, folder, by_rule=1) as life:
        life.go_on_until(life.near)
        while life.system.clock.now < life.due and not life.dispatch:
            life.take(life.chance.choice(["time a story", "look", "approve", "release"]))
            life.go_on(30, step=10)
        return list(life.end())


def run_segments(seed: int, folder: Path) -> list[str]:
    """Segments are chosen for an edition, and change, in the hours around its due time."""
    with _living(seed, folder, by_rule=0.3) as life:
        life.add_segments()
        life.go_on_until(life.near)
        chosen = ("choose readers", "choose readers", "change a segment", "look", "approve", "approve", "wait", "wait")
        for what in life.chance.choices((*chosen, "release", "misbehave", "leave", "come back"), k=25):
            life.take(what)
        return list(life.end())


def run_copied(seed: int, folder: Path) -> list[str]:
    """A copy is confirmed and lives to the end of the day, and does nothing; then the original does, as if there were
    none."""
    from django.db import transaction

    from newsletter.delivery.ledger import installation

    with _living(seed, folder, by_rule=0.7) as life:
        _begin(life)
        original, now, events = transaction.savepoint(), life.system.clock.now, list(life.events)
        found = _live_elsewhere(life, name="staging")
        transaction.savepoint_rollback(original)
        installation.reset_cache()
        life.system.clock.now, life.events = now, events
        for what in words_of(life.chance, most=25):
            life.take(what)
        return found + list(life.end())


def _begin(life: Any) -> None:
    """Nothing at all, something, or up to the middle of a dispatch."""
    how = life.chance.choice(["not yet", "on the way", "dispatching", "dispatching"])
    if how == "not yet":
        return
    for what in words_of(life.chance, most=25):
        life.take(what)
    if how == "dispatching":
        life.reach_dispatch()


@contextmanager
def _living(seed: int, folder: Path, *, by_rule: float = 0.2) -> Iterator[Any]:
    from django.test import override_settings

    from newsletter.delivery.ledger import installation
    from tests.delivery.living import living
    from tests.torture.life import Life

    chance = random.Random(seed)  # noqa: S311  # no secret
    installation.reset_cache()
    file = Path(mkdtemp(dir=folder)) / "postbox.sqlite3"  # a run with letters of another run is not the same run
    with override_settings(DISPATCH_BATCH_SIZE=chance.choice([1, 3, 8]), DISPATCH_LEASE=120), living(file) as system:
        yield Life(system, chance, by_rule=by_rule)
    installation.reset_cache()


def _live_elsewhere(life: Any, *, name: str) -> list[str]:
    """The database lies somewhere else by now. It is confirmed, and lives on without anybody's word; what it did."""
    from newsletter.delivery.dispatches import confirm_installation
    from newsletter.delivery.ledger import installation
    from newsletter.delivery.models import Installation
    from tests.torture.life import END

    Installation.objects.update(fingerprint={"file": "0", "database": "0"})
    installation.reset_cache()
    before = _traces(life)
    life.tick()
    found = [] if before == _traces(life) else ["a copy that nobody has confirmed did something"]
    before = _traces(life)
    confirm_installation.confirm(name=name, by="otto@example.org", now=life.system.clock())
    while life.system.clock.now < END:
        life.go_on(60)
        life.take(life.chance.choice(WITHOUT_PEOPLE))
    if before != _traces(life):
        found.append("without a person's word something left, or was cancelled, after the database was confirmed")
    return found


def _traces(life: Any) -> tuple[int, Any]:
    """What it did at the provider: letters, and cancels."""
    from newsletter.postbox.store import batch_ids

    with life.system.postbox.context.mailbox.reading() as reader:
        return len(life.system.postbox.letters()), {
            name: one.changes for name, one in batch_ids.batch_histories(reader).items()
        }
