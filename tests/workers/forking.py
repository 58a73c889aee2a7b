"""Forks children as a pool does while the heartbeat is busy; each must be able to write. For test_heartbeat.py.

A program of its own, because a process with threads of pytest is not to be forked. It prints how many could not.
"""

import os
import sys
import threading

import django

CHILDREN = 25


def main() -> None:
    django.setup()
    from django.core.management import call_command
    from django.db import DatabaseError, connection

    from newsletter.lib import clock
    from newsletter.ops import heartbeats
    from workers import heartbeat
    from workers.sign_of_life import SignOfLife

    call_command("migrate", interactive=False, verbosity=0)
    connection.close()
    connection.settings_dict["OPTIONS"] = {
        **connection.settings_dict["OPTIONS"],
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA busy_timeout=20000;",
    }
    heartbeat.EVERY = 0.002  # hardly ever at rest, yet it lets a child have its turn
    sign = SignOfLife(None, None)
    threading.Thread(target=heartbeat._beat, args=("worker@here", ["maintenance"], 1, sign), daemon=True).start()

    def could_write() -> bool:
        try:
            heartbeats.record_worker("child@here", queues=[], now=clock.now())
        except DatabaseError:
            return False
        return True

    failed = 0
    for _ in range(CHILDREN):
        child = os.fork()
        if not child:
            os._exit(0 if could_write() else 1)
        failed += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
    beats = heartbeats.living_workers(now=clock.now())
    sys.stdout.write(f"{failed}\n" if "worker@here" in [each.name for each in beats] else "no heartbeat\n")
    sys.stdout.flush()
    os._exit(0)  # the heartbeat never ends by itself


if __name__ == "__main__":
    main()
