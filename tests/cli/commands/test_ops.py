"""Pausing from the command line, and what cron and Nagios read."""

import json
from datetime import timedelta

import pytest

from newsletter.accounts.models import User
from newsletter.audit.models import Record
from newsletter.cli.commands.status import watch_status
from newsletter.lib import clock
from newsletter.ops import heartbeats
from newsletter.ops.failures.record_failure import record_failure
from newsletter.ops.system_status import WORKER_QUEUES
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.ops.given_up_rows import give_up_one_of_each
from tests.support import factories as make


@pytest.fixture
def otto(db: None) -> User:
    return make.otto()


def all_alive(*, oldest: float = 1.5) -> None:
    now = clock.now()
    vitals = heartbeats.WorkerVitals(version="0.1.0", slots=4, running=1, memory_bytes=80_000_000)
    heartbeats.record_worker("worker-1", queues=WORKER_QUEUES, now=now, vitals=vitals)
    for queue in WORKER_QUEUES:
        heartbeats.record_queue(queue, waiting=3, oldest_seconds=oldest if queue == "sending" else 0, now=now)


def test_sending_is_paused_listed_and_resumed(newsletter: Command, otto: User, publication: Publication) -> None:
    paused = newsletter("ops", "pause", "--reason", "rain", "--hours", 2, "--yes", "--json").data
    assert (paused[0]["publication"], paused[0]["reason"], paused[0]["by"]) == (None, "rain", "Otto")
    assert newsletter("ops", "pause", "-p", "morning", "--reason", "snow", "--yes").status == 0
    listed = newsletter("ops", "pauses").text
    assert "all sending Otto" in listed
    assert "morning Otto" in listed
    assert "All sending has been paused by Otto" in newsletter("status").out
    assert newsletter("ops", "resume", "-p", "morning", "--yes").status == 0
    assert newsletter("ops", "resume", "--yes").status == 0
    assert newsletter("ops", "pauses", "--json").data == []


def test_an_editor_pauses_and_resumes_as_on_the_page_and_a_curator_may_not(newsletter: Command, db: None) -> None:
    make.eddie(), make.cora()
    pause = ("ops", "pause", "--reason", "rain", "--yes", "--by")
    assert newsletter(*pause, "cora@example.org").status == 1
    assert newsletter(*pause, "eddie@example.org").status == 0
    assert newsletter("ops", "resume", "--yes").status == 0, "the only user who may"
    make.otto()
    assert newsletter(*pause[:-1], "--json").data[0]["by"] == "Otto", "ops come first when nobody is named"


def test_a_pause_without_consent_or_twice_is_refused(newsletter: Command, otto: User) -> None:
    refused = newsletter("ops", "pause", "--reason", "rain")
    assert (refused.status, "--yes" in refused.err) == (1, True)
    assert newsletter("ops", "resume", "--yes").err.strip() == "All sending is not paused."
    assert newsletter("ops", "pause", "--reason", "rain", "--yes").status == 0
    twice = newsletter("ops", "pause", "--reason", "rain", "--yes")
    assert (twice.status, "already paused" in twice.err) == (1, True)


def test_queues_are_fine_for_nagios_while_they_drain_and_critical_when_they_do_not(newsletter: Command) -> None:
    all_alive()
    fine = newsletter("ops", "queues")
    assert fine.out.startswith("OK: 21 tasks waiting.\n")
    assert "worker-1 0.1.0 1 of 4 80" in fine.text
    assert fine.text.index("sending") < fine.text.index("assembly"), "the oldest task first"
    all_alive(oldest=400)
    still = newsletter("ops", "queues")
    assert (still.status, still.out.splitlines()[0]) == (
        2,
        "CRITICAL: No task is taken from the worker queue “sending”; the oldest is 6 minutes old.",
    )
    assert newsletter("ops", "queues", "--json").status == 2


def test_a_watched_status_is_printed_again_until_ctrl_c(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt

    all_alive()
    watch_status(sleep)
    shown = capsys.readouterr().out
    assert shown.count("All systems normal.") == 3
    assert shown.count("Ctrl-C ends.") == 3
    assert pauses == [2.0] * 3


def test_a_watched_status_is_no_json(newsletter: Command) -> None:
    refused = newsletter("status", "--watch", "--json")
    assert (refused.status, "--json: cannot be combined with --watch" in refused.err) == (1, True)


def test_failures_of_the_last_hour_are_a_warning(newsletter: Command) -> None:
    assert newsletter("ops", "failures").out.startswith("OK: no failures.")
    record_failure(ValueError("odd"), source="task", name="workers.tasks.assembly.x", now=clock.now())
    record_failure(KeyError("old"), source="task", name="y", now=clock.now() - timedelta(hours=2))
    found = newsletter("ops", "failures")
    assert (found.status, found.out.splitlines()[0]) == (1, "WARNING: 1 kind of failure in the last 1 h.")
    assert "ValueError" in found.out
    assert "KeyError" not in found.out
    assert len(json.loads(newsletter("ops", "failures", "--hours", 3, "--json").out)) == 2


def test_work_that_was_given_up_is_listed_tried_again_and_discarded(newsletter: Command, otto: User) -> None:
    assert newsletter("ops", "given-up").text.startswith("OK")
    give_up_one_of_each(make.publication(slug="morning"))
    listed = newsletter("ops", "given-up")
    assert (listed.status, listed.out.partition(":")[0]) == (1, "WARNING")
    data = json.loads(newsletter("ops", "given-up", "--json").out)
    [row] = next(work["rows"] for work in data if work["kind"] == "staff-emails")
    refused = newsletter("ops", "discard", "staff-emails", "--row", row["id"])
    assert (refused.status, "Give --yes." in refused.err) == (1, True)
    assert newsletter("ops", "discard", "staff-emails", "--row", row["id"], "--yes").out.strip() == "1 email to staff."
    assert newsletter("ops", "retry", "webhook-posts", "--yes").out.strip() == "1 webhook post."
    again = newsletter("ops", "retry", "webhook-posts", "--yes")
    assert (again.status, "no webhook post was given up" in again.err) == (1, True)
    assert newsletter("ops", "retry", "odd", "--yes").err.count("Give one of: webhook-posts") == 1
    assert [record.who for record in Record.objects.all()] == ["otto@example.org"] * 2


def test_a_text_of_the_provider_is_explained(newsletter: Command, db: None) -> None:
    known = newsletter("ops", "explain", "550 5.7.26 This mail has been blocked")
    assert (known.status, "wants SPF" in known.out) == (0, True)
    assert newsletter("ops", "explain", "never seen").status == 1
    assert newsletter("ops", "explain", "HTTP 429", "--json").data[0]["remedy"].startswith("Nothing: batches")
