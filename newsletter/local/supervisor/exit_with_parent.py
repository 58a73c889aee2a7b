"""Becomes another program that is told to stop when its parent dies, however the parent dies.

Run as a script: `python -I -S exit_with_parent.py PARENT COMMAND …`. Linux only has the means (PR_SET_PDEATHSIG);
elsewhere the program simply starts, and `stale_processes.py` ends it at the next start.
A program of its own, because what runs between fork and exec must not be Python of a process with threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2); it survives exec, and its sender is the thread that forked


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we were tied to it
            sys.exit(f"process {parent} has gone")
    try:
        os.execvp(command[0], command)  # noqa: S606 - the whole purpose; no shell is wanted
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error.strerror}")


if __name__ == "__main__":
    main()
