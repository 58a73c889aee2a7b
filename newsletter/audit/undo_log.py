"""Keep acts of people for twelve hours, in the transaction of the act, so that their author can undo them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import KeptAct, UndoKind
from newsletter.lib import clock

KEPT_FOR = timedelta(hours=12)  # a working day; a sign-in lasts no longer
_is_undoing: ContextVar[bool] = ContextVar("is_undoing", default=False)


def keep(
    by: Actor,
    kind: UndoKind,
    subject: models.Model,
    sentence: str,
    *,
    publication: int,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> None:
    """Keep an act of a staff user; those of others, and what undoing does, are not kept."""
    if not isinstance(by, AbstractBaseUser) or _is_undoing.get():
        return
    KeptAct.objects.create(
        user_id=by.pk,
        publication_id=publication,
        made_at=now or clock.now(),
        kind=kind,
        subject_id=subject.pk,
        sentence=sentence[:400],
        before=before or {},
        after=after or {},
    )


def delete_old(*, now: datetime) -> None:
    """Delete what can be undone no more."""
    KeptAct.objects.filter(made_at__lt=now - KEPT_FOR).delete()


@contextmanager
def keeping_nothing() -> Iterator[None]:
    """Keep no act inside the context: what undoing does is no act of its own."""
    token = _is_undoing.set(True)
    try:
        yield
    finally:
        _is_undoing.reset(token)


def stored_values(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """Return the values of these fields as JSON holds them, by the names of their columns."""
    columns = [row._meta.get_field(name) for name in names]
    found = [column.attname for column in columns if isinstance(column, models.Field)]
    return {name: stored_value(row, name) for name in found}


def stored_value(row: models.Model, name: str) -> Any:
    """Return the value of a column as JSON holds it. A moment is in UTC: forms give it in another time zone."""
    value = getattr(row, name)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date | time) else value


def is_changed(row: models.Model, act: KeptAct) -> bool:
    """Return whether the row has other values now than the act gave it."""
    return any(stored_value(row, name) != value for name, value in act.after.items())


def set_values(row: models.Model, values: Mapping[str, Any]) -> None:
    """Set values of `stored_values` on a row in memory."""
    columns = {column.attname: column for column in row._meta.concrete_fields}
    for name, value in values.items():
        is_time = isinstance(columns[name], models.DateField | models.TimeField) and value is not None
        setattr(row, name, columns[name].to_python(value) if is_time else value)
