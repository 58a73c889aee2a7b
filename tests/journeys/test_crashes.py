"""Things that are killed while an edition leaves: nobody gets it twice, nobody is missed, doubt is named."""

from collections.abc import Callable, Iterator

import pytest

from tests.journeys.conftest import Newsroom
from tests.support.waiting import wait_until

READERS, BATCH = 400, 10

pytestmark = pytest.mark.sampled(1, of="crashes")


@pytest.fixture
def leaving(newsroom: Callable[..., Newsroom], database_url: str) -> Iterator[Newsroom]:
    """A newsroom whose edition is leaving slowly: forty batches, each answered after a while."""
    desk = newsroom(
        readers=READERS,
        DATABASE_URL=database_url,
        DISPATCH_BATCH_SIZE=str(BATCH),
        DISPATCH_SLICE="4",
        DISPATCH_CONNECTIONS="2",
        DISPATCH_CONNECT_TIMEOUT="1",
        DISPATCH_ANSWER_TIMEOUT="2",
        DISPATCH_LEASE="12",
    )
    desk.system.tell(
        "stories", "add", "--url", "https://harbour.example/1", "--headline", "Tide", "--body", "It turned."
    )
    desk.system.tell("publications", "set", "harbour", "auto_approve=yes")
    edition = desk.system.tell("editions", "plan")["id"]
    desk.system.start()
    desk.system.post_events(hold=True)  # evidence would settle doubt by itself; here a person does it
    desk.system.order(do="late", seconds=0.3, times=None)
    desk.system.tell("editions", "send", edition, "--yes")
    wait_until(lambda: desk.system.counts()["accepted"] >= 3 * BATCH, timeout=90, what="the first batches")
    yield desk
    assert desk.system.stop() == 0


def everybody_once(desk: Newsroom) -> None:
    """The edition finished by itself and the postbox saw each reader exactly once."""
    edition = desk.edition("dispatched", timeout=120)
    counts = desk.system.counts()
    assert (counts["addresses"], counts["accepted_twice"]) == (READERS, 0)
    assert desk.progress(edition["id"])["adds_up"]


def everybody_once_or_uncertain(desk: Newsroom) -> None:
    """After a worker was lost in the middle of calls: settle what is in doubt, as a person would."""
    edition = desk.edition("dispatching")["id"]
    desk.wait(lambda: desk.progress(edition)["waiting"] == 0, timeout=120, what="all batches to have a fate")
    counts, progress = desk.system.counts(), desk.progress(edition)
    assert counts["accepted_twice"] == 0
    assert progress["adds_up"]
    assert progress["accepted"] + progress["uncertain"] == READERS
    if progress["uncertain"]:
        said = desk.system.say("status")
        assert "is uncertain" in said.out
        assert said.status == 0, "for five minutes, an event may settle it"
        desk.system.tell("dispatches", "settle", edition, "count-as-accepted", "--by", desk.otto, "--yes")
    assert desk.edition("dispatched")["id"] == edition


def test_the_dispatch_worker_killed_in_the_middle_of_calls(leaving: Newsroom) -> None:
    leaving.system.kill9("--queues=dispatch")
    everybody_once_or_uncertain(leaving)


def test_redis_killed_under_busy_workers_and_back_empty(leaving: Newsroom) -> None:
    leaving.system.kill9("broker.conf")
    everybody_once(leaving)


def test_an_answer_that_is_lost_is_named_and_settled_and_nobody_gets_two(leaving: Newsroom) -> None:
    leaving.system.take_orders_back()
    leaving.system.order(do="drop", accept=True)
    leaving.system.order(do="late", seconds=0.3, times=None)
    edition = leaving.edition("dispatching")["id"]
    leaving.wait(lambda: leaving.progress(edition)["uncertain"] == BATCH, timeout=60, what="the batch in doubt")
    everybody_once_or_uncertain(leaving)
    assert leaving.system.counts()["addresses"] == READERS


def test_the_provider_killed_in_the_middle_of_calls(leaving: Newsroom) -> None:
    leaving.system.kill9("newsletter.postbox")
    everybody_once_or_uncertain(leaving)
