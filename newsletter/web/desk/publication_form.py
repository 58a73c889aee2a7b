"""The form of a publication: everything that the command line can set."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms

from newsletter.publications.edit_publication import BOUNDS, YEARS
from newsletter.publications.models import (
    Corners,
    CorrectionsPlace,
    FillRule,
    Fonts,
    Layout,
    Publication,
    TooFewStoriesPolicy,
)
from newsletter.publications.schedule import NOT_PLACES
from newsletter.web.desk.appeal_form import DayField
from newsletter.web.shared.edit_form import EditForm

OTHER_RULE = "rule"
RULES = (
    ("FREQ=DAILY", "Every day"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Monday to Friday"),
    ("FREQ=WEEKLY;BYDAY=SA,SU", "Saturday and Sunday"),
    ("FREQ=WEEKLY;BYDAY=MO", "Every Monday"),
    ("FREQ=WEEKLY;BYDAY=TU", "Every Tuesday"),
    ("FREQ=WEEKLY;BYDAY=WE", "Every Wednesday"),
    ("FREQ=WEEKLY;BYDAY=TH", "Every Thursday"),
    ("FREQ=WEEKLY;BYDAY=FR", "Every Friday"),
    ("FREQ=WEEKLY;BYDAY=SA", "Every Saturday"),
    ("FREQ=WEEKLY;BYDAY=SU", "Every Sunday"),
    ("FREQ=WEEKLY;BYDAY=MO,TH", "Mondays and Thursdays"),
    ("FREQ=WEEKLY;BYDAY=TU,FR", "Tuesdays and Fridays"),
    ("FREQ=MONTHLY;BYDAY=1MO", "First Monday of the month"),
    (OTHER_RULE, "Another rule, below"),
)
ZONES = sorted(name for name in available_timezones() if "/" in name and not name.startswith((*NOT_PLACES, "Etc/")))
CLOCK = {"type": "time"}


def _help(name: str) -> str:
    return str(Publication._meta.get_field(name).help_text)  # type: ignore[union-attr]  # no relation is asked for


def _text(name: str, label: str, *, required: bool = False, hint: str = "", widget: Any = None) -> forms.CharField:
    longest = Publication._meta.get_field(name).max_length  # type: ignore[union-attr]  # no relation is asked for
    return forms.CharField(
        label=label, max_length=longest, required=required, help_text=hint or _help(name), widget=widget
    )


def _number(name: str, label: str, *, required: bool = True) -> forms.IntegerField:
    least, most = BOUNDS[name]
    error = f"Enter a number from {least} to {most:,}."
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=least,
        max_value=most,
        help_text=_help(name),
        error_messages={"min_value": error, "max_value": error},
    )


def _time(name: str, label: str, *, required: bool = False) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs=CLOCK)
    return forms.TimeField(label=label, required=required, widget=widget, help_text=_help(name))


def _switch(name: str, label: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=_help(name))


class LinksField(forms.CharField):
    """Links to other channels, one a line: a name, then its address."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def clean(self, value: Any) -> Any:
        links = []
        for line in filter(None, map(str.strip, str(super().clean(value) or "").splitlines())):
            name, _, address = line.rpartition(" ")
            if not name:
                raise forms.ValidationError("Write a name, a space and an address on each line.")
            links.append({"name": name.strip(), "url": address})
        return links


