"""What users typed into forms and did not save yet, so that a closed tab, a crash or a lost network costs no text."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from newsletter.accounts.models import UnsavedForm, User
from newsletter.lib.errors import BadInput

MAX_CHARACTERS = 500_000  # of all fields of a form, those that repeat what the page displayed included
MAX_FORMS = 40  # of a user; the oldest go first
KEPT = timedelta(days=30)
RECENT = timedelta(minutes=30)  # so long after the last change a colleague counts as editing


def keep(user: User, address: str, fields: Mapping[str, str], *, now: datetime) -> None:
    """Keep what `user` typed into the form at `address`, in place of what was kept before.

    Raise `BadInput` if the fields are longer than `MAX_CHARACTERS` together.
    """
    if sum(len(name) + len(text) for name, text in fields.items()) > MAX_CHARACTERS:
        raise BadInput("form", f"is longer than {MAX_CHARACTERS:,} characters.")
    kept = {name.replace("\0", ""): text.replace("\0", "") for name, text in fields.items()}  # PostgreSQL stores no NUL
    with transaction.atomic():
        UnsavedForm.objects.update_or_create(user=user, address=address, defaults={"fields": kept, "saved_at": now})
        newest = UnsavedForm.objects.filter(user=user).order_by("-saved_at", "-pk").values("pk")[:MAX_FORMS]
        UnsavedForm.objects.filter(user=user).exclude(pk__in=list(newest.values_list("pk", flat=True))).delete()


def kept_form(user: User, address: str) -> UnsavedForm | None:
    """Return what `user` typed at `address` and did not save, or None."""
    return UnsavedForm.objects.filter(user=user, address=address).first()


def discard(user: User, address: str) -> None:
    """Delete what `user` typed at `address`, because it is saved or not wanted."""
    UnsavedForm.objects.filter(user=user, address=address).delete()


def being_edited(addresses: Collection[str], *, now: datetime) -> list[UnsavedForm]:
    """Return the recent unsaved forms of all users at `addresses`, newest first."""
    recent = UnsavedForm.objects.filter(address__in=addresses, saved_at__gt=now - RECENT)
    return list(recent.select_related("user").order_by("-saved_at"))


def delete_old(*, now: datetime) -> None:
    """Delete what nobody came back to for a month."""
    UnsavedForm.objects.filter(saved_at__lt=now - KEPT).delete()
