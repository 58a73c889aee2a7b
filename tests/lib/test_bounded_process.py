"""A process that may use only so much, started by another that lives on whatever happens in it."""

import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from newsletter.lib.bounded_process import Answer, Ending, run
from newsletter.lib.process_limits import ProcessLimits
from tests.support.surroundings import ROOT

BOUNDS = ProcessLimits(cpu_seconds=1, wall_seconds=60, memory_bytes=256 * 1024 * 1024)
BIND = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    "from newsletter.lib.process_limits import ProcessLimits, apply_limits\n"
    f"apply_limits(ProcessLimits(*{tuple(BOUNDS)}))\n"
)


def answered(program: str, given: bytes = b"") -> Answer:
    return run([sys.executable, "-c", program], given, bounds=BOUNDS)


def test_the_output_of_the_process_is_returned() -> None:
    made = answered("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])", b"\xff\x00a")
    assert made == Answer(Ending.ANSWERED, b"a\x00\xff")


def test_the_process_gets_an_empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "between us")
    assert b"SECRET_KEY" not in answered("import os; print(sorted(os.environ))").output


def test_an_endless_process_is_stopped_and_not_started_again() -> None:
    with capture_logs() as logged:
        assert answered(f"{BIND}while True: pass").ending is Ending.TOO_LONG
    assert logged == []


def test_a_process_that_fills_the_memory_is_stopped() -> None:
    broken = answered(f"{BIND}whole = 'x' * 10**9")
    assert broken.ending is Ending.BROKEN
    assert "MemoryError" in broken.trouble


def test_the_process_cannot_write_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    answered(f"{BIND}open({str(file)!r}, 'w').write('x')")
    assert file.read_bytes() == b""


def test_a_killed_process_is_started_again(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    program = f"""
import os, pathlib, signal
mark = pathlib.Path({str(mark)!r})
if not mark.exists():
    mark.touch()
    os.kill(os.getpid(), signal.SIGKILL)
print("done")
"""
    with capture_logs() as logged:
        assert answered(program) == Answer(Ending.ANSWERED, b"done\n")
    assert [line["event"] for line in logged] == ["bounded_process.started_again"]


def test_a_missing_program_is_reported_as_broken() -> None:
    made = run(["/nowhere/python"], b"", bounds=BOUNDS)
    assert made.ending is Ending.BROKEN
    assert made.trouble.startswith("did not start")
