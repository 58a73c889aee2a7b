"""Run one of our programs in a subprocess with limited time and memory and no permission to write files.

The subprocess is a fresh interpreter, not a fork: web processes have threads, and Celery's children may not have
`multiprocessing` children. Its environment is empty, so it has no settings, secrets or database. Use it to parse
untrusted input, such as a template or a picture.
"""

import signal
import subprocess
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import structlog

from newsletter.lib.process_limits import ProcessLimits

MAX_TROUBLE = 1_000  # characters, from the end of the process's standard error
# May be the machine's fault: the kernel kills processes when memory runs out, and the timeout includes time without a
# processor.
MAYBE_OVERLOADED = (None, -signal.SIGKILL)
TOO_LONG = (*MAYBE_OVERLOADED, -signal.SIGXCPU)
NO_MEMORY = (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS)  # C code that got no more memory or stack

log = structlog.get_logger()


class Ending(Enum):
    """How a process ended."""

    ANSWERED = "answered"
    TOO_LONG = "too long"
    NO_MEMORY = "no memory"
    BROKEN = "broken"  # a fault of the program or the machine, not of the input


class Answer(NamedTuple):
    """The result of a process. `output` may be incomplete unless the process answered.

    `trouble` is meant for the log and is set only when the ending is `BROKEN`.
    """

    ending: Ending
    output: bytes
    trouble: str = ""


class _Ended(NamedTuple):
    code: int | None  # None after a timeout
    output: bytes
    stderr: bytes


def command_of(program: Path) -> list[str]:
    """Return the command that starts `program` with an isolated import path; the program extends that path itself."""
    return [sys.executable, "-I", "-X", "utf8", str(program)]


def run(command: Sequence[str], stdin: bytes, *, bounds: ProcessLimits) -> Answer:
    """Run `command` with `stdin` and return how the process ended and its output.

    A process that timed out or was killed by the kernel is started once more, because an overloaded machine does the
    same to harmless input. The process applies the limits to itself (process_limits.py); only the timeout is enforced
    here.
    """
    try:
        ended = _run_once(command, stdin, bounds)
        if ended.code in MAYBE_OVERLOADED:
            log.warning("bounded_process.started_again", program=command[-1], code=ended.code)
            ended = _run_once(command, stdin, bounds)
    except OSError as error:
        return Answer(Ending.BROKEN, b"", f"did not start: {error}")
    if ended.code == 0:
        return Answer(Ending.ANSWERED, ended.output)
    if ended.code in TOO_LONG:
        return Answer(Ending.TOO_LONG, ended.output)
    if ended.code in NO_MEMORY:
        return Answer(Ending.NO_MEMORY, ended.output)
    stderr = ended.stderr.decode(errors="replace")[-MAX_TROUBLE:]
    return Answer(Ending.BROKEN, ended.output, f"ended with {ended.code}: {stderr}")


def _run_once(command: Sequence[str], stdin: bytes, bounds: ProcessLimits) -> _Ended:
    try:
        done = subprocess.run(  # noqa: S603 — our own program; untrusted data goes only to its stdin
            command, input=stdin, capture_output=True, timeout=bounds.wall_seconds, check=False, env={}
        )
    except subprocess.TimeoutExpired as error:
        return _Ended(None, error.stdout or b"", error.stderr or b"")
    return _Ended(done.returncode, done.stdout, done.stderr)
