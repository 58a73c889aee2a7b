"""Merge events into reader outcomes: first in memory, then into the table in one statement.

A merge keeps the highest `reached` and the earliest of each time. The result does not depend on the order of events or
on repetitions, so no table of event ids is needed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection

from newsletter.delivery.models import Dispatch
from newsletter.insights import outcome_counts
from newsletter.insights.models import DeliveryStage, OutcomeCounts, ReaderOutcome
from newsletter.mail.sendgrid.event_webhook import Event, EventType

TIMES = ("delivered_at", "bounced_at", "complained_at", "unsubscribed_at", "prefetched_at", "opened_at", "clicked_at")
# By kind of event: the stage of the letter, and the time that it sets. A reader who opens, clicks or complains has the
# letter, even if the delivery event was lost.
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
ROWS_A_STATEMENT = 500  # SQLite: a web process waits for the lock at most as long as one statement takes

TABLE = ReaderOutcome._meta.db_table
COLUMNS = ", ".join(("dispatch_id", "subscriber", "reached", *TIMES))
MARKS = f"({', '.join(['%s'] * (3 + len(TIMES)))})"
NULL_TIME = "'9999-12-31'"  # later than any event; a time in PostgreSQL, text in SQLite

DIFFERENCES = ", ".join(
    f"{new} - {old}" for new, old in zip(outcome_counts.counted("changed"), outcome_counts.counted("was"), strict=True)
)

Key = tuple[int, int]  # dispatch, subscriber
Value = int | datetime | None
NOTHING: tuple[Value, ...] = (None,) * len(TIMES)
Row = list[Value]  # `reached`, then one value for each of TIMES


def merge_events(events: Iterable[Event]) -> dict[Key, Row]:
    """Return one row per dispatch and subscriber; events that lack one of the two are skipped."""
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
    """Merge `rows` into the table and the counts, ordered by key, so that two writers cannot deadlock.

    Needs a transaction. Rows of dispatches whose outcomes are being deleted are skipped.
    """
    taking = outcome_counts.locked({dispatch for dispatch, _ in rows}) if rows else set()
    rows = {key: row for key, row in rows.items() if key[0] in taking}
    if not rows:
        return
    if connection.vendor == "postgresql":
        outcome_counts.add(_copy(rows))
    else:
        ordered = [(*key, *rows[key]) for key in sorted(rows)]
        for begin in range(0, len(ordered), ROWS_A_STATEMENT):
            outcome_counts.add(_insert(ordered[begin : begin + ROWS_A_STATEMENT]))


def blocked_readers(subscribers: Collection[int]) -> set[int]:
    """Return those of these readers of whom some mailbox refused an email, as far as outcomes are kept.

    The table has an index by dispatch, so every dispatch is named.
    """
    found: set[int] = set()
    dispatches = list(OutcomeCounts.objects.filter(blocked__gt=0, deleted_at=None).values_list("pk", flat=True))
    readers = sorted(subscribers)
    for first in range(0, len(dispatches), 5000):  # SQLite takes 32,766 values per statement
        for begin in range(0, len(readers), 5000):
            rows = ReaderOutcome.objects.filter(
                dispatch__in=dispatches[first : first + 5000],
                subscriber__in=readers[begin : begin + 5000],
                reached=DeliveryStage.BLOCKED,
            )
            found.update(rows.values_list("subscriber", flat=True))
    return found


def delete_outcomes_of(subscriber_id: int) -> None:
    """Delete the outcomes of one reader; the counts of the dispatches stay.

    The table has an index by dispatch, so every dispatch is named.
    """
    dispatches = list(Dispatch.objects.order_by("pk").values_list("pk", flat=True))
    for begin in range(0, len(dispatches), 5000):  # SQLite takes 32,766 values per statement
        ReaderOutcome.objects.filter(dispatch__in=dispatches[begin : begin + 5000], subscriber=subscriber_id).delete()


class _Texts(dict[Value, str]):
    """Values in the text format of COPY, cached during one COPY: thousands of events share a few seconds."""

    def __missing__(self, value: Value) -> str:
        self[value] = text = r"\N" if value is None else str(value)
        return text


def _copy(rows: Mapping[Key, Row]) -> dict[int, list[int]]:
    """Merge on PostgreSQL: COPY into a temporary table, then one INSERT … SELECT. Return what that adds to the counts.

    The rows are written as one text: passing each value to the driver takes four times as long. The statement sees the
    table as it was before it, and so both what each changed row is and what it was.
    """
    text = _Texts().__getitem__
    lines = ["\t".join([*map(str, key), *map(text, rows[key])]) for key in sorted(rows)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS arrived ON COMMIT DELETE ROWS AS SELECT {COLUMNS} FROM {TABLE} WITH NO DATA"  # noqa: S608, E501 names of ours
        )
        cursor.execute(
            "DELETE FROM arrived"
        )  # rows of an earlier call in the same transaction; TRUNCATE would create a file
        with cursor.copy(f"COPY arrived ({COLUMNS}) FROM STDIN") as copy:
            copy.write("\n".join(lines))
        cursor.execute(
            f"WITH changed AS (INSERT INTO {TABLE} AS had ({COLUMNS}) SELECT {COLUMNS} FROM arrived ORDER BY 1, 2 "  # noqa: S608 names of ours
            f"{_conflict('LEAST')} RETURNING had.*) "
            f"SELECT changed.dispatch_id, {DIFFERENCES} FROM changed LEFT JOIN LATERAL ("
            f"SELECT * FROM {TABLE} AS old WHERE old.dispatch_id = changed.dispatch_id "
            "AND old.subscriber = changed.subscriber OFFSET 0) AS was ON TRUE GROUP BY 1"
        )
        return {dispatch: list(numbers) for dispatch, *numbers in cursor.fetchall()}


def _insert(rows: Sequence[Sequence[Value]]) -> dict[int, list[int]]:
    """Merge on SQLite, which lets one writer in at a time. Return what that adds to the counts."""
    before = _counts([row[:2] for row in rows])
    adapt = connection.ops.adapt_datetimefield_value
    values = [adapt(value) if isinstance(value, datetime) else value for row in rows for value in row]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} AS had ({COLUMNS}) VALUES {', '.join([MARKS] * len(rows))} {_conflict('MIN')}",  # noqa: S608 names of ours
            values,
        )
    after = _counts([row[:2] for row in rows])
    nothing = [0] * len(outcome_counts.COUNTED)
    return {
        dispatch: [now - then for now, then in zip(numbers, before.get(dispatch, nothing), strict=True)]
        for dispatch, numbers in after.items()
    }


def _counts(keys: Sequence[Sequence[Value]]) -> dict[int, list[int]]:
    """Return the counts over the outcomes with these keys, by dispatch."""
    marks = ", ".join(["(%s, %s)"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH keys(dispatch, subscriber) AS (VALUES {marks}) "  # noqa: S608 names of ours
            f"SELECT had.dispatch_id, {', '.join(outcome_counts.counted('had'))} FROM keys CROSS JOIN {TABLE} AS had "
            "ON had.dispatch_id = keys.dispatch AND had.subscriber = keys.subscriber GROUP BY 1",
            [value for key in keys for value in key],
        )
        return {dispatch: list(numbers) for dispatch, *numbers in cursor.fetchall()}


def _conflict(least: str) -> str:
    """Return the ON CONFLICT clause: it merges an existing row, and skips the write if nothing would change.

    Either of two times may be missing: PostgreSQL's LEAST ignores NULL, SQLite's MIN does not, hence the COALESCE.
    """
    sets = [f"{t} = COALESCE({least}(had.{t}, EXCLUDED.{t}), had.{t}, EXCLUDED.{t})" for t in TIMES]
    news = [f"EXCLUDED.{t} < COALESCE(had.{t}, {NULL_TIME})" for t in TIMES]
    return (
        "ON CONFLICT (dispatch_id, subscriber) DO UPDATE SET "
        "reached = CASE WHEN EXCLUDED.reached > had.reached THEN EXCLUDED.reached ELSE had.reached END, "
        f"{', '.join(sets)} WHERE EXCLUDED.reached > had.reached OR {' OR '.join(news)}"
    )
