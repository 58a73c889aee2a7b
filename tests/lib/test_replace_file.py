"""A file is there whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from newsletter.lib.replace_file import OWNER_ONLY, replace_file


def write(path: Path, data: bytes, **said: int) -> None:
    with replace_file(path, **said) as file:
        file.write(data)


def test_a_new_file_replaces_the_old_one_and_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "readers.csv"
    path.write_text("old")
    path.chmod(0o644)
    write(path, b"new", mode=OWNER_ONLY)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_the_old_file_stays_if_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "readers.csv"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), replace_file(path) as file:  # noqa: PT012 — breaks off in the block of the file
        file.write(b"new")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_symbolic_link_keeps_pointing_to_its_file(tmp_path: Path) -> None:
    kept, link = tmp_path / "kept.csv", tmp_path / "link.csv"
    kept.write_text("old")
    link.symlink_to(kept)
    write(link, b"new")
    assert link.is_symlink()
    assert kept.read_bytes() == b"new"


def test_a_special_file_is_written_to_directly(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write(pipe, b"new")
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_folder_or_a_missing_parent_raises_an_os_error(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "readers.csv", tmp_path / ("x" * 5000)):
        with pytest.raises(OSError, match=r"\w"):
            write(path, b"new")
