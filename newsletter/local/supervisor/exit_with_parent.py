"""Replaces itself by another program that gets SIGTERM when its parent dies, for whatever reason.

Run as a script: `python -I -S exit_with_parent.py PARENT COMMAND …`. Only Linux supports this (PR_SET_PDEATHSIG);
elsewhere the program just starts, and `stale_processes.py` ends it at the next start.
A program of its own, because no Python code may run between fork and exec of a process with threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2); it survives exec, and its sender is the thread that forked


def main() -> None:
    """Set the signal and exec the command."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before prctl took effect
            sys.exit(f"process {parent} has ended")
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error.strerror}")


if __name__ == "__main__":
    main()
