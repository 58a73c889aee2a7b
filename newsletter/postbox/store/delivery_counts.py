"""Counts how often each address was accepted, to prove that no reader was missed or got a letter twice."""

import sqlite3
from datetime import datetime
from typing import Any

from newsletter.postbox.store.recipient_copies import COPY_STATUS, path, register_copy_status
from newsletter.postbox.store.scheduling_rules import STOPPED, CopyStatus

MAX_ADDRESSES = 100  # in a list


def counts(
    reader: sqlite3.Connection, *, now: datetime, by: str = "", value: str = "", limit: int = MAX_ADDRESSES
) -> dict[str, Any]:
    """Count everything that was accepted, or with `by` the same for each value of that custom argument.

    `accepted` counts copies, `addresses` distinct addresses (in lower case). `accepted_twice` is how many addresses
    were accepted more than once; `arriving_twice` counts only copies that were or may still be sent, because a batch
    that is cancelled in time does no harm. `value` limits the answer to one value of `by`. Lists of addresses
    contain at most `limit`.
    """
    register_copy_status(reader, now=now)
    stopped = ", ".join(f"'{one}'" for one in sorted(STOPPED))
    # one row per address and value, over which the sums are fast
    reader.execute(
        "CREATE TEMP TABLE people AS SELECT value, address, count(*) AS copies, sum(arrives) AS arriving FROM ("  # noqa: S608
        "SELECT coalesce(json_extract(r.args, :path), json_extract(c.args, :path)) AS value, "
        f"lower(r.address) AS address, {COPY_STATUS} NOT IN ({stopped}) AS arrives "
        "FROM recipients r JOIN calls c ON c.id = r.call) GROUP BY value, address",
        {"path": path(by)},
    )
    found: dict[str, Any] = {"calls": _calls(reader), "statuses": _status_counts(reader)}
    if not by:
        return found | _sums(reader, "1", (), limit)
    values = [row[0] for row in reader.execute("SELECT DISTINCT value FROM people ORDER BY value")]
    values = [one for one in values if not value or one == value]
    return found | {"by": by, "values": {one or "": _sums(reader, "value IS ?", (one,), limit) for one in values}}


def _calls(reader: sqlite3.Connection) -> dict[str, Any]:
    answers = {row[0]: row[1] for row in reader.execute("SELECT answer, count(*) FROM calls GROUP BY answer")}
    (accepted,) = reader.execute("SELECT count(*) FROM calls WHERE accepted").fetchone()
    return {"all": sum(answers.values()), "accepted": accepted, "answers": answers}


def _status_counts(reader: sqlite3.Connection) -> dict[str, int]:
    rows = reader.execute(
        f"SELECT {COPY_STATUS}, count(*) FROM recipients r JOIN calls c ON c.id = r.call GROUP BY 1"  # noqa: S608 - constants only
    )
    return {**{one.value: 0 for one in CopyStatus}, **{row[0]: row[1] for row in rows}}


def _sums(reader: sqlite3.Connection, test: str, values: tuple[object, ...], limit: int) -> dict[str, Any]:
    accepted, addresses, twice, arriving = reader.execute(
        "SELECT coalesce(sum(copies), 0), count(DISTINCT address), coalesce(sum(copies > 1), 0), "  # noqa: S608 - constants only
        f"coalesce(sum(arriving > 1), 0) FROM people WHERE {test}",
        values,
    ).fetchone()
    rows = reader.execute(
        f"SELECT address, copies, arriving FROM people WHERE {test} AND copies > 1 "  # noqa: S608 - constants only
        "ORDER BY arriving DESC, copies DESC, address LIMIT ?",
        (*values, limit),
    )
    return {
        "accepted": accepted,
        "addresses": addresses,
        "accepted_twice": twice,
        "arriving_twice": arriving,
        "twice": [dict(row) for row in rows],
    }
