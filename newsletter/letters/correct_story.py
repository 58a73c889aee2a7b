"""Correct a story that readers have received, and undo that. The email that left stays as it left.

The web version and the public archive show a correction at once. A line of it is printed in one later email.
"""

from datetime import datetime

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.editions import correction_lines, reopen_edition
from newsletter.editions.models import Edition, EditionState, FrozenLetter, Placement, Variant
from newsletter.editions.story_correction_models import MAX_SENTENCE, StoryCorrection
from newsletter.letters import corrected_html
from newsletter.letters.corrected_html import PlacedCorrection
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.mail.text_cleaning import clean_line
from newsletter.stories.models import Story
from newsletter.stories.rich_text import rich_text

MAX_CORRECTIONS = 20  # of a story
LINE_REMOVED = "A correction was taken out of this email, so it is rebuilt and must be approved again."


def sent_with(story: Story) -> Placement | None:
    """Return the place of the story in an edition that has left; None if readers have not received it."""
    placed = Placement.objects.select_related("edition__publication").filter(story=story)
    return placed.filter(edition__state=EditionState.DISPATCHED).first()


def sent_headline(placement: Placement) -> str:
    """Return the headline that readers received. A template of the newsroom's own may not tell which one that is."""
    letter = FrozenLetter.objects.filter(edition=placement.edition_id, variant=Variant.DEFAULT).first()
    found = corrected_html.headline_in(letter.html, placement.position) if letter else ""
    return found or placement.headline or placement.story.headline


def html_on_the_web(letter: FrozenLetter) -> str:
    """Return the HTML of a sent email with the corrections of its stories. `letter.edition` has its publication."""
    made = list(StoryCorrection.objects.in_force().filter(edition=letter.edition))
    if not made:
        return letter.html
    positions = dict(letter.edition.placements.values_list("story_id", "position"))
    placed = [PlacedCorrection(positions[each.story_id], each) for each in made if each.story_id in positions]
    return corrected_html.with_corrections(letter.html, placed, letter.edition.publication)


def correct_story(
    story: Story,
    *,
    text: str,
    headline: str = "",
    body: str = "",
    in_next_email: bool = True,
    by: Actor,
    now: datetime,
) -> StoryCorrection:
    """Add a correction of a story in a sent edition.

    `text` is the sentence for readers. `headline` and `body` (HTML) replace those of the web version; empty ones change
    nothing. The same correction sent twice is stored once. Raises `BadInput` or `InvalidState`.
    """
    require(by, Permission.APPROVE, publication=story.publication_id)
    text, headline, body = clean_line(text), clean_line(headline), rich_text.sanitise(body)
    if not text:
        raise BadInput("correction", "is empty.", "Write a sentence: what was wrong, and what is right.")
    for name, value, longest in (("correction", text, MAX_SENTENCE), ("headline", headline, 250)):
        if len(value) > longest:
            raise BadInput(name, f"has {len(value):,} characters.", f"Use at most {longest}.")
    with transaction.atomic():
        Story.objects.select_for_update().get(pk=story.pk)
        placement = sent_with(story)
        if placement is None:
            raise InvalidState(
                f"Story {story.pk} was not sent, so there is nothing to correct. Edit the story instead."
            )
        earlier = StoryCorrection.objects.in_force().filter(story=story, edition=placement.edition_id)
        if same := earlier.filter(text=text, headline=headline, body=body).first():
            return same
        if earlier.count() >= MAX_CORRECTIONS:
            raise InvalidState(f"Story {story.pk} has {MAX_CORRECTIONS} corrections already.")
        correction = StoryCorrection.objects.create(
            story=story,
            edition=placement.edition,
            text=text,
            headline=headline,
            body=body,
            sent_headline=sent_headline(placement)[:250],
            is_for_next_email=in_next_email,
            corrected_at=now,
            corrected_by=by if isinstance(by, User) else None,
        )
        details: dict[str, audit_trail.Detail] = {
            "edition": placement.edition_id,
            "correction": text,
            "headline": headline,
            "in_next_email": in_next_email,
        }
        audit_trail.record(by, Act.STORY_CORRECTED, story, now=now, **details)
    return correction


def withdraw_correction(correction: StoryCorrection, *, by: Actor, now: datetime) -> StoryCorrection:
    """Undo a correction: nothing shows it any more. Only while no reader has its line in an email."""
    require(by, Permission.APPROVE, publication=correction.edition.publication_id)
    with transaction.atomic():
        correction = _take_out(correction)
        if correction.withdrawn_at is None:
            correction.withdrawn_at = now
            correction.save(update_fields=["withdrawn_at", "printed_in"])
            audit_trail.record(by, Act.CORRECTION_WITHDRAWN, correction.story, now=now, correction=correction.text)
    return correction


def set_in_next_email(correction: StoryCorrection, *, is_wanted: bool, by: Actor, now: datetime) -> StoryCorrection:
    """Print a line of the correction in the next email that is built, or in none."""
    require(by, Permission.APPROVE, publication=correction.edition.publication_id)
    with transaction.atomic():
        correction = _take_out(correction) if not is_wanted else _locked(correction)
        if correction.withdrawn_at:
            raise InvalidState("This correction was undone.")
        if correction.is_for_next_email != is_wanted:
            correction.is_for_next_email = is_wanted
            correction.save(update_fields=["is_for_next_email", "printed_in"])
            act = Act.CORRECTION_LINE_QUEUED if is_wanted else Act.CORRECTION_LINE_REMOVED
            audit_trail.record(by, act, correction.story, now=now, correction=correction.text)
    return correction


def reason_to_keep(correction: StoryCorrection) -> str:
    """Return why the line of a correction can no longer be taken out of its email; empty if it can."""
    edition = correction.printed_in
    if edition is None:
        return ""
    if correction_lines.has_left(correction):
        return "Readers have this correction in an email, so it stays. Write another correction if it was wrong."
    if edition.state == EditionState.APPROVED:
        return f"Edition {edition.pk}, which prints this correction, is approved. Reopen that edition first."
    return ""


def _locked(correction: StoryCorrection) -> StoryCorrection:
    StoryCorrection.objects.select_for_update().get(pk=correction.pk)
    return StoryCorrection.objects.select_related("story", "edition__publication", "printed_in").get(pk=correction.pk)


def _take_out(correction: StoryCorrection) -> StoryCorrection:
    """Lock the correction and take its line out of a built email, which is then rebuilt. Raises `InvalidState`."""
    printed_in = StoryCorrection.objects.values_list("printed_in", flat=True).get(pk=correction.pk)
    if printed_in:  # the edition first, as assembly and approval do
        Edition.objects.locked(printed_in)
    found = _locked(correction)
    if found.printed_in_id != printed_in:
        raise InvalidState("The edition that prints this correction has just changed. Try again.")
    if reason := reason_to_keep(found):
        raise InvalidState(reason)
    if found.printed_in and found.printed_in.state == EditionState.ASSEMBLED:
        reopen_edition.reopen(found.printed_in, reason=LINE_REMOVED)
    found.printed_in = None
    return found
