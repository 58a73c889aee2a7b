"""How the stories of a letter are printed in a look: how much of each, under which heading, at which level. Pure.

    look        first story    others    pictures of       headline of the first    short ones stand under
    digest      lead           story     leads, stories    h2                       “In brief”
    story       lead           short     leads, stories    h1                       “More from …”
    briefing    story          short     leads             h2                       their numbers

That is what a story gets whose kind the curators left open. One they made the lead themselves leaves
the first an ordinary story. A section's heading is an h2, and the headlines under it are h3.
"""

from collections.abc import Sequence
from typing import NamedTuple

from newsletter.letters.content.translations import Translation
from newsletter.mail.text_cleaning import visible_text
from newsletter.publications.models import Layout
from newsletter.stories.models import Kind

DEFAULTS = {
    Layout.DIGEST: (Kind.LEAD, Kind.STORY),
    Layout.STORY: (Kind.LEAD, Kind.SHORT),
    Layout.BRIEFING: (Kind.STORY, Kind.SHORT),
}


class RequestedStyle(NamedTuple):
    """What the curators said of a story; both may be empty."""

    kind: str
    section: str


class StoryArrangement(NamedTuple):
    """`heading` is what is printed above the story: empty when none is, or the one above goes on."""

    kind: Kind
    heading: str
    level: int  # of its headline: 1 is the letter's own
    pictured: bool  # may its picture be printed


def story_kinds(look: str, given: Sequence[str]) -> list[Kind]:
    """How much of each story is printed, in the order of the letter."""
    first, others = DEFAULTS[Layout(look)]
    if look == Layout.STORY:
        given = [Kind.LEAD, *given[1:]]  # the first is the letter itself
    elif first == Kind.LEAD and Kind.LEAD in given:
        first = Kind.STORY
    return [Kind(kind) if kind else (others if number else first) for number, kind in enumerate(given)]


def arrange_stories(
    look: str, wishes: Sequence[RequestedStyle], words: Translation, publication: str
) -> list[StoryArrangement]:
    """Kinds, headings and levels of the stories, in the order of the letter."""
    own = {Layout.DIGEST: words.brief, Layout.STORY: words.more.format(publication=publication), Layout.BRIEFING: ""}
    made: list[StoryArrangement] = []
    open_section = ""
    for wish, kind in zip(wishes, story_kinds(look, [wish.kind for wish in wishes]), strict=True):
        pictured = kind == Kind.LEAD or (kind == Kind.STORY and look != Layout.BRIEFING)
        if look == Layout.STORY and not made:
            made.append(StoryArrangement(kind, "", 1, pictured))
            continue
        section = wish.section or (own[Layout(look)] if kind == Kind.SHORT else "")
        made.append(
            StoryArrangement(
                kind,
                section if visible_text(section) != visible_text(open_section) else "",
                3 if section else 2,
                pictured,
            )
        )
        open_section = section
    return made
