"""A letter of one story that was copied off its web page, the page's own appeal in the middle of it.

That is the first thing that a curator does with this service. The page is in copied.txt.
"""

from newsletter.giving.models import Appeal
from newsletter.giving.place_appeal import AppealPosition
from newsletter.letters.content.letter_content import LetterContent, build_content
from newsletter.publications.models import Layout, Publication
from newsletter.stories.models import Story
from newsletter.stories.rich_text import rich_text
from tests.golden.editions import BASE_URL, DAY, edition_of
from tests.support.surroundings import ROOT


def copied_lines() -> list[str]:
    """A headline, two paragraphs, an appeal (heading, two lines, its points twice, two lines), two paragraphs."""
    return (ROOT / "tests" / "golden" / "copied.txt").read_text(encoding="utf-8").splitlines()


def copied(layout: Layout) -> LetterContent:
    """Its letter in this layout, cut apart by line numbers, so that it does not lean on what takes pages apart."""
    lines = copied_lines()
    publication = Publication(
        name="The Harbour Note",
        sender_name="The Harbour Note",
        postal_address="The Harbour Note, 3 Quay Street, Port Alder",
        layout=layout,
        starts_on=DAY,
    )
    story = Story(
        headline=lines[0],
        byline="Nora Vance",
        source_name="The Harbour Note",
        url="https://harbour.example.org/ferry",
        body=rich_text.from_plain("\n\n".join([*lines[1:3], *lines[-2:]])),
    )
    appeal = Appeal(
        heading=lines[3],
        lead="\n".join(lines[4:6]),
        points=[line.removeprefix("- ") for line in lines[6:9]],
        closing="\n".join(lines[12:14]),
        button="Support this reporting",
        url="https://harbour.example.org/give",
    )
    return build_content(
        edition_of(publication), stories=[story], appeal=appeal, spot=AppealPosition(0, 2), base_url=BASE_URL
    )
