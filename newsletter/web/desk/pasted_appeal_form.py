"""Keeping an appeal that was found in pasted text: the form that completes it."""

from collections.abc import Mapping, Sequence

from django import forms

from newsletter.giving import edit_appeal
from newsletter.giving.models import Appeal, Place
from newsletter.lib.errors import NewsletterError
from newsletter.publications.models import Publication
from newsletter.stories.pasted_text.parse_pasted_text import PastedAppeal
from newsletter.web.shared.forms import PlainForm


class AppealForm(PlainForm):
    """The appeal found in pasted text, to be completed: the text does not say where its button leads."""

    prefix = "appeal"

    name = forms.CharField(max_length=80, help_text="What the newsroom calls it; readers do not see it.")
    heading = forms.CharField(max_length=120)
    lead = forms.CharField(max_length=600, required=False, widget=forms.Textarea)
    points = forms.CharField(required=False, widget=forms.Textarea, help_text="One a line.")
    closing = forms.CharField(max_length=400, required=False, widget=forms.Textarea)
    button = forms.CharField(label="Words on the button", max_length=40, help_text="Such as: Support this reporting.")
    url = forms.CharField(
        label="Destination", max_length=2000, help_text="Where one can give.", widget=forms.URLInput()
    )

    def clean_points(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["points"].splitlines() if line.strip()]


def suggested(found: PastedAppeal) -> dict[str, str]:
    """The form's first filling. The text does not say whose words they are, so it gets no destination of ours."""
    return {
        "name": found.heading[:80],
        "heading": found.heading,
        "lead": found.lead,
        "points": "\n".join(found.points),
        "closing": found.closing,
    }


def completed(data: Mapping[str, str]) -> dict[str, str]:
    """What was typed already of that which the text does not say; the rest follows the lines."""
    return {name: typed for name in ("name", "button", "url") if (typed := data.get(f"{AppealForm.prefix}-{name}"))}


def known_as(found: PastedAppeal, stored: Sequence[Appeal]) -> Appeal | None:
    """The stored appeal that holds its lines already."""
    return next((appeal for appeal in stored if found.is_among(edit_appeal.list_lines(appeal))), None)


def keep(publication: Publication, form: AppealForm, found: PastedAppeal) -> Appeal | None:
    """The new appeal, to stand where it stood in the text; None when the form says what is wrong.

    It is not active: the words may be another organisation's, and asking readers for gifts in their name, or in ours
    with their words, cannot be taken back. A person confirms them (`appeals.activate`).
    """
    if not form.is_valid():
        return None
    try:
        return edit_appeal.create_appeal(
            publication,
            **form.cleaned_data,
            place=Place.IN_STORY,
            story_number=1,
            paragraph_number=found.after_paragraph,
            is_active=False,
        )
    except NewsletterError as error:
        form.add_domain_error(error)
        return None
