"""Gifts are imported, an edition leaves: its postbox shows thanks for who gave, and an appeal for all others."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.journeys.conftest import Newsroom

ASKS, THANKS = "https://harbour.example/give", "Thank you for your gift"


def gift(number: int, *, days_ago: int) -> str:
    day = datetime.now(UTC) - timedelta(days=days_ago)
    return f"READER{number}@readers.example,{day:%Y-%m-%d},25.00,USD,ch_{number}\n"


def test_who_gave_is_thanked_and_everybody_else_is_asked(newsroom: Callable[..., Newsroom], database_url: str) -> None:
    desk = newsroom(readers=12, DATABASE_URL=database_url, DISPATCH_BATCH_SIZE="5")
    system = desk.system
    system.tell("stories", "add", "--paste", "-", "--url", "https://harbour.example/ferry", "--yes",
               stdin="The ferry is back\n\nIt leaves at eight.\n\nIt comes home at noon.\n\nBring a coat.")  # fmt: skip
    system.tell(
        "appeals", "add", "--name", "Winter", "--heading", "Readers pay for this", "--button", "Support us",
        "--url", ASKS,
    )  # fmt: skip
    header = "email,date,amount,currency,reference\n"
    told = system.tell(
        "gifts", "import", "-", "--source", "stripe", stdin=header + gift(3, days_ago=2) + gift(7, days_ago=200)
    )
    assert (told["added"], told["bad"]) == (2, 0)
    desk.due_in(45 * 60)
    system.tell("publications", "set", "harbour", "lead_minutes=90")
    system.tell("editions", "plan")
    system.start()
    approved = desk.edition("approved")
    told = system.tell(
        "gifts", "import", "-", "--source", "stripe", stdin=header + gift(3, days_ago=2) + gift(9, days_ago=0)
    )
    assert (told["added"], told["known"]) == (1, 1)
    system.tell("editions", "send", approved["id"], "--yes")
    edition = desk.edition("dispatched")
    progress = desk.progress(edition["id"])
    assert (progress["accepted"], progress["adds_up"], progress["complete"]) == (12, True, True)
    for number in range(12):
        [letter] = system.letters(address=f"reader{number}@readers.example", full=1)
        gave = number in (3, 9)
        for body in (letter["html"], letter["text"]):
            assert (THANKS in body, ASKS in body) == (gave, not gave), number
    assert system.stop() == 0
