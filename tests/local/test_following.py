"""What somebody who watches is told, while a real edition goes its real way."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from newsletter.delivery import opening, recovery, sending, steering
from newsletter.delivery.models import Batch
from newsletter.editions import approval, assembly
from newsletter.editions.models import Edition
from newsletter.lib.clock import now
from newsletter.local import scenes, telling
from newsletter.local.following import Story
from newsletter.local.sample import seeding
from newsletter.local.terminal import terminal
from newsletter.mail.sendgrid.transport import Client
from newsletter.postbox.server import Postbox

pytestmark = pytest.mark.django_db(transaction=True)  # opening a dispatch is a transaction of its own


@pytest.fixture
def edition() -> Edition:
    planted = seeding.seed(now=now())
    assert planted
    return planted


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[[Story], list[str]]:
    """The sentences that one look brings."""

    def look(story: Story) -> list[str]:
        capsys.readouterr()
        story.look(now())
        return capsys.readouterr().out.splitlines()

    return look


def test_each_step_is_told_once_from_the_queue_to_the_postbox(
    edition: Edition, told: Callable[[Story], list[str]], postbox: Postbox
) -> None:
    with terminal() as screen:
        story = Story(screen, [])
        assert told(story) == [f"Edition {edition.pk} of The Alder Bay Lantern: 5 stories queued for 250 readers."]
        assert told(story) == []

        assembly.assemble(edition.pk, now=now())
        assembled, approved = told(story)
        assert assembled.startswith(f"Edition {edition.pk} is assembled: “The library is open on Sundays again")
        assert approved == f"Edition {edition.pk} is approved and leaves at {telling.clock_time(edition.due_at)}."

        leaves = edition.due_at + timedelta(seconds=1)
        opening.open(edition.pk, now=leaves)
        client = Client(key="any", base=postbox.url, connect_timeout=5, answer_timeout=30)
        batches = list(Batch.objects.values_list("pk", flat=True))
        sending.send_all(batches, client=client, clock=lambda: leaves, connections=1)
        client.close()
        assert told(story) == []
        recovery.finish_done(now=leaves)
        dispatched, where = told(story)
        assert dispatched == f"Edition {edition.pk} is dispatched: 250 of 250 accepted; the ledger adds up."
        assert where.startswith("Read it here: http://127.0.0.1:")
        assert told(story) == []
    last = scenes.last_edition()
    assert last == edition.pk
    scene = scenes.scene(last)
    assert scene
    assert telling.verdict(scene.progress)[0]


def test_what_is_awaited_is_told_of_even_when_it_is_over_already(
    edition: Edition, told: Callable[[Story], list[str]]
) -> None:
    approval.cancel(edition, reason="Not today.", now=now())
    with terminal() as screen:
        assert told(Story(screen, [])) == []
        assert told(Story(screen, [edition.pk])) == [
            f"Edition {edition.pk} of The Alder Bay Lantern was begun before this start.",
            f"Edition {edition.pk} was not sent: Not today.",
        ]


def test_a_paused_dispatch_is_no_edition_that_leaves(edition: Edition, told: Callable[[Story], list[str]]) -> None:
    with terminal() as screen:
        story = Story(screen, [])
        assembly.assemble(edition.pk, now=now())
        dispatch = opening.open(edition.pk, now=edition.due_at)
        assert dispatch
        assert scenes.leaving(edition.due_at) == [edition.pk]
        told(story)
        steering.pause(dispatch, reason="A doubt.")
        assert told(story) == [f"Edition {edition.pk}: its dispatch is paused: A doubt."]
        assert scenes.leaving(edition.due_at) == []
        assert told(story) == []


def test_an_edition_that_vanishes_is_forgotten(edition: Edition, told: Callable[[Story], list[str]]) -> None:
    with terminal() as screen:
        story = Story(screen, [edition.pk])
        told(story)
        Edition.objects.all().delete()
        assert told(story) == []
        assert story.look(now()) is None


def test_only_what_leaves_soon_is_told_of(edition: Edition, told: Callable[[Story], list[str]]) -> None:
    approval.reschedule(edition, due_at=now() + scenes.SOON + timedelta(minutes=1), now=now())
    with terminal() as screen:
        assert told(Story(screen, [])) == []
