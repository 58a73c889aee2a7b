"""Publications on their pages: listed, created and changed, with the next dates of the schedule."""

from datetime import date, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from newsletter.accounts.models import Role
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.cli.commands.publications import FIXED
from newsletter.publications.models import Publication
from newsletter.web.desk.publication_form import RULES, NewPublicationForm, PublicationForm
from tests.support import factories as make
from tests.web.asking import follow, words
from tests.web.browsing import form_of
from tests.web.conftest import signed_in

NEW, MORNING, DATES = "/new-publication/", "/publications/morning/", "/publication-dates/"
REQUIRED = {
    "slug": "evening",
    "name": "The Evening Post",
    "sender_name": "The Evening Post",
    "sender_email": "post@example.org",
    "postal_address": "1 Main Street, Springfield",
}


@pytest.fixture
def ada(db: None) -> Client:
    return signed_in(make.person(Role.ADMIN, "Ada"))


def test_every_field_that_the_command_line_sets_is_on_the_form(ada: Client) -> None:
    settable = {field.name for field in Publication._meta.concrete_fields} - FIXED
    assert set(PublicationForm.base_fields) - {"days"} == settable
    assert set(NewPublicationForm.base_fields) - {"days", "slug"} == settable


def test_a_publication_is_created_with_the_defaults_and_recorded(ada: Client) -> None:
    form = form_of(ada, NEW, having="slug")
    assert "The Evening Post was added." in follow(form.send(ada, **REQUIRED, days=RULES[1][0], send_time="17:30"), ada)
    made = Publication.objects.get()
    assert (made.slug, made.recurrence, made.send_time) == ("evening", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", time(17, 30))
    assert (made.is_active, made.auto_approve, made.greeting) == (True, False, True)
    record = Record.objects.get()
    assert (record.act, record.who, record.door) == (Act.PUBLICATION_ADDED, "ada@example.org", "page")


def test_every_field_is_changed_and_recorded_with_both_values(ada: Client, publication: Publication) -> None:
    changes = {
        "name": "Dawn",
        "tagline": "Early",
        "website": "https://dawn.example.org/",
        "language": "en-GB",
        "sender_name": "Dawn",
        "sender_email": "dawn@example.org",
        "reply_to": "desk@example.org",
        "postal_address": "2 Main Street",
        "fallback_name": "friend",
        "greeting": None,
        "reading_time": "on",
        "sign_up_open": None,
        "archive_open": "on",
        "days": "rule",
        "recurrence": "FREQ=MONTHLY;BYDAY=1MO",
        "starts_on": "2026-02-02",
        "send_time": "06:15",
        "time_zone": "Europe/Berlin",
        "lead_minutes": "90",
        "lateness_limit_minutes": "60",
        "minimum_stories": "2",
        "maximum_stories": "5",
        "teaser_paragraphs": "6",
        "fill_rule": "min",
        "corrections_place": "start",
        "closing_minutes": "120",
        "on_empty": "hold",
        "auto_approve": "on",
        "pace_per_minute": "100",
        "pace_per_hour": "5000",
        "quiet_from": "22:00",
        "quiet_until": "05:00",
        "layout": "briefing",
        "fonts": "sans",
        "corners": "round",
        "accent_colour": "#8a2b3c",
        "accent_colour_dark": "#f09aa8",
        "logo_width": "200",
        "footer_text": "Owned by its readers.",
        "social_links": "Bluesky https://bsky.app/dawn\nOur own forum https://forum.example.org/",
        "sponsor_name": "Marram",
        "sponsor_text": "Home insurance.",
        "sponsor_url": "https://marram.example.org/",
        "utm_tags": "on",
        "utm_excluded_hosts": "example.org",
        "click_tracking": "on",
        "is_active": None,
    }
    untried = set(PublicationForm.base_fields) - set(changes)
    assert untried == {"local_time", "schedule_ahead_minutes", "logo_url", "logo_dark_url", "two_people"}
    assert "Saved." in follow(form_of(ada, MORNING, having="tagline").send(ada, **changes), ada)
    publication.refresh_from_db()
    assert (publication.name, publication.is_active, publication.auto_approve) == ("Dawn", False, True)
    assert publication.recurrence == "FREQ=MONTHLY;BYDAY=1MO"
    assert (publication.starts_on, publication.quiet_from) == (date(2026, 2, 2), time(22))
    assert publication.social_links[1] == {"name": "Our own forum", "url": "https://forum.example.org/"}
    details = Record.objects.get(act=Act.PUBLICATION_CHANGED).details
    assert set(details) == set(changes) - {"days"}
    assert (details["send_time"], details["auto_approve"]) == ("07:00 → 06:15", "no → yes")
    form = form_of(ada, MORNING, having="tagline")
    assert form.data["days"] == "FREQ=MONTHLY;BYDAY=1MO", "a paused publication can still be opened and changed"


def test_a_preset_of_days_replaces_the_rule_and_the_rule_counts_when_chosen(
    ada: Client, publication: Publication
) -> None:
    form_of(ada, MORNING, having="tagline").send(ada, days="FREQ=DAILY", recurrence="FREQ=HOURLY")
    publication.refresh_from_db()
    assert publication.recurrence == "FREQ=DAILY"
    wrong = form_of(ada, MORNING, having="tagline").send(ada, days="rule", recurrence="FREQ=HOURLY")
    assert "Does not repeat by days, weeks, months or years." in words(wrong)
    form_of(ada, MORNING, having="tagline").send(ada, days="rule", recurrence="FREQ=WEEKLY;INTERVAL=2;BYDAY=WE")
    publication.refresh_from_db()
    assert publication.recurrence == "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"
    assert form_of(ada, MORNING, having="tagline").data["days"] == "rule"


def test_two_administrators_keep_each_other_s_fields(ada: Client, publication: Publication) -> None:
    first, second = (form_of(ada, MORNING, having="tagline") for _ in range(2))
    first.send(ada, tagline="From the coast")
    second.send(ada, send_time="08:00")
    collision = second.send(ada, tagline="From the hills")
    assert "Saved by someone else in the meantime: From the coast" in words(collision)
    publication.refresh_from_db()
    assert (publication.tagline, publication.send_time) == ("From the coast", time(8))


def test_what_cannot_be_is_said_and_nothing_is_saved(ada: Client, publication: Publication) -> None:
    form = form_of(ada, MORNING, having="tagline")
    wrong: list[tuple[dict[str, str], str]] = [
        ({"time_zone": "Nowhere/Town"}, "is not a time zone"),
        ({"minimum_stories": "9", "maximum_stories": "3"}, "Is more than the maximum."),
        ({"sender_email": "post@gmail.com"}, "which only its owner may send from"),
        ({"schedule_ahead_minutes": "10"}, "Cannot be 10."),
        ({"quiet_from": "22:00"}, "Need a start and an end."),
        ({"social_links": "https://a.org"}, "a name, a space and an address"),
        ({"accent_colour": "red"}, "#1a5f7a"),
        ({"sponsor_name": "Marram"}, "a sponsor is named"),
    ]
    for change, sentence in wrong:
        answer: Any = form.send(ada, **change)
        assert answer.status_code == 422, change
        assert sentence in words(answer), (change, words(answer)[:400])
    assert not Record.objects.exists()


def test_the_next_ten_dates_follow_the_schedule_as_typed(ada: Client, publication: Publication) -> None:
    page = words(ada.get(MORNING))
    assert page.count("07:00 E") == 10
    form = form_of(ada, MORNING, having="tagline")
    typed = form.data | {"days": "rule", "recurrence": "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "send_time": "02:30"}
    dates = words(ada.post(DATES, typed))
    assert dates.count("Clocks go forward 1 h on this day. 02:30 does not exist then") == 5
    ends = words(ada.post(DATES, typed | {"recurrence": "FREQ=DAILY;UNTIL=20200101"}))
    assert "The rule names no date to come." in ends
    assert "does not repeat by days" in words(ada.post(DATES, typed | {"recurrence": "FREQ=HOURLY"}))
    assert "Time zone" in words(ada.post(DATES, typed | {"time_zone": ""}))
    assert "is not a time zone" in words(ada.post(DATES, typed | {"time_zone": "Nowhere"}))
    assert "Enter a date, such as 2026-12-01." in words(ada.post(DATES, typed | {"starts_on": "9999-12-31"}))
    assert ada.post(DATES, {}).status_code == 200
    publication.refresh_from_db()
    assert publication.send_time == time(7)


def test_all_publications_are_listed_with_the_paused_ones(ada: Client, publication: Publication) -> None:
    make.publication(slug="weekend", name="The Weekend Letter", is_active=False, auto_approve=True)
    page = words(ada.get("/publications/"))
    assert "The Morning Post Monday to Friday, 07:00 America/New_York Next date of the schedule:" in page
    assert "The Weekend Letter Paused Automatic approval" in page
    assert "Nothing is planned while it is paused." in page


def test_the_first_page_of_a_new_installation_leads_to_the_form(ada: Client, cora: Client) -> None:
    assert "Add a publication" in words(ada.get("/"))
    assert "Add a publication" in words(ada.get("/publications/"))
    assert "Add a publication" not in words(cora.get("/"))
    assert cora.get("/publications/").status_code == 403


@pytest.mark.parametrize("name", ["رسالة الصباح", "\u202eevil", "__nl_reader__", "<script>alert(1)</script>"])
def test_hostile_and_foreign_names_are_text(ada: Client, publication: Publication, name: str) -> None:
    form_of(ada, MORNING, having="tagline").send(ada, name=name)
    for page in ("/publications/", MORNING, "/desk/morning/"):
        html = ada.get(page).content.decode()
        assert not any(bad in html for bad in ("<script>alert", "\u202e", "__nl_reader__"))


def test_the_page_says_if_no_fluent_speaker_has_checked_the_phrases(ada: Client, publication: Publication) -> None:
    address = reverse("publication", args=[publication.slug])
    assert "No fluent speaker" not in ada.get(address).content.decode()
    Publication.objects.update(language="pl")
    assert "No fluent speaker has checked" in ada.get(address).content.decode()
