"""A supervisor that leaves nothing behind, whatever a test does with it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.local.supervisor.supervisor import Supervisor


class System(Supervisor):
    """A supervisor that remembers what it said, and to which a test can be the person who asks for the end."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.wishes = [0]  # what it hears when it asks how often the end was asked for; the last one stays
        super().__init__(folder, environment=os.environ, say=self.said.append, stop_asked=self._hear, pause=0.05)

    def _hear(self) -> int:
        return self.wishes.pop(0) if len(self.wishes) > 1 else self.wishes[0]


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    made = System(tmp_path)
    yield made
    made.stop()
