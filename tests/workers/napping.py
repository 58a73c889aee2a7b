"""The workers' own app with one task more, which takes a twentieth of a second. Run by test_thread_pool.py."""

import os
import time
from pathlib import Path
from typing import Any

from workers.app import app


@app.task(name="napping.nap", bind=True)
def nap(self: Any) -> None:
    """Append the name of the worker queue to the file NAPS, and sleep."""
    with Path(os.environ["NAPS"]).open("a", encoding="utf-8") as naps:
        naps.write(self.request.delivery_info["routing_key"] + "\n")
    time.sleep(0.05)
