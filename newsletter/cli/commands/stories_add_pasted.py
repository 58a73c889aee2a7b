"""newsletter stories add --paste: make a story of copied text.

The command prints the detected type of every line. It saves an appeal found in the text only if an option requests it.
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

DEFAULT_BUTTON = "Support this reporting"
MAX_SHOWN_LENGTH = 60  # characters of a line in the table


@dataclass(frozen=True, slots=True)
class AppealOptions:
    """What to do with an appeal in the text. The command asks when `keep` is None or a text is empty."""

    keep: bool | None = None
    url: str = ""
    button: str = ""


def add(
    publication: Publication,
    text: str,
    *,
    url: str,
    line_types: Sequence[str],
    appeal_options: AppealOptions,
    yes: bool,
    fields: dict[str, Any],
) -> tuple[Story, dict[str, Any]]:
    """Queue the story; return it and a JSON shape of what was detected in the text.

    `fields` of the story override what the text says.
    """
    from django.db import transaction

    from newsletter.giving import edit_appeal
    from newsletter.stories import story_queue
    from newsletter.stories.pasted_text import parse_pasted_text

    known = [line for appeal in publication.appeals.all() for line in edit_appeal.list_lines(appeal)]
    chosen, most = _parse_line_types(line_types), publication.teaser_paragraphs
    pasted = parse_pasted_text.parse(text, known_lines=known, overrule=chosen)
    _show(pasted)
    if beyond := pasted.beyond(most, chosen):
        lines = ", ".join(map(str, sorted(beyond)))
        output.print_note(f"The story takes the first {most} paragraphs. Left out: line {lines}.")
    if output.is_interactive() and not output.confirm("Add this story to the queue?", yes=yes, hint=""):
        raise InvalidState("Nothing was queued. Correct the type of a line with --line-type LINE=TYPE.")
    appeal = _appeal_fields(pasted.appeal, known, appeal_options) if pasted.appeal else None
    detected = {"headline": pasted.headline, "byline": pasted.byline, "source_name": pasted.source_name}
    with transaction.atomic():
        story = story_queue.add(publication, url=url, body=pasted.teaser(most, chosen), **(detected | fields))
        stored = edit_appeal.create_appeal(publication, **appeal) if appeal else None
    if stored:
        output.print_note(
            f"Saved the appeal as number {stored.pk}. It is not active. If its text is your own, activate it:"
        )
        output.print_note(f"    newsletter appeals set {stored.pk} is_active=yes")
    return story, {
        "lines": [asdict(line) for line in pasted.lines],
        "appeal": asdict(pasted.appeal) if pasted.appeal else None,
        "appeal_stored": stored.pk if stored else None,
    }


def _parse_line_types(assignments: Sequence[str]) -> dict[int, LineType]:
    """Return line types by line number from assignments such as `3=paragraph`."""
    from newsletter.stories.pasted_text.line_types import LineType

    line_types = {}
    for assignment in assignments:
        number, _, name = assignment.partition("=")
        if not number.strip().isdecimal() or name.strip() not in set(LineType) - {LineType.BLANK}:
            names = ", ".join(part for part in LineType if part is not LineType.BLANK)
            raise BadInput(
                "--line-type", f"cannot be {assignment!r}.", f"Write it like 3=paragraph. Types are: {names}."
            )
        line_types[int(number)] = LineType(name.strip())
    return line_types


def _show(pasted: PastedArticle) -> None:
    output.print_table(
        ["line", "type", "reason", "text"],
        [[line.number, line.part, line.reason, _short(line.text)] for line in pasted.lines if line.text],
        to_stderr=True,
    )
    by = f" by {pasted.byline}" if pasted.byline else ""
    of = f" for {pasted.source_name}" if pasted.source_name else ""
    output.print_note(
        f"\nA story of {len(pasted.paragraphs)} paragraphs{by}{of}. Correct a line with --line-type LINE=TYPE."
    )


def _appeal_fields(appeal: PastedAppeal, known: Sequence[str], options: AppealOptions) -> dict[str, Any] | None:
    """Return the fields of the appeal to save, or None when it is not saved."""
    from newsletter.giving.models import AppealPlace

    if appeal.is_among(known):
        output.print_note(
            "The donation block in the text is an appeal that is already saved. It was left out of the story."
        )
        return None
    output.print_note("A donation block was left out of the story. You can save it as an appeal:")
    for line in (appeal.heading, appeal.lead, *(f"- {point}" for point in appeal.points), appeal.closing):
        if line:
            output.print_note(f"    {line}".replace("\n", "\n    "))
    keep = options.keep
    if keep is None and output.is_interactive():
        keep = output.confirm("Save it?", yes=False, hint="")
    if not keep:
        output.print_note(
            "The appeal was not saved." if keep is False else "The appeal was not saved. Save it with --keep-appeal."
        )
        return None
    if not appeal.heading:
        raise BadInput("appeal", "has no heading.", "Mark its line with --line-type LINE=appeal-heading.")
    return {
        "name": appeal.heading[:80],
        "heading": appeal.heading,
        "lead": appeal.lead,
        "points": list(appeal.points),
        "closing": appeal.closing,
        "button": options.button or output.prompt("Button label", default=DEFAULT_BUTTON),
        "url": options.url or output.prompt("Button link", default="") or _raise_no_url(),
        "place": AppealPlace.IN_STORY,
        "story_number": 1,
        "paragraph_number": appeal.after_paragraph,
        "is_active": False,  # the text may belong to another organisation
    }


def _raise_no_url() -> str:
    raise BadInput("--appeal-url", "is missing.", "Give the link where readers can donate.")


def _short(text: str) -> str:
    return text if len(text) <= MAX_SHOWN_LENGTH else f"{text[: MAX_SHOWN_LENGTH - 1]}…"
