"""Form that completes and saves an appeal found in pasted text."""

from collections.abc import Mapping, Sequence

from django import forms

from newsletter.accounts.models import User
from newsletter.giving import edit_appeal
from newsletter.giving.models import Appeal, AppealPlace
from newsletter.lib.errors import NewsletterError
from newsletter.publications.models import Publication
from newsletter.stories.pasted_text.parse_pasted_text import PastedAppeal
from newsletter.web.shared.forms import PlainForm


class AppealForm(PlainForm):
    """An appeal found in pasted text. The user adds what the text cannot contain, such as the button's link."""

    prefix = "appeal"

    name = forms.CharField(max_length=80, help_text="Internal name. Readers do not see it.")
    heading = forms.CharField(max_length=120)
    lead = forms.CharField(max_length=600, required=False, widget=forms.Textarea)
    points = forms.CharField(required=False, widget=forms.Textarea, help_text="One per line.")
    closing = forms.CharField(max_length=400, required=False, widget=forms.Textarea)
    button = forms.CharField(label="Button text", max_length=40, help_text="For example: Support this reporting.")
    url = forms.CharField(
        label="Button link", max_length=2000, help_text="URL of your donation page.", widget=forms.URLInput()
    )

    def clean_points(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["points"].splitlines() if line.strip()]


def suggested(found: PastedAppeal) -> dict[str, str]:
    """Return initial values. The button link stays empty, because the text may be another organisation's appeal."""
    return {
        "name": found.heading[:80],
        "heading": found.heading,
        "lead": found.lead,
        "points": "\n".join(found.points),
        "closing": found.closing,
    }


def completed(data: Mapping[str, str]) -> dict[str, str]:
    """Return submitted values of the fields that the text cannot fill. All other fields follow the lines."""
    return {name: typed for name in ("name", "button", "url") if (typed := data.get(f"{AppealForm.prefix}-{name}"))}


def known_as(found: PastedAppeal, stored: Sequence[Appeal]) -> Appeal | None:
    """Return the saved appeal that already contains these lines."""
    return next((appeal for appeal in stored if found.is_among(edit_appeal.list_lines(appeal))), None)


def keep(publication: Publication, form: AppealForm, found: PastedAppeal, *, by: User) -> Appeal | None:
    """Save the appeal with the position it had in the text. Return None if the form has errors.

    The new appeal is not active. The text may be another organisation's, and an appeal sent under the wrong name
    cannot be recalled. A user confirms the text first (`edit_appeal.activate`).
    """
    if not form.is_valid():
        return None
    try:
        return edit_appeal.create_appeal(
            publication,
            **form.cleaned_data,
            place=AppealPlace.IN_STORY,
            story_number=1,
            paragraph_number=found.after_paragraph,
            is_active=False,
            by=by,
        )
    except NewsletterError as error:
        form.add_domain_error(error)
        return None
