"""The workers' own app with one task more, which takes a twentieth of a second. Run by test_threads.py."""

import time

from workers.app import app


@app.task(name="napping.nap")
def nap() -> None:
    time.sleep(0.05)
