"""The web door's cast, each at a browser of their own, and a publication for them to work on."""

import pytest
from django.test import Client
from pytest_django import Settings

from newsletter.accounts.models import User
from newsletter.publications.models import Publication
from tests.support import factories as make

POLICY = "newsletter.web.policy.PolicyMiddleware"


@pytest.fixture(autouse=True)
def web_settings(settings: Settings) -> None:
    """Static files come from the packages; there is no folder of collected ones, which WhiteNoise would warn of."""
    settings.STATIC_ROOT = None
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # half a second a password otherwise
    if POLICY not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE[:2], POLICY, *settings.MIDDLEWARE[2:]]


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def cora(db: None) -> Client:
    """The curator's browser."""
    return signed_in(make.cora())


@pytest.fixture
def eddie(db: None) -> Client:
    """The editor's."""
    return signed_in(make.eddie())


@pytest.fixture
def otto(db: None) -> Client:
    """That of ops."""
    return signed_in(make.otto())


@pytest.fixture
def publication(db: None) -> Publication:
    return make.publication(slug="morning")
