"""Retry on time-out: one task a batch, acknowledged when it is done, tried again when a call fails or a worker is lost.

It never loses a batch. A call that was taken and whose answer was lost is made again.

    python -m tests.torture.designs.retry FILE URL
"""

import sqlite3
import sys
import time

from tests.torture.designs import calling

PAUSE = 0.3  # seconds before the next try


def main(file: str, url: str) -> None:
    database = sqlite3.connect(file, timeout=20, isolation_level=None)
    while True:
        # the oldest task that is not acknowledged: a worker that is lost has acknowledged nothing
        task = database.execute("SELECT number FROM tasks WHERE NOT done ORDER BY number LIMIT 1").fetchone()
        if task is None:
            return
        rows = database.execute("SELECT email FROM readers WHERE task = ? ORDER BY id", task).fetchall()
        try:
            calling.send(url, [email for (email,) in rows])
        except calling.Failed as failure:
            sys.stderr.write(f"task {task[0]}: {failure}; once more\n")
            time.sleep(PAUSE)
            continue
        database.execute("UPDATE tasks SET done = 1 WHERE number = ?", task)


if __name__ == "__main__":
    main(*sys.argv[1:])
