"""API tokens, and the replies to requests that may be repeated."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from newsletter.accounts.models import User
from newsletter.publications.models import Publication


class ApiToken(models.Model):
    """The permission of a program to act for its owner, a staff user, with some scopes. Its text is not stored."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=60, help_text="Which program uses it.")
    prefix = models.CharField(max_length=12, help_text="The first characters of its text, to recognise it by.")
    token_hash = models.CharField(max_length=64, unique=True, help_text="Keyed hash of its text (check_token.py).")
    scopes = models.JSONField(help_text="Values of `ApiScope`.")
    for_all = models.BooleanField(
        default=False, help_text="It is for every publication in which its owner has the permission."
    )
    publications = models.ManyToManyField(
        Publication, blank=True, related_name="+", help_text="Otherwise: those that it is for."
    )
    owner_times_closed = models.PositiveIntegerField(
        help_text="How often the account was closed when the token was made. It is void after a further time."
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    minute = models.DateTimeField(null=True, blank=True, help_text="The minute in which it was last used.")
    requests = models.PositiveIntegerField(default=0, help_text="Requests in that minute.")

    class Meta:
        verbose_name = "API token"
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_void_because(self) -> str:
        """Return why its owner's account makes it void, or empty."""
        owner: User = self.owner
        if not owner.is_active:
            return "The account of its owner is closed."
        if owner.times_closed != self.owner_times_closed:
            return "The account of its owner was closed since it was made."
        return ""


class ApiReply(models.Model):
    """A request with an idempotency key, and the reply that its repeats get. Replies name no reader.

    `request_hash` is keyed. Without a `status`, the request is being answered by the holder of claim number `claims`,
    until `claimed_until`.
    """

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="replies")
    key = models.CharField(max_length=64, help_text="As the program chose it.")
    request_hash = models.CharField(max_length=64)
    claims = models.PositiveIntegerField(default=1)
    claimed_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "API replies"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["token", "key"], name="api_reply_once_a_key"),
        ]

    def __str__(self) -> str:
        return f"API reply {self.pk}"
