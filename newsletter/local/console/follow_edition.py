"""Stays with the house while it runs, and tells of each edition that leaves meanwhile."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection

from newsletter.editions.models import State
from newsletter.lib.clock import now
from newsletter.local.console import edition_snapshot, status_messages
from newsletter.local.console.edition_snapshot import EditionSnapshot
from newsletter.local.console.terminal import Terminal
from newsletter.local.services import service_definitions
from newsletter.local.supervisor.stop_signals import StopRequests
from newsletter.local.supervisor.supervisor import Supervisor

POLL_SECONDS = 0.2  # seconds between two looks at the processes
LOOK = 0.5  # seconds between two looks at the rows
PATIENCE = timedelta(minutes=5)  # after its due time an edition has so long to be dispatched, with `once`


def follow(
    supervisor: Supervisor, screen: Terminal, asked: StopRequests, *, awaited: Sequence[int], once: bool
) -> int | None:
    """Until the end is asked for (None), or with `once` until the first of the `awaited` editions has got where it
    can get (the exit status).

    They are named beforehand, because a dispatch that only wanted finishing is over before the first look.
    """
    story = EditionReport(screen, awaited)
    began, look_at = now(), 0.0
    while not asked():
        supervisor.keep()
        if time.monotonic() >= look_at:
            look_at = time.monotonic() + LOOK
            scene = story.look(now())
            if once and scene and not scene.on_its_way:
                return 0 if status_messages.verdict(scene.progress)[0] else 1
            if once and now() > (max(began, scene.due_at) if scene else began) + PATIENCE:
                what = (
                    f"Edition {scene.edition} is still {scene.state}, long after it was due"
                    if scene
                    else "Nothing left"
                )
                screen.say(f"{what}. The reason may stand in {supervisor.log('worker').parent}.")
                return 1
        time.sleep(POLL_SECONDS)
    return None


class EditionReport:
    """What has been told so far, and of which editions; `awaited` are told of wherever they stand."""

    def __init__(self, screen: Terminal, awaited: Sequence[int]) -> None:
        self._screen, self._awaited = screen, awaited
        self._told: dict[int, EditionSnapshot] = {}  # each edition as it was told last, the first one first
        self._began: dict[int, datetime] = {}

    def look(self, at: datetime) -> EditionSnapshot | None:
        """Tell what is new. The first edition told of; None before there is one, or while the database is away."""
        try:
            new = [edition for edition in self._awaited if edition not in self._told]
            under_way = [edition for edition, scene in self._told.items() if scene.on_its_way]
            for edition in dict.fromkeys(new + under_way + edition_snapshot.leaving(at)):
                self._tell(edition, at)
        except DatabaseError:  # busy, or just starting again: the next look will see
            connection.close()
            return None
        self._show_bar(at)
        return next(iter(self._told.values()), None)

    def _tell(self, edition: int, at: datetime) -> None:
        before, after = self._told.get(edition), edition_snapshot.scene(edition)
        if after is None:
            self._told.pop(edition, None)
            self._awaited = [number for number in self._awaited if number != edition]
            return
        if before is None:
            stories, readers = edition_snapshot.waiting(edition, now=at)
            self._began[edition] = at
            self._screen.say(status_messages.beginning(after, stories=stories, readers=readers))
        self._told[edition] = after
        for sentence in status_messages.changes(before, after, now=at):
            self._screen.say(sentence)
        if after.state == State.DISPATCHED and service_definitions.sends_to_postbox():
            self._screen.say(f"Read it here: http://127.0.0.1:{settings.POSTBOX_PORT}/", style="bold")

    def _show_bar(self, at: datetime) -> None:
        under_way = [scene for scene in self._told.values() if scene.on_its_way]
        if not under_way:
            self._screen.clear()
            return
        first = min(under_way, key=lambda scene: scene.due_at)
        self._screen.show(*status_messages.on_the_bar(first, began=self._began[first.edition], now=at))
