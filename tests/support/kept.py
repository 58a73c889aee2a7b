"""Start a program that cannot outlive the tests. Run as a script, this file is its keeper.

The keeper reads its standard input, whose end comes when the test process closes it, is
interrupted, or is killed. Then it ends the program and, unless told otherwise, removes its folder.
It stands outside the terminal's process group, so that Ctrl-C reaches the tests alone and they can
still clean up.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Any

PATIENCE = 20  # seconds a program gets to end by itself


class Kept:
    """A running program, with its output in `folder`/log. `pid` is the program's, not its keeper's."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        folder: Path,
        user: str = "",
        ends_by: signal.Signals = signal.SIGTERM,
        env: Mapping[str, str] | None = None,
        folder_stays: bool = False,
    ) -> None:
        self.folder, self.log, self._folder_stays = folder, folder / "log", folder_stays
        orders = [str(folder), "" if folder_stays else "remove", user, str(int(ends_by))]
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, *orders, *map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env=env,
        )
        assert self._keeper.stdout is not None
        assert self._keeper.stdin is not None
        self._life = self._keeper.stdin
        with self._keeper.stdout as told:
            self.pid = int(told.readline() or 0)
        if not self.pid:
            self.end()
            raise RuntimeError(f"{command[0]} could not be started.")

    @property
    def is_running(self) -> bool:
        return self._keeper.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program. One that has ended is left alone."""
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def wait(self, seconds: float = PATIENCE) -> int:
        """Until the program has ended by itself; its exit status, negative for a signal. The folder stays."""
        status = self._keeper.wait(seconds)
        with contextlib.suppress(BrokenPipeError):
            self._life.close()
        return status - 256 if status > 128 else status

    def end(self) -> None:
        """End the program if it still runs, and remove its folder. May be called again."""
        self.signal(signal.SIGCONT)  # a frozen program cannot hear that it is to end
        with contextlib.suppress(BrokenPipeError):
            self._life.close()
        self._keeper.wait(PATIENCE + 10)
        if not self._folder_stays:
            shutil.rmtree(self.folder, ignore_errors=True)


def keep(folder: Path, removes: bool, user: str, ends_by: int, command: list[str]) -> int:
    """Run `command` until it ends or our standard input does; its exit status modulo 256."""
    rights: dict[str, Any] = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    with (folder / "log").open("ab") as log:
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, **rights)
    sys.stdout.write(f"{program.pid}\n")
    sys.stdout.close()
    alone = Event()  # set when nobody holds our standard input any more

    def end_when_alone() -> None:
        while os.read(0, 1024):
            pass
        alone.set()
        program.send_signal(ends_by)
        try:
            program.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            program.kill()
        if removes:
            shutil.rmtree(folder, ignore_errors=True)
        os.killpg(0, signal.SIGKILL)  # whatever it has left behind, and ourselves

    watch = Thread(target=end_when_alone, daemon=True)
    watch.start()
    status = program.wait()
    if alone.is_set():
        watch.join()
    return status % 256


if __name__ == "__main__":
    os._exit(keep(Path(sys.argv[1]), bool(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5:]))
