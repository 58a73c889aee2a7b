"""Which frozen letters have to be compared with what they were made from, found without reading a story.

A comparison builds the content of a letter again and takes some ten milliseconds. So the versions of everything that
letters depend on are read for all waiting editions together, in five or six queries. An edition whose versions are
still those of its last comparison (`Edition.compared`) is not compared again.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models

from newsletter.editions.edition_times import received
from newsletter.editions.models import Edition, Placement
from newsletter.editions.pick_models import Pick
from newsletter.editions.snippet_models import Snippet
from newsletter.giving.models import Appeal
from newsletter.lib.errors import BadInput
from newsletter.pictures.models import Picture
from newsletter.segments.models import Segment

# Every edition is compared at least this often, each at a moment of its own. This finds changes without a version: a
# new release of this program, or readers in other time zones.
COMPARED_EVERY = 600  # seconds
PICTURE = ("pk", "state", "digest", "kind", "width", "height")
STORY = (
    *("edition_id", "position", "story_id", "story__version", "story__changed_at"),
    *(f"story__picture__{name}" for name in PICTURE),
)
PICK = ("edition_id", "story_id", "version", *(f"picture__{name}" for name in PICTURE))
PLANNING = {"planned_to", "past_schedules", "planned_from", "plan_again_at"}  # of a publication; not in any letter
Rows = dict[int, list[tuple[Any, ...]]]


def to_compare(states: Collection[str], *, now: datetime | None) -> dict[int, str]:
    """Return the editions in `states` to compare, each with the value of `Edition.compared` if it is not stale.

    `now` None means the due time of each.
    """
    editions = list(Edition.objects.filter(state__in=states).select_related("publication").order_by("pk"))
    if not editions:
        return {}
    publications = {edition.publication_id: edition.publication for edition in editions}
    stories = _grouped(Placement.objects.filter(edition__state__in=states).order_by("pk").values_list(*STORY))
    picks = _grouped(Pick.objects.filter(edition__state__in=states).order_by("pk").values_list(*PICK))
    segments: Rows = defaultdict(list)
    if any(edition.send_to_id or edition.leave_out_id for edition in editions):
        rows = Segment.objects.filter(publication__in=publications).order_by("pk")
        segments = _grouped(rows.values_list("publication", "pk", "name", "version"))
    appeals: dict[int, list[Appeal]] = defaultdict(list)
    for appeal in Appeal.objects.filter(publication__in=publications).order_by("pk"):
        appeals[appeal.publication_id].append(appeal)
    snippets: dict[int, list[Any]] = defaultdict(list)
    for snippet in Snippet.objects.filter(publication__in=publications, is_active=True).order_by("pk"):
        snippets[snippet.publication_id].append(_values(snippet))
    logos = {logo for each in publications.values() for logo in (each.logo_id, each.logo_dark_id) if logo}
    pictures = _grouped(Picture.objects.filter(pk__in=logos).values_list(*PICTURE)) if logos else {}
    common = {
        pk: [
            _values(each),
            segments[pk],
            [pictures.get(logo) for logo in (each.logo_id, each.logo_dark_id) if logo],
            snippets[pk],
            appeals[pk],
        ]
        for pk, each in publications.items()
    }
    found = {}
    for edition in editions:
        try:
            placed = [*stories[edition.pk], *picks[edition.pk]]
            versions = _versions(edition, placed, common[edition.publication_id], now=now)
        except BadInput:
            versions = ""  # the comparison fails as well, and says why
        if not versions or versions != edition.compared:
            found[edition.pk] = versions
    return found


def _versions(edition: Edition, stories: list[tuple[Any, ...]], common: list[Any], *, now: datetime | None) -> str:
    """Return a hash of the versions, and of what depends on the time: the date, the end of a match, the turn."""
    now = now or edition.due_at
    when = received(edition, now=now)
    appeals: list[Appeal] = common[-1]
    inputs = [
        [edition.subject, edition.preheader, edition.intro, edition.made_from],
        [edition.send_to_id, edition.leave_out_id, edition.left_out_snippets],
        [edition.due_at, edition.local_date, edition.local_send_time, when.day],
        [appeal.match_ends_at > when.first for appeal in appeals if appeal.match_ends_at],
        (now.timestamp() + 7 * edition.pk) // COMPARED_EVERY,
        [settings.BASE_URL, settings.PICTURES_URL],
        [stories, *common[:-1], [_values(appeal) for appeal in appeals]],
    ]
    return hashlib.sha256(json.dumps(inputs, default=str).encode()).hexdigest()


def _values(row: models.Model) -> list[Any]:
    return [getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in PLANNING]


def _grouped(rows: Iterable[tuple[Any, ...]]) -> Rows:
    """Group rows by their first value."""
    found: Rows = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return found
