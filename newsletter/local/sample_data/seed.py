"""Plants the sample: a publication, its stories, appeals and readers, and one edition that is soon due.

Only where there is no publication yet, all of it or nothing. Whether letters stay on this machine is
for the caller to know: made-up readers must never be mailed for real.
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

WORDS = Path(__file__).with_name("words.toml")
NAME = "The Alder Bay Lantern"
AHEAD = timedelta(minutes=1)  # the first edition is due so long after the seeding


def seed(*, now: datetime) -> Edition | None:
    """The edition that is due `AHEAD` of `now`; None, and nothing touched, when there is a publication already."""
    with transaction.atomic():
        if Publication.objects.exists():
            return None
        publication = _publication(now)
        words = tomllib.loads(WORDS.read_text(encoding="utf-8"))
        for story in words["stories"]:
            story_queue.add(publication, source_name=NAME, **story | {"body": " ".join(story["body"].split())})
        for appeal in words["appeals"]:
            edit_appeal.create_appeal(publication, **appeal)
        import_subscribers.import_subscribers(
            publication, sample_subscribers.rows(), source="made up for the sample", now=now
        )
        return plan_editions.add_extra(publication, due_at=now.replace(microsecond=0) + AHEAD, now=now)


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
        language="en",
        accent_colour="#a4501e",
        accent_colour_dark="#f0a56e",
        time_zone="Europe/London",
        recurrence="FREQ=WEEKLY;BYDAY=MO,TH",
        # its own first edition is days away, so that it cannot take the stories of the one that is soon due
        starts_on=now.date() + timedelta(days=2),
        send_time=time(7),
        lead_minutes=60,
        auto_approve=True,
    )
