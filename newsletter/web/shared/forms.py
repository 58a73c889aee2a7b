"""What our forms share: labels above fields, problems beside them, and house errors put where they belong."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from django import forms
from django.db import OperationalError
from django.utils import timezone

from newsletter.lib.errors import BadInput, NewsletterError, VersionConflict

log = structlog.get_logger()
ASK_AGAIN = "Confirm the duplicate to add it anyway."  # how the queue ends its refusal of a repeated link
CONFIRM_DUPLICATE = "Tick “Add it all the same” below if that is meant."
MINUTES, SECONDS = "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"
NOT_SAVED = (
    "It could not be saved: the database did not take it, or its disk is full. Your words are still here: tell those "
    "who look after the service, and save again when they have helped."
)
YEARS = range(1900, 9999)  # a day more or less is still a date
JUMPED = "That time does not exist: the clock jumps over it on that day. Give another one."


class MomentInput(forms.DateTimeInput):
    """The browser's own field for a date and a time; seconds are shown where there are any."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "datetime-local"})
        self.supports_microseconds = False

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, datetime):
            return value.strftime(SECONDS if value.second else MINUTES)
        return super().format_value(value)


class LocalDateTimeField(forms.DateTimeField):
    """A date and time on the publication's clock; the view activates that clock.

    In an hour that a change of the clock repeats, `fold` says which is meant: 0 the first, 1 the second.
    """

    widget = MomentInput
    input_formats = (MINUTES, SECONDS, "%Y-%m-%d %H:%M")
    default_error_messages = {"invalid": "Give a date and a time, such as 2026-08-03 07:00."}  # noqa: RUF012 — Django's way

    def __init__(self, *, fold: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fold = fold

    def to_python(self, value: Any) -> datetime | None:
        try:
            found = super().to_python(value)
        except forms.ValidationError as error:
            if error.code != "ambiguous_timezone" or not error.params:
                raise
            found = self._meant(error.params["datetime"])
        except OverflowError:  # the first or last day that there is, on a clock that is not UTC
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        if found and found.year not in YEARS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found

    def _meant(self, wall: datetime) -> datetime:
        clock = timezone.get_current_timezone()
        meant = wall.replace(tzinfo=clock, fold=self.fold)
        if meant.astimezone(UTC).astimezone(clock).replace(tzinfo=None) != wall:
            raise forms.ValidationError(JUMPED, code="invalid")
        return meant


class PlainForm(forms.Form):
    """A form whose problems are told on the page, not in the browser's own bubbles."""

    use_required_attribute = False
    is_repeat = False  # what was given is in the queue already; the page offers to add it all the same
    is_outrun = False  # somebody else saved at the same moment
    conflicts: Mapping[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = "Please fill this in."

    def add_domain_error(self, error: NewsletterError) -> None:
        """Show a house error at the field it names, or above the form when it names none of them."""
        if isinstance(error, BadInput):
            name = self._field_named(error.field)
            sentence = f"{error.problem} {error.hint}".strip()
            self.add_error(name, sentence[:1].upper() + sentence[1:] if name else str(error))
        else:
            self.is_repeat = ASK_AGAIN in str(error)
            self.add_error(None, str(error).replace(ASK_AGAIN, CONFIRM_DUPLICATE))

    def _field_named(self, known_as: str) -> str | None:
        wanted = known_as.casefold().replace("_", " ")
        for name, field in self.fields.items():
            if wanted in (name.replace("_", " ").casefold(), str(field.label or "").casefold()):
                return name
        return None


class telling:  # noqa: N801 — reads as what it does: with telling(form)
    """What goes wrong in the block is told at the form, which is then shown again, so that nothing typed is lost."""

    def __init__(self, form: PlainForm) -> None:
        self.form = form

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, NewsletterError):
            self.form.is_outrun = isinstance(error, VersionConflict)
            self.form.add_domain_error(error)
            return True
        if isinstance(error, OperationalError):  # a full disk, a database that is gone
            log.error("form.not_saved", exc_info=True)
            self.form.add_error(None, NOT_SAVED)
            return True
        return False
