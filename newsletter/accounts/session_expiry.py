"""Delete expired sign-in counts and sessions."""

from datetime import datetime

from django.contrib.sessions.models import Session

from newsletter.accounts.models import CacheEntry


def delete_expired(*, now: datetime) -> None:
    """Delete expired sign-in counts and sessions."""
    CacheEntry.objects.filter(expires__lt=now).delete()
    Session.objects.filter(expire_date__lt=now).delete()
