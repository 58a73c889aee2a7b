"""A publication for the tests of segments."""

import pytest

from newsletter.publications.models import Publication
from tests.support import factories as make


@pytest.fixture
def publication(db: None) -> Publication:
    return make.publication(slug="morning")
