"""Joining events into outcomes: in memory first, then all of them into the table in one statement.

The join takes the highest `reached` and the earliest of each time. That makes it the same in any
order and however often an event is told, with an id of its own or without: no table of event ids
is needed to recognise a repetition.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection

from newsletter.insights.models import DeliveryStage, ReaderOutcome
from newsletter.mail.sendgrid.event_webhook import Event, EventType

TIMES = ("delivered_at", "bounced_at", "complained_at", "unsubscribed_at", "prefetched_at", "opened_at", "clicked_at")
# What a kind of event says: how far the letter got, and which time it sets. Whoever opens, clicks or
# complains has the letter, also when the event that says so was lost.
MEANING: dict[EventType, tuple[int, int | None]] = {
    EventType.PROCESSED: (DeliveryStage.PROCESSED.value, None),
    EventType.DEFERRED: (DeliveryStage.DEFERRED.value, None),
    EventType.DROPPED: (DeliveryStage.DROPPED.value, None),
    EventType.BLOCKED: (DeliveryStage.BLOCKED.value, None),
    EventType.DELIVERED: (DeliveryStage.DELIVERED.value, TIMES.index("delivered_at")),
    EventType.BOUNCED: (DeliveryStage.BOUNCED.value, TIMES.index("bounced_at")),
    EventType.COMPLAINED: (DeliveryStage.DELIVERED.value, TIMES.index("complained_at")),
    EventType.UNSUBSCRIBED: (DeliveryStage.DELIVERED.value, TIMES.index("unsubscribed_at")),
    EventType.PREFETCHED: (DeliveryStage.DELIVERED.value, TIMES.index("prefetched_at")),
    EventType.OPENED: (DeliveryStage.DELIVERED.value, TIMES.index("opened_at")),
    EventType.CLICKED: (DeliveryStage.DELIVERED.value, TIMES.index("clicked_at")),
}
ROWS_A_STATEMENT = 500  # SQLite: a web process waits for its lock no longer than one of these takes

TABLE = ReaderOutcome._meta.db_table
COLUMNS = ", ".join(("dispatch_id", "subscriber", "reached", *TIMES))
MARKS = f"({', '.join(['%s'] * (3 + len(TIMES)))})"
NULL_TIME = "'9999-12-31'"  # later than any event: read as a time by PostgreSQL, compared as text by SQLite

Key = tuple[int, int]  # dispatch, subscriber
Value = int | datetime | None
NOTHING: tuple[Value, ...] = (None,) * len(TIMES)
Row = list[Value]  # `reached`, then one value for each of TIMES


def merge_events(events: Iterable[Event]) -> dict[Key, Row]:
    """One row for each dispatch and subscriber; events that name none of the two are passed over."""
    rows: dict[Key, Row] = {}
    for event in events:
        if event.dispatch is None or event.subscriber is None:
            continue
        reached, time = MEANING[event.kind]
        key = (event.dispatch, event.subscriber)
        row = rows.get(key)
        if row is None:
            row = rows[key] = [reached, *NOTHING]
        elif reached > row[0]:  # type: ignore[operator]  # a number, always
            row[0] = reached
        if time is not None and ((had := row[time + 1]) is None or event.at < had):  # type: ignore[operator]  # a time
            row[time + 1] = event.at
    return rows


def upsert(rows: Mapping[Key, Row]) -> None:
    """Join `rows` into the table, in the order of their keys: two writers then never wait for each other in turn."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        _copy(rows)
    else:
        ordered = [(*key, *rows[key]) for key in sorted(rows)]
        for begin in range(0, len(ordered), ROWS_A_STATEMENT):
            _insert(ordered[begin : begin + ROWS_A_STATEMENT])


class _Texts(dict[Value, str]):
    """A value → as COPY reads it. Kept for the while of one COPY, because thousands of events share few seconds."""

    def __missing__(self, value: Value) -> str:
        self[value] = text = r"\N" if value is None else str(value)
        return text


def _copy(rows: Mapping[Key, Row]) -> None:
    """PostgreSQL: through COPY into a table of this session, from there in one statement. In a transaction.

    Written as one text: handed to the driver row by row and value by value it takes four times as long.
    """
    say = _Texts().__getitem__
    lines = ["\t".join([*map(str, key), *map(say, rows[key])]) for key in sorted(rows)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS arrived ON COMMIT DELETE ROWS AS SELECT {COLUMNS} FROM {TABLE} WITH NO DATA"  # noqa: S608, E501 names of ours
        )
        cursor.execute("DELETE FROM arrived")  # of an earlier one in the same transaction; a TRUNCATE makes a file
        with cursor.copy(f"COPY arrived ({COLUMNS}) FROM STDIN") as copy:
            copy.write("\n".join(lines))
        cursor.execute(
            f"INSERT INTO {TABLE} AS had ({COLUMNS}) SELECT {COLUMNS} FROM arrived ORDER BY 1, 2 {_joining('LEAST')}"  # noqa: S608 names of ours
        )


def _insert(rows: Sequence[Sequence[Value]]) -> None:
    adapt = connection.ops.adapt_datetimefield_value
    values = [adapt(value) if isinstance(value, datetime) else value for row in rows for value in row]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} AS had ({COLUMNS}) VALUES {', '.join([MARKS] * len(rows))} {_joining('MIN')}",  # noqa: S608 names of ours
            values,
        )


def _joining(least: str) -> str:
    """What is done with a row that is there already: nothing at all when nothing in it would change.

    The smaller of two times, of which either may be missing: PostgreSQL's LEAST passes over NULL,
    SQLite's MIN does not, hence the COALESCE.
    """
    sets = [f"{t} = COALESCE({least}(had.{t}, EXCLUDED.{t}), had.{t}, EXCLUDED.{t})" for t in TIMES]
    news = [f"EXCLUDED.{t} < COALESCE(had.{t}, {NULL_TIME})" for t in TIMES]
    return (
        "ON CONFLICT (dispatch_id, subscriber) DO UPDATE SET "
        "reached = CASE WHEN EXCLUDED.reached > had.reached THEN EXCLUDED.reached ELSE had.reached END, "
        f"{', '.join(sets)} WHERE EXCLUDED.reached > had.reached OR {' OR '.join(news)}"
    )
