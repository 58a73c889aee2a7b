"""Counts who was accepted how often: the witness that nobody got a letter twice and nobody was missed."""

import sqlite3
from datetime import datetime
from typing import Any

from newsletter.postbox.store.recipient_copies import FATE, judge, path
from newsletter.postbox.store.scheduling_rules import STOPPED, Fate

MOST = 100  # addresses in a list


def counts(
    reader: sqlite3.Connection, *, now: datetime, by: str = "", value: str = "", most: int = MOST
) -> dict[str, Any]:
    """Everything that was accepted, or with `by` the same for each value of that custom argument.

    `accepted` counts copies, `addresses` different ones (in lower case). `accepted_twice` is how many
    addresses were accepted more than once, `arriving_twice` how many of them more than once among
    copies that left or still may leave: a batch that was cancelled in time does no harm. `value` asks
    for one value of `by` alone. Lists of addresses hold at most `most`.
    """
    judge(reader, now=now)
    never = ", ".join(f"'{one}'" for one in sorted(STOPPED))
    # one line for each address and value, so that everything else is a small sum over it
    reader.execute(
        "CREATE TEMP TABLE people AS SELECT value, address, count(*) AS copies, sum(arrives) AS arriving FROM ("  # noqa: S608
        "SELECT coalesce(json_extract(r.args, :path), json_extract(c.args, :path)) AS value, "
        f"lower(r.address) AS address, {FATE} NOT IN ({never}) AS arrives "
        "FROM recipients r JOIN calls c ON c.id = r.call) GROUP BY value, address",
        {"path": path(by)},
    )
    found: dict[str, Any] = {"calls": _calls(reader), "fates": _fates(reader)}
    if not by:
        return found | _sums(reader, "1", (), most)
    values = [row[0] for row in reader.execute("SELECT DISTINCT value FROM people ORDER BY value")]
    values = [one for one in values if not value or one == value]
    return found | {"by": by, "values": {one or "": _sums(reader, "value IS ?", (one,), most) for one in values}}


def _calls(reader: sqlite3.Connection) -> dict[str, Any]:
    answers = {row[0]: row[1] for row in reader.execute("SELECT answer, count(*) FROM calls GROUP BY answer")}
    (accepted,) = reader.execute("SELECT count(*) FROM calls WHERE accepted").fetchone()
    return {"all": sum(answers.values()), "accepted": accepted, "answers": answers}


def _fates(reader: sqlite3.Connection) -> dict[str, int]:
    rows = reader.execute(
        f"SELECT {FATE}, count(*) FROM recipients r JOIN calls c ON c.id = r.call GROUP BY 1"  # noqa: S608 our own words
    )
    return {**{one.value: 0 for one in Fate}, **{row[0]: row[1] for row in rows}}


def _sums(reader: sqlite3.Connection, test: str, values: tuple[object, ...], most: int) -> dict[str, Any]:
    accepted, addresses, twice, arriving = reader.execute(
        "SELECT coalesce(sum(copies), 0), count(DISTINCT address), coalesce(sum(copies > 1), 0), "  # noqa: S608 our words
        f"coalesce(sum(arriving > 1), 0) FROM people WHERE {test}",
        values,
    ).fetchone()
    rows = reader.execute(
        f"SELECT address, copies, arriving FROM people WHERE {test} AND copies > 1 "  # noqa: S608 our own words
        "ORDER BY arriving DESC, copies DESC, address LIMIT ?",
        (*values, most),
    )
    return {
        "accepted": accepted,
        "addresses": addresses,
        "accepted_twice": twice,
        "arriving_twice": arriving,
        "twice": [dict(row) for row in rows],
    }
