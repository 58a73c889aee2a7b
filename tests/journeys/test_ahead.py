"""An edition that is handed over ahead of its time, and stopped before it leaves: the whole system, by its doors."""

from collections.abc import Callable

from tests.journeys.conftest import Newsroom
from tests.support.waiting import wait_until

READERS = 30


def test_an_edition_handed_over_ahead_is_stopped_and_nobody_gets_it(
    newsroom: Callable[..., Newsroom], database_url: str
) -> None:
    desk = newsroom(readers=READERS, DATABASE_URL=database_url, DISPATCH_BATCH_SIZE="10")
    system = desk.system
    system.tell("stories", "add", "--url", "https://harbour.example/1", "--headline", "Tide", "--body", "It turned.")
    system.tell("publications", "set", "harbour", "schedule_ahead_minutes=60", "lead_minutes=90")
    desk.due_in(45 * 60)
    system.tell("editions", "plan")
    system.start()
    wait_until(lambda: system.counts()["accepted"] == READERS, timeout=90, what="all readers submitted ahead")
    edition = desk.edition("dispatching")["id"]
    assert system.counts()["statuses"]["waiting"] == READERS
    shown = system.tell("dispatches", "show", edition)
    assert shown["progress"]["phase"] == "scheduled at provider"
    assert "you can stop it until" in shown["waits"]["sentences"][0]

    system.tell("dispatches", "stop", edition, "--reason", "The picture is wrong.", "--yes")

    def said() -> str:
        return str(system.tell("dispatches", "show", edition)["waits"]["sentences"][0])

    desk.wait(lambda: f"; {READERS} cancelled" in said(), timeout=60, what="a cancel that was seen")
    assert system.stop() == 0
