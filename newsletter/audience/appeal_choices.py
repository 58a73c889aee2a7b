"""Readers who chose emails without appeals for donations, in all publications."""

from newsletter.audience.models import Subscriber


def choose_appeals(subscriber_id: int, *, wanted: bool) -> None:
    """Store whether a reader wants appeals in their emails."""
    Subscriber.objects.filter(pk=subscriber_id).update(no_appeals=not wanted)


def anybody_without_appeals() -> bool:
    """Return True if any reader chose no appeals; answered by a small index."""
    return Subscriber.objects.filter(no_appeals=True).exists()
