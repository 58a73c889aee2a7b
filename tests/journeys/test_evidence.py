"""The provider takes a call and its answer is lost: what it tells of the letters settles the doubt by itself."""

from collections.abc import Callable

from tests.journeys.conftest import Newsroom
from tests.support.waiting import wait_until

READERS, BATCH = 60, 20


def test_events_settle_what_an_answer_that_was_lost_left_in_doubt(
    newsroom: Callable[..., Newsroom], database_url: str
) -> None:
    desk = newsroom(
        readers=READERS,
        DATABASE_URL=database_url,
        DISPATCH_BATCH_SIZE=str(BATCH),
        DISPATCH_ANSWER_TIMEOUT="2",
        DISPATCH_LEASE="20",
    )
    system = desk.system
    system.tell("stories", "add", "--url", "https://harbour.example/1", "--headline", "Tide", "--body", "It turned.")
    system.tell("publications", "set", "harbour", "auto_approve=yes")
    edition = system.tell("editions", "plan")["id"]
    system.start()
    system.post_events(hold=True)
    system.order(do="drop", accept=True, times=2)
    system.tell("editions", "send", edition, "--yes")
    wait_until(lambda: system.counts()["accepted"] == READERS, timeout=120, what="all batches to be taken")
    desk.wait(lambda: desk.progress(edition)["uncertain"] == 2 * BATCH, timeout=120, what="two batches in doubt")
    desk.wait(lambda: desk.progress(edition)["waiting"] == 0, timeout=60, what="the other batch")
    assert "is uncertain" in system.say("status").out
    # for five minutes, an event may settle it; and right after the start the queues are not read yet
    desk.wait(lambda: system.say("status").status == 0, timeout=60, what="a status that is not broken")

    system.post_events(shuffle=True, duplicate=0.5, lose=0.3, seed=7)
    assert desk.edition("dispatched", timeout=120)["id"] == edition
    counts, progress = system.counts(), desk.progress(edition)
    assert (counts["addresses"], counts["accepted"], counts["accepted_twice"]) == (READERS, READERS, 0)
    assert (progress["accepted"], progress["uncertain"], progress["adds_up"]) == (READERS, 0, True)

    # which events are lost is the seed's and the message ids' affair; most of the letters are heard of in any case
    tally = desk.wait(
        lambda: (told := system.tell("dispatches", "show", edition)["tally"]) and told["delivered"] > BATCH and told,
        timeout=60,
        what="letters that were delivered",
    )
    assert tally["bounced"] == tally["complained"] == 0
    assert system.stop() == 0
