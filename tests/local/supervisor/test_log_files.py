"""Logs stay below their size while their process writes on."""

import stat
from pathlib import Path

from newsletter.local.supervisor import log_files


def test_an_overlong_log_is_moved_aside_and_its_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "web.log"
    with log_files.open_log(path) as log:
        log.write(b"old line\n" * 100)
        assert not log_files.rotate_if_large(path, max_bytes=1000)
        assert log_files.rotate_if_large(path, max_bytes=500)
        log.write(b"new line\n")
    assert path.read_bytes() == b"new line\n"  # at the beginning, not behind a hole
    assert path.with_name("web.log.1").read_bytes() == b"old line\n" * 100


def test_a_log_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "web.log"
    log_files.open_log(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_end_of_a_log_is_its_last_lines_with_words(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.write_bytes(b"one\n\xff two\n\n\nthree\n\n")
    assert log_files.last_lines(path, lines=2) == "\ufffd two\nthree"
    assert log_files.last_lines(tmp_path / "missing") == ""


def test_a_log_that_is_not_there_is_within_bounds(tmp_path: Path) -> None:
    assert not log_files.rotate_if_large(tmp_path / "missing")
