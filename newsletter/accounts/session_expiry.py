"""Forgets what is over: sign-in counts and sessions whose time has passed."""

from datetime import datetime

from django.contrib.sessions.models import Session

from newsletter.accounts.models import CacheEntry


def forget_expired(*, now: datetime) -> None:
    """Delete sign-in counts and sessions that hold no longer."""
    CacheEntry.objects.filter(expires__lt=now).delete()
    Session.objects.filter(expire_date__lt=now).delete()
