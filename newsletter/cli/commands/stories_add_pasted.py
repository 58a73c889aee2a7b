"""Text copied from a web page becomes a story: shows what each line was taken for, and offers the
appeal found among them. Nothing is guessed in silence, and no appeal is stored unless a person says so.
"""

from __future__ import annotations  # models are imported inside, once Django is set up

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from newsletter.cli.support import output
from newsletter.lib.errors import BadInput, InvalidState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.publications.models import Publication
    from newsletter.stories.models import Story
    from newsletter.stories.pasted_text.line_types import LineType
    from newsletter.stories.pasted_text.parse_pasted_text import PastedAppeal, PastedArticle

BUTTON = "Support this reporting"
LONGEST_SHOWN = 60  # characters of a line in the table


@dataclass(frozen=True, slots=True)
class Wish:
    """What to do with an appeal in the text. `keep` None asks; the others are asked for when empty."""

    keep: bool | None = None
    url: str = ""
    button: str = ""


def add(
    publication: Publication, text: str, *, url: str, take: Sequence[str], wish: Wish, yes: bool, fields: dict[str, Any]
) -> tuple[Story, dict[str, Any]]:
    """The queued story, and as a shape for programs what was made of the text.

    `fields` are those of the story that were given, and win over what the text says.
    """
    from django.db import transaction

    from newsletter.giving import edit_appeal
    from newsletter.stories import story_queue
    from newsletter.stories.pasted_text import parse_pasted_text

    known = [line for appeal in publication.appeals.all() for line in edit_appeal.list_lines(appeal)]
    pasted = parse_pasted_text.parse(text, known_lines=known, overrule=_overruled(take))
    _show(pasted)
    if output.is_interactive() and not output.confirm("Put this story in the queue?", yes=yes, instead=""):
        raise InvalidState("Nothing was queued. Say what a line is with --take LINE=PART.")
    wanted = _wanted(pasted.appeal, known, wish) if pasted.appeal else None
    read = {"headline": pasted.headline, "byline": pasted.byline, "source_name": pasted.source_name}
    with transaction.atomic():
        story = story_queue.add(publication, url=url, body=pasted.body, **(read | fields))
        stored = edit_appeal.create_appeal(publication, **wanted) if wanted else None
    if stored:
        output.print_note(
            f"Stored the appeal as number {stored.pk}. It is not active yet: if its words are your own, type"
        )
        output.print_note(f"    newsletter appeals set {stored.pk} is_active=yes")
    return story, {
        "lines": [asdict(line) for line in pasted.lines],
        "appeal": asdict(pasted.appeal) if pasted.appeal else None,
        "appeal_stored": stored.pk if stored else None,
    }


def _overruled(take: Sequence[str]) -> dict[int, LineType]:
    """`3=paragraph` and its like as line numbers and parts."""
    from newsletter.stories.pasted_text.line_types import LineType

    wanted = {}
    for word in take:
        number, _, name = word.partition("=")
        if not number.strip().isdecimal() or name.strip() not in set(LineType) - {LineType.BLANK}:
            parts = ", ".join(part for part in LineType if part is not LineType.BLANK)
            raise BadInput("--take", f"cannot be {word!r}.", f"Write it like 3=paragraph; parts are: {parts}.")
        wanted[int(number)] = LineType(name.strip())
    return wanted


def _show(pasted: PastedArticle) -> None:
    output.table(
        ["line", "taken for", "why", "text"],
        [[line.number, line.part, line.reason, _short(line.text)] for line in pasted.lines if line.text],
        talk=True,
    )
    by = f" by {pasted.byline}" if pasted.byline else ""
    of = f" for {pasted.source_name}" if pasted.source_name else ""
    output.print_note(f"\nA story of {len(pasted.paragraphs)} paragraphs{by}{of}. Say otherwise with --take LINE=PART.")


def _wanted(appeal: PastedAppeal, known: Sequence[str], wish: Wish) -> dict[str, Any] | None:
    """The appeal as it is to be stored; None when it is not."""
    from newsletter.giving.models import Place

    if appeal.is_among(known):
        output.print_note(
            "The donation block in the text is an appeal that is stored already; it was left out of the story."
        )
        return None
    output.print_note("A donation block was left out of the story. It can be stored as an appeal:")
    for line in (appeal.heading, appeal.lead, *(f"- {point}" for point in appeal.points), appeal.closing):
        if line:
            output.print_note(f"    {line}".replace("\n", "\n    "))
    keep = wish.keep
    if keep is None and output.is_interactive():
        keep = output.confirm("Store it?", yes=False, instead="")
    if not keep:
        output.print_note("It was not stored." if keep is False else "It was not stored; --keep-appeal does that.")
        return None
    if not appeal.heading:
        raise BadInput("appeal", "has no heading.", "Name its line with --take LINE=appeal-heading.")
    return {
        "name": appeal.heading[:80],
        "heading": appeal.heading,
        "lead": appeal.lead,
        "points": list(appeal.points),
        "closing": appeal.closing,
        "button": wish.button or output.answer("Words on its button", default=BUTTON),
        "url": wish.url or output.answer("Where the button leads", default="") or _no_url(),
        "place": Place.IN_STORY,
        "story_number": 1,
        "paragraph_number": appeal.after_paragraph,
        "is_active": False,  # the words may be another organisation's
    }


def _no_url() -> str:
    raise BadInput("--appeal-url", "is missing.", "Give the address where readers can donate.")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
