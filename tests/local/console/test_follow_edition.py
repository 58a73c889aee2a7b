"""What somebody who watches is told, while a real edition goes its real way."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from newsletter.delivery.dispatches import control_dispatch, open_dispatch, recovery
from newsletter.delivery.models import Batch
from newsletter.delivery.sending import send_batches
from newsletter.editions.models import Edition
from newsletter.letters import approval, assemble_letter
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
    planted = seed.seed(now=now())
    assert planted
    return planted


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[[EditionReport], list[str]]:
    """The sentences that one look brings."""

    def look(story: EditionReport) -> list[str]:
        capsys.readouterr()
        story.look(now())
        return capsys.readouterr().out.splitlines()

    return look


def test_each_step_is_told_once_from_the_queue_to_the_postbox(
    edition: Edition, told: Callable[[EditionReport], list[str]], postbox: Postbox
) -> None:
    with terminal() as screen:
        story = EditionReport(screen, [])
        assert told(story) == [f"Edition {edition.pk} of The Alder Bay Lantern: 5 stories queued for 250 readers."]
        assert told(story) == []

        assemble_letter.assemble(edition.pk, now=now())
        assembled, approved = told(story)
        assert assembled.startswith(f"Edition {edition.pk} is assembled: “The library is open on Sundays again")
        assert (
            approved == f"Edition {edition.pk} is approved and leaves at {status_messages.clock_time(edition.due_at)}."
        )

        leaves = edition.due_at + timedelta(seconds=1)
        open_dispatch.open_dispatch(edition.pk, now=leaves)
        client = Client(key="any", base=postbox.url, connect_timeout=5, answer_timeout=30)
        batches = list(Batch.objects.values_list("pk", flat=True))
        send_batches.send_all(batches, client=client, clock=lambda: leaves, connections=1)
        client.close()
        assert told(story) == []
        recovery.finish_completed(now=leaves)
        dispatched, where = told(story)
        assert dispatched == f"Edition {edition.pk} is dispatched: 250 of 250 accepted; the ledger adds up."
        assert where.startswith("Read it here: http://127.0.0.1:")
        assert told(story) == []
    last = edition_snapshot.last_edition()
    assert last == edition.pk
    scene = edition_snapshot.scene(last)
    assert scene
    assert status_messages.verdict(scene.progress)[0]


def test_what_is_awaited_is_told_of_even_when_it_is_over_already(
    edition: Edition, told: Callable[[EditionReport], list[str]]
) -> None:
    approval.cancel(edition, reason="Not today.", now=now())
    with terminal() as screen:
        assert told(EditionReport(screen, [])) == []
        assert told(EditionReport(screen, [edition.pk])) == [
            f"Edition {edition.pk} of The Alder Bay Lantern was begun before this start.",
            f"Edition {edition.pk} was not sent: Not today.",
        ]


def test_a_paused_dispatch_is_no_edition_that_leaves(
    edition: Edition, told: Callable[[EditionReport], list[str]]
) -> None:
    with terminal() as screen:
        story = EditionReport(screen, [])
        assemble_letter.assemble(edition.pk, now=now())
        dispatch = open_dispatch.open_dispatch(edition.pk, now=edition.due_at)
        assert dispatch
        assert edition_snapshot.leaving(edition.due_at) == [edition.pk]
        told(story)
        control_dispatch.pause(dispatch, reason="A doubt.")
        assert told(story) == [f"Edition {edition.pk}: its dispatch is paused: A doubt."]
        assert edition_snapshot.leaving(edition.due_at) == []
        assert told(story) == []


def test_an_edition_that_vanishes_is_forgotten(edition: Edition, told: Callable[[EditionReport], list[str]]) -> None:
    with terminal() as screen:
        story = EditionReport(screen, [edition.pk])
        told(story)
        Edition.objects.all().delete()
        assert told(story) == []
        assert story.look(now()) is None


def test_only_what_leaves_soon_is_told_of(edition: Edition, told: Callable[[EditionReport], list[str]]) -> None:
    approval.reschedule(edition, due_at=now() + edition_snapshot.SOON + timedelta(minutes=1), now=now())
    with terminal() as screen:
        assert told(EditionReport(screen, [])) == []
