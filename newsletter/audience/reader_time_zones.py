"""Where readers are, for letters that leave by their own clocks. A reader of whom that is not known has no zone."""

import re
import zoneinfo
from collections.abc import Collection
from functools import lru_cache

from django.db import connection

from newsletter.lib.errors import BadInput
from newsletter.lib.sql import fetch_all
from newsletter.publications import schedule

# One step in the index for each zone instead of a look at every reader
NAMES = """
    WITH RECURSIVE found(name) AS (
      SELECT MIN(time_zone) FROM audience_subscriber WHERE time_zone > ''
      UNION ALL
      SELECT (SELECT MIN(time_zone) FROM audience_subscriber WHERE time_zone > found.name)
      FROM found WHERE found.name IS NOT NULL
    )
    SELECT name FROM found WHERE name IS NOT NULL
"""


# Who is in a zone and who subscribes are each in the order of an index. From the first of the one the next of the
# other is looked up, and so on in turn, until both are the same reader or one of them has come to its end.
MEETS = """
    WITH RECURSIVE step(id, before, turn) AS (
      SELECT (SELECT MIN(id) FROM audience_subscriber WHERE time_zone = %s), CAST(-1 AS bigint), 0
      UNION ALL
      SELECT CASE turn
          WHEN 0 THEN (SELECT MIN(subscriber_id) FROM audience_subscription
              WHERE publication_id = %s AND standing = 'active' AND subscriber_id >= step.id)
          ELSE (SELECT MIN(id) FROM audience_subscriber WHERE time_zone = %s AND id >= step.id) END,
        step.id, 1 - turn
      FROM step WHERE step.id IS NOT NULL AND step.id <> step.before
    )
    SELECT 1 FROM step WHERE id = before
"""


@lru_cache(maxsize=1024)
def parse_time_zone(name: str) -> str:
    """The zone that `name` means, however its letters and blanks are written; empty when there is none.

    `BadInput` when it is no time zone. The message does not repeat what was given: in a file with shifted columns
    that may be anything.
    """
    name = name.strip()
    try:
        if name:
            schedule.zone(name := _spelled(name))
    except BadInput:
        raise BadInput("time zone", "is not known.", "Give a name such as Europe/Berlin, or leave it empty.") from None
    return name


def _spelled(name: str) -> str:
    """`America/New York` and `europe/berlin` as the zones are called; another name as it is."""
    return _names().get(_compared(name), name)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {_compared(name): name for name in sorted(zoneinfo.available_timezones())}


def _compared(name: str) -> str:
    return re.sub(r"[\s_]+", "", name.casefold())


def zones_in_use() -> list[str]:
    """The zones of all readers of the house, each once."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES)
        return [name for (name,) in cursor.fetchall()]


def has_readers_in(publication_id: int, zones: Collection[str]) -> bool:
    """True when an active reader of the publication is in one of `zones`.

    As few look-ups as the smaller of both has readers, and one where somebody is found at once: it is asked at
    every tick of planning, also of a zone in which there are many, and none of them reads this publication.
    """
    return any(fetch_all(MEETS, [zone, publication_id, zone]) for zone in zones)
