"""Starts the other process, hears its answer, and tells a template's slip from the machine's trouble.

A fresh interpreter, not a fork: web processes have threads and Celery's children may have none of their own. It
knows no setting, no secret and no database, and what it may use is bounded (bounds.py).
"""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from newsletter.mail.own import bounds
from newsletter.mail.own.faults import NotTried, TemplateFault

CHILD = Path(__file__).with_name("child.py")
COMMAND = [sys.executable, "-I", "-X", "utf8", str(CHILD)]
TAIL = 1_000  # characters of what it said last, for the log
# The kernel kills when the machine has no memory left, and the clock also runs while others have the processors.
DOUBTFUL = (None, -signal.SIGKILL)
STOPPED = (*DOUBTFUL, -signal.SIGXCPU)
BURST = (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS)  # C code that got no more memory or stack

log = structlog.get_logger()


class Ended(NamedTuple):
    """How it ended: `code` is None when it was ended for the clock."""

    code: int | None
    said: bytes
    complained: bytes


def ask(order: Mapping[str, object]) -> dict[str, Any]:
    """What the other process answers. Raises `TemplateFault` when it was stopped by its bounds, else `NotTried`."""
    written = json.dumps(order).encode()
    ended = _run(written)
    if ended.code in DOUBTFUL:
        log.warning("template.tried_again", code=ended.code)
        ended = _run(written)
    if ended.code == 0:
        return _read(ended.said)
    if ended.code in STOPPED:
        raise _too_long(inlining=ended.said.startswith(b"\n"))
    if ended.code in BURST:
        raise TemplateFault(
            "It needs more memory than a letter may take, or is nested too deep.",
            "Look for a text that grows in a loop.",
        )
    raise _not_tried(f"ended with {ended.code}: {ended.complained.decode(errors='replace')[-TAIL:]}")


def _run(written: bytes) -> Ended:
    try:
        done = subprocess.run(  # noqa: S603 — our own program; the template travels on stdin
            COMMAND, input=written, capture_output=True, timeout=bounds.WALL, check=False, env={}
        )
    except subprocess.TimeoutExpired as late:
        return Ended(None, late.stdout or b"", late.stderr or b"")
    except OSError as error:
        raise _not_tried(f"did not start: {error}") from error
    return Ended(done.returncode, done.stdout, done.stderr)


def _read(said: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(said))
    except ValueError as error:
        raise _not_tried(f"gave no answer: {error}") from error


def _too_long(*, inlining: bool) -> TemplateFault:
    if inlining:
        return TemplateFault(
            "It takes too long to put its styles onto its elements.",
            f"A letter has {bounds.CPU} seconds. Write fewer rules, or fewer elements that they fit.",
        )
    return TemplateFault("It takes too long.", f"A letter has {bounds.CPU} seconds. Look for a loop in a loop.")


def _not_tried(why: str) -> NotTried:
    log.error("template.not_tried", why=why)
    return NotTried("The template could not be tried at this moment. Try again in a minute.")
