"""The form of an appeal: everything that the command line can set, as a person types it."""

import copy
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from newsletter.giving import appeal_amounts, edit_appeal
from newsletter.giving.donation_urls import PLATFORMS
from newsletter.giving.models import Appeal, AppealPlace
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from newsletter.web.shared.edit_form import EditForm
from newsletter.web.shared.forms import LocalDateTimeField

LINE = {"dir": "auto"}
AREA = {"rows": 3, "dir": "auto"}
MAX_DIGITS = 20  # of an amount; Python reads no number of thousands of digits


class AmountsField(forms.CharField):
    """Up to three whole amounts, separated by spaces or commas."""

    def clean(self, value: Any) -> Any:
        parts = str(super().clean(value) or "").replace(",", " ").split()
        try:
            amounts = [int(each) if each.isdecimal() and len(each) <= MAX_DIGITS else each for each in parts]
            return appeal_amounts.validate_amounts(amounts)
        except BadInput as error:
            raise forms.ValidationError(f"{error.problem[:1].upper()}{error.problem[1:]} {error.hint}") from None


class LinesField(forms.CharField):
    """A list of lines, one a line."""

    widget = forms.Textarea(attrs=AREA)

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in str(super().clean(value) or "").splitlines() if line.strip()]


class DayField(forms.DateField):
    """A date, in the browser's date input."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    input_formats = ("%Y-%m-%d",)
    default_error_messages = {"invalid": "Enter a date, such as 2026-12-01."}  # noqa: RUF012 — Django convention


class AppealEditForm(EditForm):
    """The form for an appeal."""

    files_of: ClassVar[tuple[str, ...]] = ()
    domain_names = {"destination": "url", "as of": "raised_on"}  # noqa: RUF012 — as in the base class

    name = forms.CharField(max_length=80, help_text="Internal name; readers do not see it.")
    heading = forms.CharField(max_length=120, widget=forms.TextInput(attrs=LINE))
    lead = forms.CharField(
        label="Introduction",
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs=AREA),
        help_text="One or two sentences.",
    )
    points = LinesField(
        label="Points", required=False, help_text=f"One per line, at most {edit_appeal.MAX_POINTS} short lines."
    )
    closing = forms.CharField(max_length=400, required=False, widget=forms.Textarea(attrs=AREA))
    button = forms.CharField(
        label="Button text",
        max_length=40,
        widget=forms.TextInput(attrs=LINE),
        help_text="For example: Support this reporting.",
    )
    url = forms.CharField(
        label="Button link", max_length=2000, widget=forms.URLInput(), help_text="Address of your donation page."
    )
    amounts = AmountsField(required=False, help_text="Up to three whole amounts, one button each: 10, 25, 50.")
    currency = forms.CharField(max_length=3, help_text="Three letters: USD, EUR, GBP.")
    amount_url = forms.CharField(
        label="Link of the amount buttons",
        max_length=2000,
        required=False,
        help_text="With {amount} or {cents} in it. The list has the formats of donation platforms.",
        widget=forms.TextInput(attrs={"list": "platforms", "spellcheck": "false"}),
    )
    goal = forms.IntegerField(required=False, help_text="The amount to raise. Empty: no thermometer.")
    raised = forms.IntegerField(label="Raised so far", required=False)
    raised_on = DayField(label="As of", required=False, help_text="The date of that amount.")
    match = forms.CharField(
        label="Matching gift",
        widget=forms.TextInput(attrs=LINE),
        max_length=200,
        required=False,
        help_text="Who doubles gifts, and up to what amount.",
    )
    match_ends_at = LocalDateTimeField(
        label="The match ends", required=False, help_text="Editions that readers get later do not mention it."
    )
    starts_on = DayField(label="First day", required=False, help_text="Empty: from now on.")
    ends_on = DayField(label="Last day", required=False, help_text="Empty: without an end.")
    priority = forms.IntegerField(
        min_value=-1_000_000,
        max_value=1_000_000,
        help_text="Of several appeals on one day, the one with the highest number is used.",
    )
    place = forms.ChoiceField(
        label="Position", choices=[(place.value, place.label[:1].upper() + place.label[1:]) for place in AppealPlace]
    )
    story_number = forms.IntegerField(label="Story", min_value=1, max_value=50, help_text="Counted from 1.")
    paragraph_number = forms.IntegerField(label="Paragraph", min_value=1, max_value=500, help_text="Counted from 1.")
    thanks_days = forms.IntegerField(
        label="Days of thanks",
        min_value=0,
        max_value=edit_appeal.MAX_THANKS_DAYS,
        help_text="For this many days after a gift, the donor sees a thank-you instead. 0: never.",
    )
    thanks_heading = forms.CharField(
        label="Heading for recent donors",
        widget=forms.TextInput(attrs=LINE),
        max_length=120,
        required=False,
        help_text="Empty: the standard text.",
    )
    thanks_lead = forms.CharField(
        label="Text for recent donors",
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs=AREA),
        help_text="Empty: the standard text.",
    )

    def values(self) -> dict[str, Any]:
        """Return the changed fields as `edit_appeal` takes them."""
        return {name: self.cleaned_data[name] for name in self.changed}


def stored_values(appeal: Appeal) -> dict[str, Any]:
    """Return the values of an appeal as the form shows them."""
    values = {name: getattr(appeal, name) for name in AppealEditForm.base_fields}
    return values | {"points": "\n".join(appeal.points), "amounts": ", ".join(map(str, appeal.amounts))}


def new_values(publication: Publication) -> dict[str, Any]:
    """Return what the form of a new appeal shows: the defaults."""
    return {
        name: value for name, value in stored_values(Appeal(publication=publication)).items() if value not in ("", None)
    }


def platform_formats() -> list[tuple[str, str]]:
    """Return the link formats of donation platforms, each with its name."""
    return [(platform.template, platform.name) for platform in PLATFORMS.values()]


def drafted(publication: Publication, data: Mapping[str, Any], appeal: Appeal | None) -> Appeal:
    """Return the appeal as typed so far, not stored, for the preview; raise `BadInput` for what cannot be shown.

    A required field that is still empty has a stand-in.
    """
    missing = {
        "heading": "Heading",
        "button": "Button",
        "url": "https://example.org/",
        "name": "New",
        "currency": "USD",
    }
    filled = {name: data.get(name) or missing.get(name, "") for name in AppealEditForm.base_fields}
    defaults = {"priority": "0", "place": AppealPlace.IN_STORY, "story_number": "1", "paragraph_number": "2"}
    for name, default in (defaults | {"thanks_days": "30"}).items():
        filled[name] = filled[name] or default
    form = AppealEditForm(filled)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise BadInput(str(form.fields[name].label or name).capitalize(), " ".join(map(str, errors)))
    draft = copy.copy(appeal) if appeal else Appeal(publication=publication)
    fields: Any = form.values()
    return edit_appeal.draft_appeal(draft, fields)
