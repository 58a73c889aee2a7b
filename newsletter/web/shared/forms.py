"""Base classes for forms: date fields in the publication's time zone, and domain errors shown at their field."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from django import forms
from django.db import OperationalError
from django.utils import timezone

from newsletter.lib.errors import BadInput, NewsletterError, VersionConflict

log = structlog.get_logger()
DUPLICATE_HINT = "Confirm the duplicate to add it anyway."  # how the story queue ends its error on a repeated link
CONFIRM_DUPLICATE = "To add it again, select “Add anyway” below."
MINUTES, SECONDS = "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"
NOT_SAVED = (
    "Not saved: the database is unavailable or its disk is full. Your input is still here. Contact an administrator, "
    "then save again."
)
YEARS = range(1900, 9999)  # one day earlier or later is still a valid date
SKIPPED_TIME = "That time does not exist: the clocks go forward on that day. Enter another time."


class DateTimeLocalInput(forms.DateTimeInput):
    """The browser's date and time input; seconds are shown only if they are not zero."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "datetime-local"})
        self.supports_microseconds = False

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, datetime):
            return value.strftime(SECONDS if value.second else MINUTES)
        return super().format_value(value)


class LocalDateTimeField(forms.DateTimeField):
    """A date and time in the publication's time zone, which the view activates.

    When the clock repeats an hour, `fold` selects the first (0) or the second (1) occurrence.
    """

    widget = DateTimeLocalInput
    input_formats = (MINUTES, SECONDS, "%Y-%m-%d %H:%M")
    default_error_messages = {"invalid": "Enter a date and a time, such as 2026-08-03 07:00."}  # noqa: RUF012 — Django convention

    def __init__(self, *, fold: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fold = fold

    def to_python(self, value: Any) -> datetime | None:
        try:
            found = super().to_python(value)
        except forms.ValidationError as error:
            if error.code != "ambiguous_timezone" or not error.params:
                raise
            found = self._resolve_fold(error.params["datetime"])
        except OverflowError:  # the first or last representable day, in a time zone other than UTC
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        if found and found.year not in YEARS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found

    def _resolve_fold(self, wall: datetime) -> datetime:
        clock = timezone.get_current_timezone()
        resolved = wall.replace(tzinfo=clock, fold=self.fold)
        if resolved.astimezone(UTC).astimezone(clock).replace(tzinfo=None) != wall:
            raise forms.ValidationError(SKIPPED_TIME, code="invalid")
        return resolved


class PlainForm(forms.Form):
    """A form whose errors appear on the page instead of in browser popups."""

    use_required_attribute = False
    is_repeat = False  # the link was queued before; the page offers to add it anyway
    has_version_conflict = False  # someone else saved at the same moment
    conflicts: Mapping[str, str] = {}
    domain_names: Mapping[str, str] = {"due time": "due_at", "destination": "url"}  # of `BadInput`, to field names

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = "This field is required."

    def add_domain_error(self, error: NewsletterError) -> None:
        """Show a domain error at the field that it names, or above the form."""
        if isinstance(error, BadInput):
            name = self._field_named(error.field)
            sentence = f"{error.problem} {error.hint}".strip()
            self.add_error(name, sentence[:1].upper() + sentence[1:] if name else str(error))
        else:
            self.is_repeat = DUPLICATE_HINT in str(error)
            self.add_error(None, str(error).replace(DUPLICATE_HINT, CONFIRM_DUPLICATE))

    def _field_named(self, name_or_label: str) -> str | None:
        wanted = self.domain_names.get(name_or_label, name_or_label).casefold().replace("_", " ")
        for name, field in self.fields.items():
            if wanted in (name.replace("_", " ").casefold(), str(field.label or "").casefold()):
                return name
        return None


class show_errors_on:  # noqa: N801 — a context manager: with show_errors_on(form)
    """Add domain and database errors raised in the block to the form, so that it can be shown again with its input."""

    def __init__(self, form: PlainForm) -> None:
        self.form = form

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, NewsletterError):
            self.form.has_version_conflict = isinstance(error, VersionConflict)
            self.form.add_domain_error(error)
            return True
        if isinstance(error, OperationalError):  # a full disk, or a database that is gone
            log.error("form.not_saved", exc_info=True)
            self.form.add_error(None, NOT_SAVED)
            return True
        return False
