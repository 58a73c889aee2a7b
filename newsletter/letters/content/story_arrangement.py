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

from newsletter.letters.content.translations import Words
from newsletter.mail.text_cleaning import seen
from newsletter.publications.models import Look
from newsletter.stories.models import Kind

DEFAULTS = {
    Look.DIGEST: (Kind.LEAD, Kind.STORY),
    Look.STORY: (Kind.LEAD, Kind.SHORT),
    Look.BRIEFING: (Kind.STORY, Kind.SHORT),
}


class Wish(NamedTuple):
    """What the curators said of a story; both may be empty."""

    kind: str
    section: str


class Arranged(NamedTuple):
    """`heading` is what is printed above the story: empty when none is, or the one above goes on."""

    kind: Kind
    heading: str
    level: int  # of its headline: 1 is the letter's own
    pictured: bool  # may its picture be printed


def kinds(look: str, given: Sequence[str]) -> list[Kind]:
    """How much of each story is printed, in the order of the letter."""
    first, others = DEFAULTS[Look(look)]
    if look == Look.STORY:
        given = [Kind.LEAD, *given[1:]]  # the first is the letter itself
    elif first == Kind.LEAD and Kind.LEAD in given:
        first = Kind.STORY
    return [Kind(kind) if kind else (others if number else first) for number, kind in enumerate(given)]


def arranged(look: str, wishes: Sequence[Wish], words: Words, publication: str) -> list[Arranged]:
    """Kinds, headings and levels of the stories, in the order of the letter."""
    own = {Look.DIGEST: words.brief, Look.STORY: words.more.format(publication=publication), Look.BRIEFING: ""}
    made: list[Arranged] = []
    open_section = ""
    for wish, kind in zip(wishes, kinds(look, [wish.kind for wish in wishes]), strict=True):
        pictured = kind == Kind.LEAD or (kind == Kind.STORY and look != Look.BRIEFING)
        if look == Look.STORY and not made:
            made.append(Arranged(kind, "", 1, pictured))
            continue
        section = wish.section or (own[Look(look)] if kind == Kind.SHORT else "")
        made.append(
            Arranged(kind, section if seen(section) != seen(open_section) else "", 3 if section else 2, pictured)
        )
        open_section = section
    return made
