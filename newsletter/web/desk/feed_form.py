"""The form of a feed."""

from typing import Any, ClassVar

from django import forms

from newsletter.stories.feed_models import Feed
from newsletter.stories.feeds.edit_feed import BOUNDS
from newsletter.web.shared.edit_form import EditForm

NAMES = {"address": "url", "maximum": "max_suggestions", "maximum age": "max_age_days"}
FIELDS = ("url", "section", "kicker", "auto_queue", "max_suggestions", "max_age_days")


def _number(name: str, label: str, hint: str) -> forms.IntegerField:
    least, most = BOUNDS[name]
    error = f"Enter a number from {least} to {most}."
    errors = {"min_value": error, "max_value": error}
    return forms.IntegerField(label=label, min_value=least, max_value=most, help_text=hint, error_messages=errors)


class FeedForm(EditForm):
    """The address of a feed and the rules for its articles."""

    files_of: ClassVar[tuple[str, ...]] = ()
    domain_names = NAMES

    url = forms.CharField(
        label="Address",
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://…"}),
        help_text="Of an RSS, Atom or JSON feed. If you enter a web page, we say which feeds it names.",
    )
    section = forms.CharField(max_length=60, required=False, help_text="Section of the stories from this feed.")
    kicker = forms.CharField(max_length=80, required=False, help_text="Shown above their headlines.")
    max_suggestions = _number("max_suggestions", "Suggestions at most", "Of more articles, the newest are suggested.")
    max_age_days = _number("max_age_days", "Not older than", "In days. Older articles are not suggested.")
    auto_queue = forms.BooleanField(
        label="Add new articles to the queue at once",
        required=False,
        help_text="Without a person. What the feed contains now, and what was queued before, stays a suggestion.",
    )

    def values(self) -> dict[str, Any]:
        """Return the changed fields."""
        return {name: self.cleaned_data[name] for name in self.changed}


def stored_values(feed: Feed) -> dict[str, Any]:
    """Return what the form of this feed shows."""
    return {name: getattr(feed, name) for name in FIELDS}
