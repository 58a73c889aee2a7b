"""A curator's template and a letter's contents become HTML, in a process of its own.

A fresh interpreter, not a fork: web processes have threads and Celery's children may have none of their own. It
knows no setting, no secret and no database, and what it may use is bounded (bounds.py).
"""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from newsletter.mail.own import bounds
from newsletter.mail.own.faults import TemplateFault
from newsletter.mail.own.values import packed

CHILD = Path(__file__).with_name("child.py")
COMMAND = [sys.executable, "-I", "-X", "utf8", str(CHILD)]


def fill(source: str, root: Path, context: Mapping[str, object]) -> str:
    """HTML, not inlined yet. `root` is the folder with `_layout.html` and `_parts/`. Raises `TemplateFault`."""
    check_source(source)
    order = {"root": str(root), "source": source, "context": {name: packed(value) for name, value in context.items()}}
    try:
        done = subprocess.run(  # noqa: S603 — our own program; the template travels on stdin
            COMMAND,
            input=json.dumps(order).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=bounds.WALL,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise TemplateFault("It takes too long.", "Look for a loop in a loop.") from None
    if done.returncode:
        raise _ended(done.returncode)
    told = json.loads(done.stdout)
    if "fault" in told:
        fault = told["fault"]
        raise TemplateFault(fault["problem"], fault["mend"], line=fault["line"], column=fault["column"])
    return str(told["html"])


def check_source(source: str) -> None:
    """Raises `TemplateFault` for what is no template at all."""
    if not source.strip():
        raise TemplateFault("It is empty.", "Begin with the starting template.")
    if len(source) > bounds.SOURCE:
        raise TemplateFault("It is too long.", f"The most is {bounds.SOURCE:,} characters.")
    for number, line in enumerate(source.split("\n"), start=1):
        for column, character in enumerate(line, start=1):
            if character == "\0" or "\ud800" <= character <= "\udfff":
                raise TemplateFault("This character cannot be kept.", "Take it out.", line=number, column=column)


def _ended(code: int) -> TemplateFault:
    """The process was stopped by its bounds before it could say why."""
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return TemplateFault("It takes too long.", f"A letter has {bounds.CPU} seconds. Look for a loop in a loop.")
    return TemplateFault(
        "It needs more memory than a letter may take, or is nested too deep.", "Look for a text that grows in a loop."
    )
