"""Sign-in counts and sessions go when their time has passed, and not before."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache

from newsletter.accounts import session_expiry
from newsletter.accounts.models import CacheEntry
from newsletter.lib import clock

pytestmark = pytest.mark.django_db


@pytest.mark.long
def test_what_is_over_is_forgotten_and_what_holds_is_kept() -> None:
    now = clock.now()
    cache.set("short", 1, 60)
    cache.set("long", 2, 3600)
    for key, minutes in (("over", -1), ("open", 60)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(minutes=minutes))
    session_expiry.delete_expired(now=now + timedelta(minutes=10))
    assert cache.get("long") == 2
    assert CacheEntry.objects.count() == 1
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]


def test_thousands_of_made_up_names_push_no_count_out() -> None:
    cache.set("guesses", 8, 900)
    CacheEntry.objects.bulk_create(
        CacheEntry(cache_key=f":1:{number:05}", value="gAWVAwAAAAAAAABLAS4=", expires=clock.now() + timedelta(hours=1))
        for number in range(2000)
    )
    cache.set("another", 1, 900)
    assert cache.get("guesses") == 8
