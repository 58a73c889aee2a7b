"""The form for an edition outside the schedule, with the readers who get it."""

from collections.abc import Sequence
from typing import Any

from django import forms

from newsletter.segments.models import Segment
from newsletter.web.shared.forms import LocalDateTimeField, PlainForm


class ExtraEditionForm(PlainForm):
    """An edition outside the schedule. Only the send time is required."""

    due_at = LocalDateTimeField(label="Send time")
    subject = forms.CharField(max_length=200, required=False, help_text="If empty, the first headline is used.")
    send_to = forms.ChoiceField(
        label="Send to", required=False, help_text="An edition for a segment is not in the public archive."
    )
    leave_out = forms.ChoiceField(label="Leave out", required=False)

    def __init__(self, *args: Any, segments: Sequence[Segment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.segments = {str(segment.pk): segment for segment in segments}
        chosen = [(number, segment.name) for number, segment in self.segments.items()]
        self.fields["send_to"].choices = [("", "all readers"), *chosen]  # type: ignore[attr-defined]
        self.fields["leave_out"].choices = [("", "nobody"), *chosen]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return what was chosen, as `add_extra` takes it."""
        chosen = {name: self.segments.get(self.cleaned_data[name]) for name in ("send_to", "leave_out")}
        return {"due_at": self.cleaned_data["due_at"], "subject": self.cleaned_data["subject"], **chosen}
