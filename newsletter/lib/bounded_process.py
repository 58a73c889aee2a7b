"""Runs a program of ours in a process of its own that may use only so much time and memory, and may write no file.

A fresh interpreter, not a fork: web processes have threads, and Celery's children may have no `multiprocessing`
children. The process gets an empty environment, so it knows no setting, no secret and no database. Reading what
strangers wrote (a template, a picture) belongs in such a process.
"""

import signal
import subprocess
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import structlog

from newsletter.lib.process_limits import Bounds

MAX_TROUBLE = 1_000  # characters of what the process wrote to its error output last
# The kernel kills when the machine has no memory left, and the clock also runs while others have the processors.
DOUBTFUL = (None, -signal.SIGKILL)
TOO_LONG = (*DOUBTFUL, -signal.SIGXCPU)
NO_MEMORY = (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS)  # C code that got no more memory or stack

log = structlog.get_logger()


class Ending(Enum):
    """How a process ended."""

    ANSWERED = "answered"
    TOO_LONG = "too long"
    NO_MEMORY = "no memory"
    BROKEN = "broken"  # trouble of the program or the machine, not of what it was given


class Answer(NamedTuple):
    """`output` may be incomplete unless the process answered; `trouble` is for the log and set when it is broken."""

    ending: Ending
    output: bytes
    trouble: str = ""


class _Ended(NamedTuple):
    code: int | None  # None when it was ended for the clock
    output: bytes
    complaint: bytes


def command_of(program: Path) -> list[str]:
    """The command that starts `program`, which looks nowhere else for its imports than it says itself."""
    return [sys.executable, "-I", "-X", "utf8", str(program)]


def run(command: Sequence[str], given: bytes, *, bounds: Bounds) -> Answer:
    """What the process answers to `given` on its input.

    One that the clock or the kernel ended is started once more before what it was given is blamed. The process
    sets its bounds itself (process_limits.py); the clock is watched from here.
    """
    try:
        ended = _run_once(command, given, bounds)
        if ended.code in DOUBTFUL:
            log.warning("bounded_process.started_again", program=command[-1], code=ended.code)
            ended = _run_once(command, given, bounds)
    except OSError as error:
        return Answer(Ending.BROKEN, b"", f"did not start: {error}")
    if ended.code == 0:
        return Answer(Ending.ANSWERED, ended.output)
    if ended.code in TOO_LONG:
        return Answer(Ending.TOO_LONG, ended.output)
    if ended.code in NO_MEMORY:
        return Answer(Ending.NO_MEMORY, ended.output)
    complaint = ended.complaint.decode(errors="replace")[-MAX_TROUBLE:]
    return Answer(Ending.BROKEN, ended.output, f"ended with {ended.code}: {complaint}")


def _run_once(command: Sequence[str], given: bytes, bounds: Bounds) -> _Ended:
    try:
        done = subprocess.run(  # noqa: S603 — our own program; what strangers wrote travels on its input
            command, input=given, capture_output=True, timeout=bounds.wall_seconds, check=False, env={}
        )
    except subprocess.TimeoutExpired as late:
        return _Ended(None, late.stdout or b"", late.stderr or b"")
    return _Ended(done.returncode, done.stdout, done.stderr)
