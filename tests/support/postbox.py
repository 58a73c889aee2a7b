"""A postbox for tests: real HTTP, a file of its own, gone afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.postbox.postbox import Postbox


@pytest.fixture
def postbox(tmp_path: Path) -> Iterator[Postbox]:
    """A started postbox on a free port."""
    with Postbox(tmp_path / "postbox.sqlite3") as running:
        yield running
