"""The web door's cast, each at a browser of their own, and a publication for them to work on."""

import time

import pytest
from allauth.account.internal.userkit import user_id_to_str
from django.test import Client
from pytest_django import Settings

from newsletter.accounts.models import User
from newsletter.publications.models import Publication
from tests.support import factories as make


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # half a second a password otherwise


def signed_in(person: User) -> Client:
    """A browser in which this person has just signed in with their password."""
    client = Client()
    client.force_login(person)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = user_id_to_str(person)
    session["signed_in_at"] = session["used_at"] = int(time.time())
    session.save()
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
