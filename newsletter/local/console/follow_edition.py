"""Watches the services while they run, and reports each edition that is sent meanwhile."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection

from newsletter.editions.models import EditionState
from newsletter.lib.clock import now
from newsletter.local.console import edition_snapshot, status_messages
from newsletter.local.console.edition_snapshot import EditionSnapshot
from newsletter.local.console.terminal import Terminal
from newsletter.local.services import service_definitions
from newsletter.local.supervisor.stop_signals import StopRequests
from newsletter.local.supervisor.supervisor import Supervisor

PROCESS_POLL_SECONDS = 0.2
DATABASE_POLL_SECONDS = 0.5
MAX_DELAY = timedelta(minutes=5)  # with `once`: how long after its due time an edition may take


def follow_editions(
    supervisor: Supervisor, screen: Terminal, stop_requests: StopRequests, *, awaited: Sequence[int], once: bool
) -> int | None:
    """Return None when a person asks to stop; with `once`, the exit status when the first edition has finished.

    `awaited` are the ids of the editions that were due at the start: a dispatch that was nearly finished then is
    over before the first look at the database.
    """
    report = EditionReport(screen, awaited)
    began, look_at = now(), 0.0
    while not stop_requests():
        supervisor.check()
        if time.monotonic() >= look_at:
            look_at = time.monotonic() + DATABASE_POLL_SECONDS
            first = report.update(now())
            if once and first and not first.is_in_progress:
                return 0 if status_messages.verdict(first.progress)[0] else 1
            if once and now() > (max(began, first.due_at) if first else began) + MAX_DELAY:
                problem = (
                    f"Edition {first.edition} is still {first.state}, {_minutes(MAX_DELAY)} after its due time"
                    if first
                    else "No edition was sent"
                )
                screen.say(f"{problem}. See the logs in {supervisor.log_path('worker').parent}.")
                return 1
        time.sleep(PROCESS_POLL_SECONDS)
    return None


class EditionReport:
    """What has been reported so far, by edition; `awaited` editions are reported whatever their state."""

    def __init__(self, screen: Terminal, awaited: Sequence[int]) -> None:
        self._screen, self._awaited = screen, awaited
        self._reported: dict[int, EditionSnapshot] = {}  # the last snapshot of each edition, in order of appearance
        self._began: dict[int, datetime] = {}

    def update(self, at: datetime) -> EditionSnapshot | None:
        """Print what is new. Return the first edition reported; None before there is one or without a database."""
        try:
            new = [edition for edition in self._awaited if edition not in self._reported]
            in_progress = [edition for edition, snapshot in self._reported.items() if snapshot.is_in_progress]
            for edition in dict.fromkeys(new + in_progress + edition_snapshot.editions_due_soon(at)):
                self._report(edition, at)
        except DatabaseError:  # busy or restarting: the next update tries again
            connection.close()
            return None
        self._show_bar(at)
        return next(iter(self._reported.values()), None)

    def _report(self, edition: int, at: datetime) -> None:
        before, after = self._reported.get(edition), edition_snapshot.take_snapshot(edition)
        if after is None:
            self._reported.pop(edition, None)
            self._awaited = [number for number in self._awaited if number != edition]
            return
        if before is None:
            stories, readers = edition_snapshot.queued_counts(edition, now=at)
            self._began[edition] = at
            self._screen.say(status_messages.first_message(after, stories=stories, readers=readers))
        self._reported[edition] = after
        for sentence in status_messages.changes(before, after, now=at):
            self._screen.say(sentence)
        if after.state == EditionState.DISPATCHED and service_definitions.sends_to_postbox():
            self._screen.say(f"Read it here: http://127.0.0.1:{settings.POSTBOX_PORT}/", style="bold")

    def _show_bar(self, at: datetime) -> None:
        in_progress = [snapshot for snapshot in self._reported.values() if snapshot.is_in_progress]
        if not in_progress:
            self._screen.clear()
            return
        first = min(in_progress, key=lambda snapshot: snapshot.due_at)
        self._screen.show(*status_messages.progress_bar(first, began=self._began[first.edition], now=at))


def _minutes(duration: timedelta) -> str:
    return f"{duration.total_seconds() / 60:.0f} minutes"
