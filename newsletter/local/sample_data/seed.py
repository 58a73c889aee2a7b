"""Creates the sample: a publication, its stories, appeals and subscribers, and an edition that is due soon.

Only where there is no publication yet, in one transaction. The caller must make sure that emails stay on this
machine: fictional subscribers must never be mailed.
"""

import tomllib
from datetime import datetime, time, timedelta
from pathlib import Path

from django.db import transaction

from newsletter.audience import import_subscribers
from newsletter.editions import plan_editions
from newsletter.editions.models import Edition
from newsletter.giving import edit_appeal
from newsletter.local.sample_data import sample_subscribers
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from newsletter.stories import story_queue

TEXTS = Path(__file__).with_name("content.toml")
NAME = "The Alder Bay Lantern"
FIRST_EDITION_DELAY = timedelta(minutes=1)


def seed(*, now: datetime) -> Edition | None:
    """Create the sample and return its first edition, or None when there is a publication already."""
    with transaction.atomic():
        if Publication.objects.exists():
            return None
        publication = _publication(now)
        texts = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
        for story in texts["stories"]:
            story_queue.add(publication, source_name=NAME, **story | {"body": " ".join(story["body"].split())})
        for appeal in texts["appeals"]:
            edit_appeal.create_appeal(publication, **appeal)
        import_subscribers.import_subscribers(publication, sample_subscribers.rows(), source="sample data", now=now)
        return plan_editions.add_extra(publication, due_at=now.replace(microsecond=0) + FIRST_EDITION_DELAY, now=now)


def _publication(now: datetime) -> Publication:
    return edit_publication.create_publication(
        slug="alder-bay-lantern",
        name=NAME,
        tagline="Local news, made with its readers",
        website="https://example.org/lantern",
        sender_name=NAME,
        sender_email="letters@example.org",
        reply_to="newsroom@example.org",
        postal_address="The Alder Bay Lantern, 4 Quay Street, Alder Bay",
        fallback_name="neighbour",
        language="en-GB",
        accent_colour="#a4501e",
        accent_colour_dark="#f0a56e",
        time_zone="Europe/London",
        recurrence="FREQ=WEEKLY;BYDAY=MO,TH",
        # the first scheduled edition is days away, so that it cannot take the stories of the sample edition
        starts_on=now.date() + timedelta(days=2),
        send_time=time(7),
        lead_minutes=60,
        auto_approve=True,
    )
