"""How the stories of an email are printed in each layout: how much of each, under which heading and level. Pure.

    layout      first story    others    pictures of       headline of the first    heading above short ones
    digest      lead           story     all               h2                       “In brief”
    story       lead           short     leads, stories    h1                       “More from …”
    briefing    story          short     leads             h2                       their numbers

A digest prints two others as stories and, from the fourth on, short ones with a small picture at the side. These are
the defaults for stories without a kind. When curators choose another story as the lead, the first one is an
ordinary story. A section heading is an h2, and the headlines under it are h3.
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

FULL_IN_DIGEST = 3  # stories at the start of a digest that are not short


class RequestedStyle(NamedTuple):
    """What curators set for a story; both may be empty."""

    kind: str
    section: str


class StoryArrangement(NamedTuple):
    """How one story is printed. `heading` is empty when there is none, or when the previous heading continues."""

    kind: Kind
    heading: str
    level: int  # of its headline; 1 is the headline of the email
    pictured: bool  # whether its picture may be printed


def story_kinds(layout: str, given: Sequence[str]) -> list[Kind]:
    """Return how much of each story is printed, in order."""
    first, others = DEFAULTS[Layout(layout)]
    if layout == Layout.STORY:
        given = [Kind.LEAD, *given[1:]]  # the first story is the main one
    elif first == Kind.LEAD and Kind.LEAD in given:
        first = Kind.STORY
    defaults = [others if number else first for number in range(len(given))]
    if layout == Layout.DIGEST:
        defaults[FULL_IN_DIGEST:] = [Kind.SHORT] * len(defaults[FULL_IN_DIGEST:])
    return [Kind(kind) if kind else default for kind, default in zip(given, defaults, strict=True)]


def arrange_stories(
    layout: str, wishes: Sequence[RequestedStyle], words: Translation, publication: str
) -> list[StoryArrangement]:
    """Return kind, heading and level of each story, in order."""
    own = {Layout.DIGEST: words.brief, Layout.STORY: words.more.format(publication=publication), Layout.BRIEFING: ""}
    made: list[StoryArrangement] = []
    open_section = ""
    for wish, kind in zip(wishes, story_kinds(layout, [wish.kind for wish in wishes]), strict=True):
        pictured = kind == Kind.LEAD or layout == Layout.DIGEST or (kind == Kind.STORY and layout == Layout.STORY)
        if layout == Layout.STORY and not made:
            made.append(StoryArrangement(kind, "", 1, pictured))
            continue
        section = wish.section or (own[Layout(layout)] if kind == Kind.SHORT else "")
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
