"""Run as a script: a supervisor in a process of its own, so that tests can kill it or press Ctrl-C in its terminal.

    python -m tests.local.conduct FOLDER NAME=CODE …

Prints the numbers of its children in one line, then keeps them until the end is asked for.
"""

import os
import sys
import time
from pathlib import Path

from newsletter.local.supervisor.stop_signals import count_stop_requests
from newsletter.local.supervisor.supervisor import Supervisor
from tests.local.little import part


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    folder, *parts = sys.argv[1:]
    with count_stop_requests() as stop_requests:
        system = Supervisor(Path(folder), environment=os.environ, say=say, stop_requests=stop_requests)
        system.start(*[part(*given.split("=", 1), grace=1) for given in parts])
        say(f"children {' '.join(map(str, system.pids()))}")
        while not stop_requests():
            system.check()
            time.sleep(0.02)
        system.stop()
        say("stopped")


if __name__ == "__main__":
    main()
