"""A publication, and the people of a newsroom who may get notices."""

import pytest

from newsletter.accounts.models import Role, User
from newsletter.publications.models import Publication
from tests.support import factories as make


@pytest.fixture
def publication(db: None) -> Publication:
    return make.publication(slug="morning", minimum_stories=2, closing_minutes=30)


@pytest.fixture
def eddie(db: None) -> User:
    return make.eddie()


@pytest.fixture
def cora(db: None) -> User:
    return make.cora()


@pytest.fixture
def ada(db: None) -> User:
    return make.person(Role.ADMIN, "Ada")
