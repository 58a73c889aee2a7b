"""The messages of the terminal while a real edition is assembled and sent."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from newsletter.delivery.dispatches import control_dispatch, open_dispatch, recovery
from newsletter.delivery.models import Batch
from newsletter.delivery.sending import send_batches
from newsletter.editions.models import Edition
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.lib.clock import now
from newsletter.local.console import edition_snapshot, status_messages
from newsletter.local.console.follow_edition import EditionReport
from newsletter.local.console.terminal import terminal
from newsletter.local.sample_data import seed
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.postbox.postbox import Postbox

pytestmark = pytest.mark.django_db(transaction=True)  # opening a dispatch is a transaction of its own


@pytest.fixture
def edition() -> Edition:
    edition = seed.seed(now=now())
    assert edition
    return edition


@pytest.fixture
def news(capsys: pytest.CaptureFixture[str]) -> Callable[[EditionReport], list[str]]:
    """The messages of one update."""

    def update(report: EditionReport) -> list[str]:
        capsys.readouterr()
        report.update(now())
        return capsys.readouterr().out.splitlines()

    return update


def test_each_step_is_reported_once_from_the_queue_to_the_postbox(
    edition: Edition, news: Callable[[EditionReport], list[str]], postbox: Postbox
) -> None:
    with terminal() as screen:
        report = EditionReport(screen, [])
        assert news(report) == [f"Edition {edition.pk} of The Alder Bay Lantern: 5 stories queued for 250 readers."]
        assert news(report) == []

        assemble_edition.assemble(edition.pk, now=now())
        leaving = status_messages.clock_time(edition.due_at)
        assembled, approved = news(report)
        assert assembled.startswith(f"Edition {edition.pk} is assembled: “The library is open on Sundays again")
        assert approved == f"Edition {edition.pk} is approved and will be sent at {leaving}."

        leaves = edition.due_at + timedelta(seconds=1)
        open_dispatch.open_dispatch(edition.pk, now=leaves)
        client = Client(key="any", base=postbox.url, connect_timeout=5, answer_timeout=30)
        batches = list(Batch.objects.values_list("pk", flat=True))
        send_batches.send_all(batches, client=client, clock=lambda: leaves, connections=1)
        client.close()
        assert news(report) == []
        recovery.finish_completed(now=leaves)
        sent, where = news(report)
        assert sent == f"Edition {edition.pk} is sent: 250 of 250 accepted; totals match."
        assert where.startswith("Read it here: http://127.0.0.1:")
        assert news(report) == []
    last = edition_snapshot.last_edition()
    assert last == edition.pk
    snapshot = edition_snapshot.take_snapshot(last)
    assert snapshot
    assert status_messages.verdict(snapshot.progress)[0]


def test_an_awaited_edition_is_reported_even_when_it_is_finished(
    edition: Edition, news: Callable[[EditionReport], list[str]]
) -> None:
    edition_decisions.cancel(edition, reason="Not today.", now=now())
    with terminal() as screen:
        assert news(EditionReport(screen, [])) == []
        assert news(EditionReport(screen, [edition.pk])) == [
            f"Edition {edition.pk} of The Alder Bay Lantern was already in progress at this start.",
            f"Edition {edition.pk} was not sent: Not today.",
        ]


def test_a_paused_edition_is_not_due_soon(edition: Edition, news: Callable[[EditionReport], list[str]]) -> None:
    with terminal() as screen:
        report = EditionReport(screen, [])
        assemble_edition.assemble(edition.pk, now=now())
        dispatch = open_dispatch.open_dispatch(edition.pk, now=edition.due_at)
        assert dispatch
        assert edition_snapshot.editions_due_soon(edition.due_at) == [edition.pk]
        news(report)
        control_dispatch.pause(dispatch, reason="A doubt.")
        assert news(report) == [f"Edition {edition.pk}: sending is paused: A doubt."]
        assert edition_snapshot.editions_due_soon(edition.due_at) == []
        assert news(report) == []


def test_an_edition_that_vanishes_is_forgotten(edition: Edition, news: Callable[[EditionReport], list[str]]) -> None:
    with terminal() as screen:
        report = EditionReport(screen, [edition.pk])
        news(report)
        Edition.objects.all().delete()
        assert news(report) == []
        assert report.update(now()) is None


def test_only_editions_due_soon_are_reported(edition: Edition, news: Callable[[EditionReport], list[str]]) -> None:
    edition_decisions.reschedule(edition, due_at=now() + edition_snapshot.SOON + timedelta(minutes=1), now=now())
    with terminal() as screen:
        assert news(EditionReport(screen, [])) == []


def test_stories_that_a_worker_has_just_taken_are_counted(edition: Edition) -> None:
    """The worker may be quicker than the count that follows the look at the edition."""
    seen = edition_snapshot.take_snapshot(edition.pk)
    assemble_edition.assemble(edition.pk, now=now())
    stories, readers = edition_snapshot.queued_counts(edition.pk, now=now())
    assert seen
    assert "5 stories queued for 250 readers" in status_messages.first_message(seen, stories=stories, readers=readers)
