"""Put a story into an edition after its closing time: who is offered that, and what follows from it."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission
from newsletter.editions import closing_time
from newsletter.editions.edition_stories import reserved_picks
from newsletter.editions.models import Edition, EditionState
from newsletter.stories.models import Story
from newsletter.web.shared.display_formats import clock_of, leaves, moment, zone_name


@dataclass(frozen=True, slots=True)
class LateStory:
    """A story that missed the closing time of `edition`, and what happens if it is put into it all the same."""

    edition: Edition
    story: Story
    consequence: str


def offer(edition: Edition, story: Story, *, user: User, now: datetime) -> LateStory | None:
    """Return the offer to put a late story into the edition.

    None if the user may not, the edition is built, or a held edition has the story.
    """
    if not closing_time.may_take_anyway(edition, now=now):
        return None
    if not has_permission(user, Permission.APPROVE, edition.publication_id):
        return None
    if reserved_picks(edition.publication).filter(story=story, edition__state=EditionState.HELD).exists():
        return None
    return LateStory(edition, story, consequence(edition, now=now))


def offer_on_page(edition: Edition | None, number: int | None, *, user: User, now: datetime) -> LateStory | None:
    """Return the offer for the queued story with this number, unless the edition has it already."""
    if edition is None or not number:
        return None
    queued = edition.publication.stories.all().queued().filter(pk=number)
    story = queued.exclude(picks__edition=edition, picks__is_out=False).first()
    return offer(edition, story, user=user, now=now) if story else None


def consequence(edition: Edition, *, now: datetime) -> str:
    """Return what happens to an edition that gets a story after its closing time."""
    if edition.state == EditionState.HELD:
        return "The edition is held. Its email is built with this story when somebody releases it."
    clock, at = clock_of(edition.publication), max(edition.assemble_at, now)
    built = f"Its email is built {moment(at, clock, now=now)} {zone_name(at, clock)} with this story"
    sent = leaves(edition, now=now)
    if edition.auto_approve:
        return f"{built} and approved automatically, unless preflight finds a problem. It is sent {sent}."
    return f"{built} and then needs an approval. It is due {sent}."
