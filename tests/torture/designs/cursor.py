"""A cursor that moves when rows are read: the worker takes the next readers, remembers how far it has read, sends.

It never sends twice by itself. What it had in hand when it was killed, or when a call failed, is gone.

    python -m tests.torture.designs.cursor FILE URL
"""

import sqlite3
import sys

from tests.torture.designs import calling

READ, CALL = 50, 10  # rows read at a time, and those of them in a call


def main(file: str, url: str) -> None:
    database = sqlite3.connect(file, timeout=20, isolation_level=None)
    while True:
        database.execute("BEGIN IMMEDIATE")
        (cursor,) = database.execute("SELECT id FROM cursor").fetchone()
        rows = database.execute(
            "SELECT id, email FROM readers WHERE id > ? ORDER BY id LIMIT ?", (cursor, READ)
        ).fetchall()
        if not rows:
            database.execute("COMMIT")
            return
        database.execute("UPDATE cursor SET id = ?", (rows[-1][0],))
        database.execute("COMMIT")
        for first in range(0, len(rows), CALL):
            try:
                calling.send(url, [email for _, email in rows[first : first + CALL]])
            except calling.Failed as failure:
                sys.stderr.write(f"readers from {rows[first][0]} on: {failure}\n")  # a log that nobody reads


if __name__ == "__main__":
    main(*sys.argv[1:])
