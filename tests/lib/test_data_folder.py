"""The data folder is for its owner alone."""

from pathlib import Path

import pytest

from newsletter.lib import data_folder


def rights(folder: Path) -> int:
    return folder.stat().st_mode & 0o1777


def test_only_the_owner_can_open_a_new_folder(tmp_path: Path) -> None:
    data_folder.prepare(tmp_path / "a" / "b")
    assert rights(tmp_path / "a" / "b") == 0o700


@pytest.mark.parametrize("holds", ["secret-key", "newsletter.sqlite3", ""])
def test_an_open_data_folder_is_restricted_to_its_owner(tmp_path: Path, holds: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    if holds:
        (folder / holds).touch()
    data_folder.prepare(folder)
    assert rights(folder) == 0o700


def test_a_folder_with_other_contents_keeps_its_permissions(tmp_path: Path) -> None:
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    for folder, mode in ((home, 0o755), (temporary, 0o1777)):
        folder.mkdir()
        folder.chmod(mode)
    (home / "letters").touch()
    for folder, mode in ((home, 0o755), (temporary, 0o1777)):
        data_folder.prepare(folder)
        assert rights(folder) == mode


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(OSError, match="exists"):
        data_folder.prepare(tmp_path / "data")
