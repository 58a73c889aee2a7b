"""Readers' time zones, for sending at each reader's local time. A reader without a known zone has none."""

import re
import zoneinfo
from collections.abc import Collection
from functools import lru_cache

from django.db import connection

from newsletter.lib.errors import BadInput
from newsletter.lib.sql import fetch_all
from newsletter.publications import schedule

# one index step per zone instead of a scan of all readers
NAMES = """
    WITH RECURSIVE found(name) AS (
      SELECT MIN(time_zone) FROM audience_subscriber WHERE time_zone > ''
      UNION ALL
      SELECT (SELECT MIN(time_zone) FROM audience_subscriber WHERE time_zone > found.name)
      FROM found WHERE found.name IS NOT NULL
    )
    SELECT name FROM found WHERE name IS NOT NULL
"""


# Two indexes give the readers of a zone and the subscribers of a publication in order. The query looks up the next
# entry of each in turn, until both give the same reader or one index ends.
MEETS = """
    WITH RECURSIVE step(id, before, turn) AS (
      SELECT (SELECT MIN(id) FROM audience_subscriber WHERE time_zone = %s), CAST(-1 AS bigint), 0
      UNION ALL
      SELECT CASE turn
          WHEN 0 THEN (SELECT MIN(subscriber_id) FROM audience_subscription
              WHERE publication_id = %s AND status = 'active' AND subscriber_id >= step.id)
          ELSE (SELECT MIN(id) FROM audience_subscriber WHERE time_zone = %s AND id >= step.id) END,
        step.id, 1 - turn
      FROM step WHERE step.id IS NOT NULL AND step.id <> step.before
    )
    SELECT 1 FROM step WHERE id = before
"""


@lru_cache(maxsize=1024)
def parse_time_zone(name: str) -> str:
    """Return the time zone for `name`, whatever its case and spacing; empty if `name` is empty.

    Raises `BadInput` for an unknown zone. The message does not repeat the value, because in a file with shifted columns
    it may be anything.
    """
    name = name.strip()
    try:
        if name:
            schedule.zone(name := _spelled(name))
    except BadInput:
        raise BadInput("time zone", "is not known.", "Use a name such as Europe/Berlin, or leave it empty.") from None
    return name


def _spelled(name: str) -> str:
    """Return the official spelling of `America/New York` or `europe/berlin`; an unknown name is unchanged."""
    return _names().get(_compared(name), name)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {_compared(name): name for name in sorted(zoneinfo.available_timezones())}


def _compared(name: str) -> str:
    return re.sub(r"[\s_]+", "", name.casefold())


def zones_in_use() -> list[str]:
    """Return the distinct time zones of all readers."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES)
        return [name for (name,) in cursor.fetchall()]


def has_readers_in(publication_id: int, zones: Collection[str]) -> bool:
    """Return True if an active reader of the publication is in one of `zones`.

    Planning calls this every time it runs, also for zones with many readers of other publications only. It therefore
    needs at most as many look-ups as the smaller of the two groups, and usually one.
    """
    return any(fetch_all(MEETS, [zone, publication_id, zone]) for zone in zones)
