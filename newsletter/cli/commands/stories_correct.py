"""newsletter stories correct, corrections and undo-correction: stories that readers have received."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import Annotated

import typer

from newsletter.cli.commands.stories import app
from newsletter.cli.support import datetimes, input_files, lookups, output
from newsletter.cli.support.options import By, Json, StoryId
from newsletter.lib import clock
from newsletter.lib.errors import BadInput

CorrectionId = Annotated[
    int, typer.Argument(metavar="CORRECTION", help="Correction number, from `stories corrections`.")
]


@app.command()
def correct(
    story: StoryId,
    *,
    text: Annotated[str, typer.Option(help="Sentence for readers: what was wrong, and what is right.")],
    headline: Annotated[
        str, typer.Option(help="Headline of the web version. Default: the one that was sent.", show_default=False)
    ] = "",
    body_file: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Text of the web version, paragraphs or simple HTML; - is stdin. Default: the text that was sent.",
            show_default=False,
        ),
    ] = "",
    in_next_email: Annotated[
        bool, typer.Option("--in-next-email/--web-only", help="Print the sentence in the next email too.")
    ] = True,
    by: By = "",
    json: Json = False,
) -> None:
    """Correct a story that was sent. The web version shows it with its date; the sent email stays as it is.

    Example: newsletter stories correct 7 --text "The bridge opens on Saturday, not on Friday."
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.letters import correct_story
    from newsletter.stories.rich_text import typed_text

    found = lookups.story(story)
    made = correct_story.correct_story(
        found,
        text=text,
        headline=headline,
        body=typed_text.to_body(input_files.read_text(body_file)) if body_file else "",
        in_next_email=in_next_email,
        by=lookups.person_if_known(by, Permission.APPROVE, publication=found.publication_id),
        now=clock.now(),
    )
    _print([made.pk], json=json)


@app.command()
def corrections(story: StoryId, json: Json = False) -> None:
    """List the corrections of a story."""
    from newsletter.editions.story_correction_models import StoryCorrection

    made = StoryCorrection.objects.in_force().filter(story=lookups.story(story))
    _print(list(made.values_list("pk", flat=True)), json=json)


@app.command("undo-correction")
def undo_correction(correction: CorrectionId, by: By = "", json: Json = False) -> None:
    """Undo a correction, as long as no reader has it in an email."""
    from newsletter.accounts.permissions import Permission
    from newsletter.editions.story_correction_models import StoryCorrection
    from newsletter.letters import correct_story

    found = StoryCorrection.objects.select_related("edition").filter(pk=correction).first()
    if found is None:
        raise BadInput("correction", f"no correction {correction}.", "List them: newsletter stories corrections STORY")
    person = lookups.person_if_known(by, Permission.APPROVE, publication=found.edition.publication_id)
    _print([correct_story.withdraw_correction(found, by=person, now=clock.now()).pk], json=json)


def _print(ids: list[int], *, json: bool) -> None:
    from newsletter.editions import correction_lines
    from newsletter.editions.story_correction_models import StoryCorrection

    rows = StoryCorrection.objects.filter(pk__in=ids).select_related("edition__publication", "printed_in")
    if json:
        shapes = [
            {
                "id": each.pk,
                "story": each.story_id,
                "edition": each.edition_id,
                "text": each.text,
                "headline": each.headline,
                "body": each.body,
                "in_next_email": each.is_for_next_email,
                "printed_in": each.printed_in_id,
                "has_left": correction_lines.has_left(each),
                "corrected_at": each.corrected_at.isoformat(),
                "withdrawn_at": each.withdrawn_at and each.withdrawn_at.isoformat(),
            }
            for each in rows
        ]
        output.print_json(shapes)
        return
    output.print_table(
        ["correction", "story", "corrected", "printed in edition", "undone", "text"],
        [
            [
                each.pk,
                each.story_id,
                datetimes.format_local(each.corrected_at, each.edition.publication),
                each.printed_in_id or ("next" if each.is_for_next_email else "none"),
                "yes" if each.withdrawn_at else "",
                each.text,
            ]
            for each in rows
        ],
    )
