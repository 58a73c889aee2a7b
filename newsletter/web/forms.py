"""What our forms share: labels above fields, problems beside them, and house errors put where they belong."""

from typing import Any

from django import forms

from newsletter.lib.errors import BadInput, NewsletterError

ASK_AGAIN = "Ask for it again if that is meant."  # how the queue ends its refusal of a repeated link
TICK = "Tick “Add it all the same” below if that is meant."
MINUTES = "%Y-%m-%dT%H:%M"


class Moment(forms.DateTimeField):
    """A date and time on the publication's clock; the view activates that clock."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES)
    input_formats = (MINUTES, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")
    default_error_messages = {"invalid": "Give a date and a time, such as 2026-08-03 07:00."}  # noqa: RUF012 — Django's way


class PlainForm(forms.Form):
    """A form whose problems are told on the page, not in the browser's own bubbles."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = "Please fill this in."

    def blame(self, error: NewsletterError) -> None:
        """Show a house error at the field it names, or above the form when it names none of them."""
        if isinstance(error, BadInput):
            name = self._field_named(error.field)
            sentence = f"{error.problem} {error.mend}".strip()
            self.add_error(name, sentence[:1].upper() + sentence[1:] if name else str(error))
        else:
            self.add_error(None, str(error).replace(ASK_AGAIN, TICK))

    def _field_named(self, known_as: str) -> str | None:
        wanted = known_as.casefold().replace("_", " ")
        for name, field in self.fields.items():
            if wanted in (name.replace("_", " ").casefold(), str(field.label or "").casefold()):
                return name
        return None