class FirstDayField(DayField):
    """The first day of a schedule, in a year that a schedule can begin in."""

    def to_python(self, value: Any) -> date | None:
        found = super().to_python(value)
        if found and found.year not in YEARS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class PublicationForm(EditForm):
    """The form for an existing publication."""

    files_of: ClassVar[tuple[str, ...]] = ()
    domain_names = {"quiet hours": "quiet_from", "recurrence": "recurrence"}  # noqa: RUF012 — as in the base class

    name = _text("name", "Name", required=True, hint="Readers see it.", widget=forms.TextInput(attrs={"dir": "auto"}))
    tagline = _text("tagline", "Tagline", widget=forms.TextInput(attrs={"dir": "auto"}))
    website = _text("website", "Website", widget=forms.URLInput())
    language = _text("language", "Language", required=True)
    sender_name = _text("sender_name", "Sender name", required=True, hint="Readers see it first in their inbox.")
    sender_email = _text("sender_email", "Sender email", required=True, widget=forms.EmailInput())
    reply_to = _text("reply_to", "Reply to", hint="Empty: replies go to the sender.", widget=forms.EmailInput())
    postal_address = _text("postal_address", "Postal address", required=True)
    fallback_name = _text("fallback_name", "Fallback name", required=True)
    reading_time = _switch("reading_time", "Print the reading time")
    greeting = _switch("greeting", "Greet readers by first name above a note")

    days = forms.ChoiceField(choices=RULES)
    recurrence = _text("recurrence", "Rule", hint="Used when the days are “Another rule”, as in calendars.")
    starts_on = FirstDayField(label="Starts on", help_text=_help("starts_on"))
    send_time = _time("send_time", "Send time", required=True)
    time_zone = _text("time_zone", "Time zone", required=True, widget=forms.TextInput(attrs={"list": "zones"}))
    local_time = _switch("local_time", "Send at each reader’s own local time")
    lead_minutes = _number("lead_minutes", "Lead minutes")
    schedule_ahead_minutes = _number("schedule_ahead_minutes", "Schedule ahead minutes")
    lateness_limit_minutes = _number("lateness_limit_minutes", "Lateness limit minutes")

    minimum_stories = _number("minimum_stories", "Minimum stories")
    maximum_stories = _number("maximum_stories", "Maximum stories")
    fill_rule = forms.ChoiceField(
        label="Fill editions from the queue", choices=FillRule.choices, help_text=_help("fill_rule")
    )
    closing_minutes = _number("closing_minutes", "Closing minutes", required=False)
    teaser_paragraphs = _number("teaser_paragraphs", "Paragraphs of a teaser")
    on_empty = forms.ChoiceField(label="With too few stories", choices=TooFewStoriesPolicy.choices)
    auto_approve = _switch("auto_approve", "Approve editions automatically")
    two_people = _switch("two_people", "Require two people for approval")
    pace_per_minute = _number("pace_per_minute", "Pace per minute", required=False)
    pace_per_hour = _number("pace_per_hour", "Pace per hour", required=False)
    quiet_from = _time("quiet_from", "Quiet from")
    quiet_until = _time("quiet_until", "Quiet until")

    layout = forms.ChoiceField(choices=Layout.choices)
    fonts = forms.ChoiceField(choices=Fonts.choices)
    corners = forms.ChoiceField(choices=Corners.choices, help_text="Outlook for Windows shows all of them square.")
    accent_colour = _text("accent_colour", "Accent colour", required=True, hint="Such as #1a5f7a.")
    accent_colour_dark = _text("accent_colour_dark", "Accent colour dark")
    logo_url = _text("logo_url", "Logo URL", widget=forms.URLInput())
    logo_dark_url = _text("logo_dark_url", "Logo dark URL", widget=forms.URLInput())
    logo_width = _number("logo_width", "Logo width")
    footer_text = _text("footer_text", "Footer text")
    social_links = LinksField(
        label="Social links", required=False, help_text="One per line: Bluesky https://bsky.app/profile/example.org"
    )
    corrections_place = forms.ChoiceField(
        label="Corrections", choices=CorrectionsPlace.choices, help_text=_help("corrections_place")
    )
    sponsor_name = _text("sponsor_name", "Sponsor name")
    sponsor_text = _text("sponsor_text", "Sponsor text")
    sponsor_url = _text("sponsor_url", "Sponsor URL", widget=forms.URLInput())
    utm_tags = _switch("utm_tags", "Add utm_ tags to links")
    utm_excluded_hosts = _text("utm_excluded_hosts", "Hosts without utm_ tags")
    click_tracking = _switch("click_tracking", "Count clicks")
    sign_up_open = _switch("sign_up_open", "Take sign-ups on the sign-up page")
    archive_open = _switch("archive_open", "Publish sent editions in the public archive")
    is_active = forms.BooleanField(
        label="Active", required=False, help_text="Without this, no edition is planned or sent."
    )

    def values(self) -> dict[str, Any]:
        """Return the changed fields as `edit_publication` takes them; the days become a rule."""
        values = {name: self.cleaned_data[name] for name in self.changed if name != "days"}
        days = self.cleaned_data.get("days", self.stored.get("days", OTHER_RULE))
        if days != OTHER_RULE:
            values["recurrence"] = days
        elif "days" in self.changed:
            values["recurrence"] = self.cleaned_data.get("recurrence", self.stored.get("recurrence", ""))
        if values.get("recurrence") == self.stored.get("recurrence", ""):
            values.pop("recurrence", None)
        return values


class NewPublicationForm(PublicationForm):
    """The form for a new publication, which also takes its short name."""

    slug = _text("slug", "Short name", required=True, hint="For addresses and commands, such as morning. It stays.")

    def values(self) -> dict[str, Any]:
        return {"recurrence": ""} | super().values()


def stored_values(publication: Publication) -> dict[str, Any]:
    """Return the values of a publication as the form shows them."""
    rules: Mapping[str, str] = dict(RULES)
    values = {name: getattr(publication, name) for name in PublicationForm.base_fields if name != "days"}
    links = [f"{link['name']} {link['url']}" for link in publication.social_links]
    days = publication.recurrence if publication.recurrence in rules else OTHER_RULE
    return values | {"days": days, "social_links": "\n".join(links)}
