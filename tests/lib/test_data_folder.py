"""The data folder is for its owner alone."""

from pathlib import Path

import pytest

from newsletter.lib import data_folder


def rights(folder: Path) -> int:
    return folder.stat().st_mode & 0o1777


def test_a_new_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    data_folder.prepare(tmp_path / "a" / "b")
    assert rights(tmp_path / "a" / "b") == 0o700


@pytest.mark.parametrize("holds", ["secret-key", "newsletter.sqlite3", ""])
def test_one_of_ours_that_is_open_is_closed(tmp_path: Path, holds: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    if holds:
        (folder / holds).touch()
    data_folder.prepare(folder)
    assert rights(folder) == 0o700


def test_a_folder_that_others_share_is_left_as_it_is(tmp_path: Path) -> None:
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    for folder, mode in ((home, 0o755), (temporary, 0o1777)):
        folder.mkdir()
        folder.chmod(mode)
    (home / "letters").touch()
    for folder, mode in ((home, 0o755), (temporary, 0o1777)):
        data_folder.prepare(folder)
        assert rights(folder) == mode


def test_a_file_in_its_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(OSError, match="exists"):
        data_folder.prepare(tmp_path / "data")
