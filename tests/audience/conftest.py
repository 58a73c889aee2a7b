"""A publication and a moment for the tests of this room."""

from datetime import UTC, date, datetime, time

import pytest

from newsletter.publications.models import Publication


@pytest.fixture
def publication(db: None) -> Publication:
    return Publication.objects.create(
        slug="morning",
        name="The Morning Post",
        sender_name="The Morning Post",
        sender_email="post@example.org",
        postal_address="1 Main Street, Springfield",
        time_zone="America/New_York",
        starts_on=date(2026, 1, 1),
        send_time=time(7),
    )


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
