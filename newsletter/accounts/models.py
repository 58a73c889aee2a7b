"""Staff users, and what they typed and did not save yet. `permissions.py` defines what each role may do."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.functional import cached_property

from newsletter.accounts.session_models import BrowserSession
from newsletter.accounts.staff_email_models import StaffEmail
from newsletter.mail.staff_address import staff_address

__all__ = ["BrowserSession", "CacheEntry", "Role", "StaffEmail", "UnsavedForm", "User", "UserManager"]


class Role(models.TextChoices):
    """What a staff user may do (`permissions.py`), in all publications or in one."""

    CONTRIBUTOR = "contributor"
    CURATOR = "curator"
    EDITOR = "editor"
    AUDIENCE = "audience"
    OPS = "ops"
    ADMIN = "admin"


class UserManager(BaseUserManager["User"]):
    """Creates users, identified by their email addresses."""

    def create_user(
        self, email: str, password: str | None = None, *, name: str = "", role: str = Role.CURATOR
    ) -> "User":
        """Create a user. Without a password they cannot sign in until one is set."""
        user = self.model(email=staff_address(email), name=name, role=role)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A staff user, identified by their email address."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    role = models.CharField(
        max_length=12,
        choices=Role.choices,
        default=Role.CURATOR,
        blank=True,
        help_text="Role for all publications. Empty: only the roles for single publications count.",
    )
    letter_keys = models.BooleanField(default=True, help_text="Single letters are keys on the desk.")
    is_active = models.BooleanField(default=True)
    times_closed = models.PositiveIntegerField(
        default=0, help_text="How often the account was closed. Links to a new password of before are void."
    )
    time_zone = models.CharField(
        max_length=50, default="UTC", help_text="In which the pages of the account show times."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def role_by_publication(self) -> dict[int, str]:
        """Return the roles for single publications by its id: one query for this object, so one a request."""
        return dict(self.publication_roles.values_list("publication_id", "role"))


class UnsavedForm(models.Model):
    """What a user typed into a form and did not save yet. `address` is the path and query of the form's page."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="unsaved_forms")
    address = models.CharField(max_length=300, db_index=True)
    fields = models.JSONField()  # name → text, as the browser would post them
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "address"], name="one_unsaved_form_a_page")]

    def __str__(self) -> str:
        return self.address


class CacheEntry(models.Model):
    """The table of Django's database cache, which counts failed sign-ins (settings.CACHES).

    It is a model only so that migrations create the table.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "cache_entries"
        verbose_name = "sign-in count"

    def __str__(self) -> str:
        return self.cache_key
