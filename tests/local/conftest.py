"""A supervisor that leaves nothing behind, whatever a test does with it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.local.supervisor.supervisor import Supervisor


class System(Supervisor):
    """A supervisor that keeps its messages and takes stop requests from the test."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.wishes = [0]  # answers to `stop_requests`, in turn; the last one stays
        super().__init__(
            folder, environment=os.environ, say=self.said.append, stop_requests=self._next_wish, first_pause=0.05
        )

    def _next_wish(self) -> int:
        return self.wishes.pop(0) if len(self.wishes) > 1 else self.wishes[0]


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    made = System(tmp_path)
    yield made
    made.stop()
