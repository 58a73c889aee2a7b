"""From text copied off a web page to a thousand inboxes on schedule, and out again with one click."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tests.journeys.conftest import Newsroom
from tests.support.surroundings import ROOT


class Copied(NamedTuple):
    """Text as it was copied, and what a careful person would take out of it."""

    text: str
    headline: str
    paragraphs: list[str]
    lead: str
    points: list[str]
    closing: list[str]
    byline: str
    source: str


COPIED = Copied(
    text=(ROOT / "tests" / "golden" / "copied.txt").read_text(encoding="utf-8"),
    headline="Port Alder Votes to Keep Its Ferry, for Now",
    paragraphs=[
        "Will the ferry still run",
        "The numbers are not kind",
        "Yet the people who take",
        "What happens next depends",
    ],
    lead="We sit through the meetings",
    points=[
        "Reporters at every council meeting since 2019",
        "Our archive is free for schools",
        "No owner tells us what to leave out",
    ],
    closing=["Become a member.", "Give to The Harbour Note, and somebody will be there on Tuesday."],
    byline="Nora Vance",
    source="The Harbour Note",
)


def test_a_pasted_story_reaches_a_thousand_readers_once_and_each_can_leave_with_one_click(
    newsroom: Callable[..., Newsroom], database_url: str
) -> None:
    copied = COPIED
    desk = newsroom(readers=1000, DATABASE_URL=database_url, DISPATCH_BATCH_SIZE="150")
    system = desk.system
    story = system.tell(
        "stories", "add", "--paste", "-", "--url", "https://harbour.example/ferry?a=1&b=2", "--keep-appeal",
        "--appeal-url", "https://harbour.example/give", "--appeal-button", "Support this reporting", "--yes",
        stdin=copied.text,
    )  # fmt: skip
    assert (story["headline"], story["byline"], story["source_name"]) == (copied.headline, copied.byline, copied.source)
    for word in [*copied.points, *copied.closing, copied.lead]:
        assert word not in story["body"], "the donation block stayed in the story"

    system.tell("appeals", "set", str(story["pasted"]["appeal_stored"]), "is_active=yes")

    system.start()
    due = desk.due_in(25)
    edition = desk.edition("dispatched")
    assert edition["due_at"].startswith(f"{due:%Y-%m-%dT%H:%M:%S}")
    assert datetime.fromisoformat(edition["dispatched_at"]) >= due.replace(tzinfo=UTC)

    counts = system.counts()
    assert (counts["accepted"], counts["addresses"], counts["accepted_twice"]) == (1000, 1000, 0)
    progress = desk.progress(edition["id"])
    assert (progress["accepted"], progress["adds_up"], progress["complete"]) == (1000, True, True)
    assert all(queue["workers"] >= 1 for queue in system.tell("status")["queues"])

    [letter] = system.letters(address="reader7@readers.example", full=1)
    check_letter(letter["text"], letter["html"], copied)
    assert letter["subject"] == copied.headline
    leave_with_one_click(desk, letter)
    assert system.stop() == 0


def check_letter(text: str, html: str, copied: Copied) -> None:
    """Headline, paragraphs and the appeal after the second, each once and in that order, in both forms."""
    second, third = copied.paragraphs[1], copied.paragraphs[2]
    for body in (flat(text), flat(re.sub(r"<[^>]+>", " ", html.partition("<body")[2]))):
        order = [body.index(flat(p)) for p in copied.paragraphs]
        assert order == sorted(order)
        assert len(order) == 4
        for line in [copied.lead, *copied.points, *copied.closing]:
            assert body.count(flat(line)) == 1, line
            assert body.index(flat(second)) < body.index(flat(line)) < body.index(flat(third)), line
        assert copied.byline in body
        assert copied.source in body
        assert "3 Quay Street, Port Alder" in body
        assert "__nl_" not in body
    assert "https://harbour.example/ferry" in text
    assert 'href="https://harbour.example/give' in html


def leave_with_one_click(desk: Newsroom, letter: dict[str, Any]) -> None:
    """By the header of the letter, as a mail program does it: looking changes nothing, posting acts at once."""
    assert letter["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = letter["headers"]["List-Unsubscribe"].strip("<>")
    assert link in letter["html"]
    assert link in letter["text"]
    before = desk.system.tell("readers", "count")
    assert desk.system.get(link).status == 200
    assert desk.system.tell("readers", "count") == before
    answer = desk.system.post(link, {"List-Unsubscribe": "One-Click"})
    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers
    assert desk.system.post(link, {"List-Unsubscribe": "One-Click"}).status == 200, "a repeated click is no error"
    after = desk.system.tell("readers", "count")
    assert after != before


def flat(text: str) -> str:
    """Words with single blanks between them, typographic and HTML spellings made one."""
    for spelt, plain in (("&#39;", "'"), ("&rsquo;", "’"), ("&amp;", "&"), ("\u200c", ""), ("\xa0", " "), ("•", " ")):
        text = text.replace(spelt, plain)
    return " ".join(text.split())
