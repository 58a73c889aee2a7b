"""Health check of a container: `python -m workers.alive FILE` exits with 0 if the file was touched recently.

It imports nothing of the service, so that checking costs next to nothing.
"""

import sys
import time
from pathlib import Path

MAX_AGE_SECONDS = 30.0


def problem(file: Path, *, now: float) -> str:
    """Return why the process that touches `file` does not work, or an empty string."""
    try:
        age = now - file.stat().st_mtime
    except OSError:
        return f"{file} does not exist: the process has not started, or HEARTBEAT_FILE is not set."
    return f"{file} was last touched {age:.0f} seconds ago." if age > MAX_AGE_SECONDS else ""


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m workers.alive FILE")
    sys.exit(problem(Path(sys.argv[1]), now=time.time()) or 0)
