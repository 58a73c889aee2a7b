"""Kills a process at the moments of every path of `paths.py`, lets healthy ones go on, and judges.

A program of its own (`python -m tests.torture.walking [MOST SEED]`), told by the environment which database to
use. It prints JSON: for each moment its name, and what became of the edition. With MOST it takes no more
moments than that of each path, spread evenly, the first one drawn by SEED; without it, all.

    record the path once → for each moment: an edition, a process, killed there → recovery → postbox against ledger
"""

import json
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from tests.torture.dying import walked
from tests.torture.far_end import FILE, copies_of, postbox
from tests.torture.judging import Ledger, judge, ledger_of

if TYPE_CHECKING:
    from newsletter.editions.models import Edition
    from tests.torture import paths

PATIENCE = 20.0  # seconds until healthy workers have brought an edition to rest


def main(most: int | None, seed: int) -> None:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from newsletter.delivery.dispatches import open_dispatch
    from tests.torture import paths

    call_command("migrate", interactive=False, verbosity=0)
    for name, value in paths.CHUNKS.items():
        setattr(open_dispatch, name, value)
    settings.DISPATCH_BATCH_SIZE = paths.SIZE
    found = []
    with tempfile.TemporaryDirectory() as folder, postbox(Path(folder)) as url:
        for path in paths.PATHS:
            found += Walk(path, url, Path(folder) / FILE).torture(most, random.Random(seed))  # noqa: S311  # no secret
    json.dump(found, sys.stdout)


@dataclass
class Walk:
    """One path; `file` is the postbox's own."""

    path: "paths.Path"
    url: str
    file: Path
    names: list[str] = field(default_factory=list)

    def torture(self, most: int | None, chance: random.Random) -> list[dict[str, Any]]:
        """The moments that were chosen, in the order in which the path passes them."""
        told = [self._walk(-1)]  # walked to its end it must keep the promise as well
        return [one for one in told if one["breach"]] + [
            self._walk(number) for number in chosen(len(self.names), most, chance)
        ]

    def _walk(self, dies_at: int) -> dict[str, Any]:
        edition = self.path.ready(self.url)
        passed = walked(lambda: self.path.walk(edition, self.url), dies_at=dies_at)
        if dies_at < 0:
            self.names = passed
        elif len(passed) != dies_at + 1:  # rows that nothing puts in order may be passed in another one
            raise RuntimeError(f"{self.path.name}: was to die at point {dies_at}, and died after {len(passed)}")
        breaches, state = self._go_on(edition)
        return {
            "path": self.path.name,
            "name": f"{self.path.name} · {passed[-1] if dies_at >= 0 else 'walked to its end'}",
            "number": dies_at + 1,
            "moments": len(self.names),
            "state": state,
            "breach": "; ".join(breaches),
        }

    def _go_on(self, edition: "Edition") -> tuple[list[str], str]:
        """What is wrong when healthy workers have done all they can, and after a person's word; the state between."""
        from tests.torture import paths

        rest = self._rest(edition)
        dispatch = paths.dispatch_of(edition)
        if dispatch is None or rest is None:
            return [f"it did not come to rest: {rest.state if rest else 'never opened'}"], "lost"
        breaches = judge(rest, copies_of(self.file, dispatch.pk)).breaches
        for word in (self.path.walk, paths.count_as_accepted, paths.leave_out):
            word(edition, self.url)
            self._rest(edition)
        dispatch.refresh_from_db()
        twice = sum(count > 1 for count in copies_of(self.file, dispatch.pk).values())
        if twice:
            breaches.append(f"{twice} readers got two after a person's word")
        if dispatch.state != "finished":
            breaches.append(f"after a person's word it is {dispatch.state}")
        return breaches, rest.state

    def _rest(self, edition: "Edition") -> Ledger | None:
        """The ledger when all is done that workers do by themselves, with every lease over; None when it is never."""
        from newsletter.delivery.dispatches import open_dispatch, recovery
        from newsletter.lib import clock
        from tests.torture import paths

        until, later = time.monotonic() + PATIENCE, timedelta(hours=1)
        while time.monotonic() < until:
            if paths.dispatch_of(edition) is None:
                open_dispatch.open_dispatch(edition.pk, now=clock.now())
            for dispatch in recovery.under_way().opening:
                while open_dispatch.continue_opening(dispatch):
                    pass
            recovery.release_abandoned(now=clock.now() + later)
            paths.advance_groups(edition, self.url, lambda: clock.now() + later)  # noqa: B023  # called within this round
            while due := recovery.batches_to_enqueue(now=clock.now() + later, limit=100):
                self._send_later(due, later)
            recovery.finish_completed(now=clock.now() + later)
            later += self.path.tick
            ledger = ledger_of(paths.dispatch_of(edition))
            if ledger and ledger.state == "paused":
                self.path.walk(edition, self.url)  # nothing more happens before a person's word
            elif ledger and ledger.is_quiet:
                return ledger
        return None

    def _send_later(self, batches: Any, later: timedelta) -> None:
        from newsletter.delivery.sending import send_batches
        from newsletter.lib import clock
        from tests.torture.far_end import client_of

        send_batches.send_all(batches, client=client_of(self.url), clock=lambda: clock.now() + later, connections=1)


def chosen(count: int, most: int | None, chance: random.Random) -> list[int]:
    """Which moments of so many: all, or `most` of them at even distances."""
    if most is None or count <= most:
        return list(range(count))
    stride = count / most
    first = chance.uniform(0, stride)
    return [int(first + place * stride) for place in range(most)]


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(given[0] if given else None, given[1] if len(given) > 1 else 0)
