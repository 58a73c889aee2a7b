"""A web site to fetch from, and pictures made for the occasion."""

from collections.abc import Iterator

import pytest

from tests.support.website import Website, website


@pytest.fixture
def site() -> Iterator[Website]:
    with website() as running:
        yield running
