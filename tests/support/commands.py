"""A Python that has loaded the command line and runs each command in a fork of itself.

A command begins at `newsletter.__main__.main` in a process of its own, with its own arguments, streams and folder, as
one that a person starts does. What it is spared is the second in which Python loads the project. As a program, this
module is the process that waits for commands; it ends when its standard input does.
"""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import traceback
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple, NoReturn


class Said(NamedTuple):
    """What a command left: its exit status, its data and its talk."""

    status: int
    out: str
    err: str


class Commands:
    """Runs commands with this environment, one at a time. The process starts with the first command."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment, self._folder = environment, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = Lock()

    def run(self, words: Sequence[str], *, stdin: str = "", timeout: float = 120) -> Said:
        """Run `newsletter WORDS …`; fails when it takes longer than `timeout` seconds."""
        with self._turn, tempfile.TemporaryDirectory() as made:
            streams = [Path(made) / name for name in ("in", "out", "err")]
            streams[0].write_text(stdin, encoding="utf-8", newline="")
            status = self._ask({"words": list(words), "streams": [str(stream) for stream in streams]}, timeout)
            out, err = (stream.read_text(encoding="utf-8") for stream in streams[1:])
        return Said(status, out, err)

    def close(self) -> None:
        """End the process. May be called again; the next command starts another one."""
        if self._process:
            self._end()
        self._process = None

    def _ask(self, order: Mapping[str, object], timeout: float) -> int:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.commands"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**self._environment, "DJANGO_SETTINGS_MODULE": "newsletter.settings"},
                cwd=self._folder,
                start_new_session=True,
                bufsize=0,
            )
            self._end = weakref.finalize(self, _end, self._process)  # also for a system that nobody closes
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        if not select.select([self._process.stdout], [], [], timeout)[0]:
            self.close()
            raise TimeoutError(f"{order['words']} took longer than {timeout:g} s")
        told = self._process.stdout.readline()
        if not told:
            self.close()
            raise RuntimeError(f"no answer to {order['words']}: the command line could not be loaded")
        return int(told)


def _end(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()


def serve() -> None:
    """Load the project, then run one command after the other, each in a fork."""
    import django

    django.setup()
    from newsletter.cli import app  # noqa: F401  # loads all commands

    while order := _line():
        child = os.fork()
        if not child:
            _become(**json.loads(order))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.write(1, f"{status}\n".encode())


def _line() -> bytes:
    """The next order, past `sys.stdin`: what that had buffered, the command would take for its own input."""
    read = b""
    while (more := os.read(0, 4096)) and not (read := read + more).endswith(b"\n"):
        pass
    return read


def _become(words: list[str], streams: list[str]) -> NoReturn:
    """In the fork: take on the streams and run the command."""
    from newsletter.__main__ import main

    for number, (name, how) in enumerate(zip(streams, (os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT] * 2), strict=True)):
        opened = os.open(name, how, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    status = 1
    try:
        main(words)
    except SystemExit as left:
        if isinstance(left.code, str):
            sys.stderr.write(f"{left.code}\n")
        status = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001  # Python itself would show it and leave with 1
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)


if __name__ == "__main__":
    serve()
