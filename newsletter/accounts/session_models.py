"""The browsers in which staff users are signed in."""

from typing import ClassVar

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models


class BrowserSession(models.Model):
    """A session of a signed-in user, as its owner sees it in a list. It is deleted with Django's row of the session."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="browser_sessions")
    browser = models.CharField(max_length=60, blank=True, help_text="Such as “Firefox on Windows”.")
    network = models.CharField(max_length=50, blank=True, help_text="Of the last use: a /24 or /64, no full address.")
    signed_in_at = models.DateTimeField()
    last_used_at = models.DateTimeField(help_text="Written at most once a minute.")

    class Meta:
        ordering: ClassVar[list[str]] = ["-last_used_at", "-pk"]

    def __str__(self) -> str:
        return f"session {self.pk} of user {self.user_id}"
