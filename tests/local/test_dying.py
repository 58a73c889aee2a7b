"""What happens to the processes when the supervisor is killed, or its terminal sends Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from newsletter.local.supervisor import process_info, stale_processes
from tests.local import little
from tests.local.little import lives, wait_for_word
from tests.support.pseudo_terminal import open_terminal
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]


class Conductor:
    """A supervisor in a process of its own, at its own terminal, with these programs to keep."""

    def __init__(self, folder: Path, **programs: str) -> None:
        self.folder = folder
        self.screen, terminal = open_terminal()
        given = [f"{name}={code}" for name, code in programs.items()]
        self.process = subprocess.Popen(
            # setsid and taking the terminal as a login does, so that Ctrl-C reaches who sits at it
            [sys.executable, "-c", AT_A_TERMINAL, str(folder), *given],
            cwd=ROOT,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)
        os.set_blocking(self.screen, False)
        self.shown = ""
        self.children = [int(word) for word in self.wait_for("children").split()[1:]]

    def wait_for(self, word: str) -> str:
        """The line on the screen that begins with `word`."""

        def line() -> str:
            with suppress(OSError):  # nothing to read now, or nobody at the other end any more
                self.shown += os.read(self.screen, 4096).decode()
            whole = (line for line in self.shown.splitlines(keepends=True) if line.endswith("\n"))
            return next((line for line in whole if line.startswith(word)), "")

        return wait_until(line, what=f"{word!r} on the screen")

    def close(self) -> None:
        for pid in (self.process.pid, *getattr(self, "children", ())):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.screen)


AT_A_TERMINAL = (
    "import fcntl, runpy, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "runpy.run_module('tests.local.conduct', run_name='__main__', alter_sys=True)"
)


@pytest.fixture
def conductors() -> Iterator[list[Conductor]]:
    made: list[Conductor] = []
    yield made
    for conductor in made:
        conductor.close()


def test_ctrl_c_in_the_terminal_stops_everything_in_order(tmp_path: Path, conductors: list[Conductor]) -> None:
    conductor = Conductor(tmp_path, web=little.SLEEPS, worker=little.IGNORES_TERM)
    conductors.append(conductor)
    wait_for_word(tmp_path / "logs" / "worker.log", "deaf")
    os.write(conductor.screen, b"\x03")  # what the key sends
    conductor.wait_for("stopped")
    assert conductor.process.wait(10) == 0
    assert "worker did not stop in time" in conductor.shown
    assert not any(lives(pid) for pid in conductor.children)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_polite_signal_stops_everything(tmp_path: Path, conductors: list[Conductor], number: signal.Signals) -> None:
    conductor = Conductor(tmp_path, web=little.SLEEPS, worker=little.SLEEPS)
    conductors.append(conductor)
    conductor.process.send_signal(number)
    conductor.wait_for("stopped")
    assert conductor.process.wait(10) == 0
    assert not any(lives(pid) for pid in conductor.children)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_the_processes_of_a_killed_supervisor_end(tmp_path: Path, conductors: list[Conductor]) -> None:
    conductor = Conductor(tmp_path, web=little.SLEEPS, worker=little.SLEEPS)
    conductors.append(conductor)
    assert len(conductor.children) == 2
    conductor.process.kill()
    wait_until(lambda: not any(lives(pid) for pid in conductor.children))


def test_the_next_start_ends_what_a_killed_supervisor_left(tmp_path: Path, conductors: list[Conductor]) -> None:
    conductor = Conductor(tmp_path, worker=little.IGNORES_TERM)
    conductors.append(conductor)
    wait_for_word(tmp_path / "logs" / "worker.log", "deaf")
    conductor.process.kill()
    conductor.process.wait()
    (worker,) = conductor.children
    assert lives(worker)
    assert stale_processes.end_stale_processes(tmp_path / "processes.json", grace=0.2) == 1
    wait_until(lambda: not lives(worker))
    assert stale_processes.end_stale_processes(tmp_path / "processes.json") == 0


@pytest.mark.parametrize("change", [{"started_at": 0.0}, {"command": "another program"}])
def test_a_process_that_only_has_the_number_of_one_of_ours_is_left_alone(
    tmp_path: Path, change: dict[str, str]
) -> None:
    notes = tmp_path / "processes.json"
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", little.SLEEPS], start_new_session=True) as stranger:
        stale_processes.record_processes(notes, [(stranger.pid, ["python", "-I", "-S", "-c", little.SLEEPS])])
        (entry,) = json.loads(notes.read_text())
        notes.write_text(json.dumps([entry | change]))
        assert stale_processes.end_stale_processes(notes, grace=0.2) == 0
        assert stranger.poll() is None
        notes.write_text(json.dumps([entry]))
        assert stale_processes.end_stale_processes(notes, grace=5) == 1
        assert stranger.wait(10) == -signal.SIGTERM


def test_a_note_that_cannot_be_read_ends_nothing(tmp_path: Path) -> None:
    notes = tmp_path / "processes.json"
    assert stale_processes.end_stale_processes(notes) == 0
    notes.write_text("[{")
    assert stale_processes.end_stale_processes(notes) == 0


def test_a_process_is_identified_by_its_start_and_its_command() -> None:
    with subprocess.Popen(["/bin/sleep", "600"]) as process:
        wait_until(lambda: (seen := process_info.identify(process.pid)) and seen.command == "/bin/sleep 600")
        seen = process_info.identify(process.pid)
        assert seen
        assert abs(seen.started_at - time.time()) < 60
        process.kill()
        process.wait()
        assert process_info.identify(process.pid) is None


def test_memory_of_all_processes_is_measured_where_the_system_reports_it() -> None:
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("this system does not report it")
    alone = process_info.measure_memory([], pid=os.getpid())
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", little.HAS_A_CHILD], start_new_session=True) as leader:
        with_others = process_info.measure_memory([leader.pid], pid=os.getpid())
        os.killpg(leader.pid, signal.SIGKILL)
    assert alone
    assert with_others
    assert with_others > alone > 1_000_000
