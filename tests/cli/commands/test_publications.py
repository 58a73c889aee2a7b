from newsletter.accounts.models import Role
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support import factories as make

NEW_PUBLICATION = [
    "--slug=evening", "--name=The Evening Post", "--sender-name=The Evening Post", "--sender-email=post@example.org",
    "--postal-address=1 Main Street, Springfield", "--send-time=18:30", "--time-zone=Europe/Berlin",
    "--recurrence=FREQ=WEEKLY;BYDAY=MO,TH",
]  # fmt: skip


def test_a_publication_is_added_with_its_required_options(newsletter: Command) -> None:
    result = newsletter("publications", "add", *NEW_PUBLICATION, "--json").data
    assert (result["slug"], result["send_time"], result["recurrence"]) == (
        "evening",
        "18:30:00",
        "FREQ=WEEKLY;BYDAY=MO,TH",
    )
    assert Publication.objects.get().time_zone == "Europe/Berlin"
    assert newsletter("publications", "list").text.endswith(
        "evening The Evening Post 18:30 Europe/Berlin FREQ=WEEKLY;BYDAY=MO,TH yes"
    )


def test_missing_and_invalid_options_are_named(newsletter: Command) -> None:
    assert newsletter("publications", "add", "--slug=x").status == 2
    for wrong in (
        "--send-time=25:00",
        "--time-zone=Mars/Base",
        "--recurrence=FREQ=HOURLY",
        "--sender-email=nobody",
        "--starts-on=soon",
    ):
        result = newsletter("publications", "add", *NEW_PUBLICATION, wrong)
        assert (result.status, result.out, result.err.count("\n")) == (1, "", 1), wrong
    assert not Publication.objects.exists()


def test_fields_are_set_by_name(newsletter: Command, publication: Publication) -> None:
    result = newsletter(
        "publications", "set", "morning", "send_time=06:15", "auto_approve=yes", "minimum_stories=3",
        "tagline=News = good", "--json",
    ).data  # fmt: skip
    assert (result["send_time"], result["auto_approve"], result["minimum_stories"], result["tagline"]) == (
        "06:15:00", True, 3, "News = good",
    )  # fmt: skip
    publication.refresh_from_db()
    assert publication.auto_approve is True
    assert newsletter("publications", "show", "--json").data == result


def test_a_field_that_does_not_exist_or_a_value_that_does_not_fit_changes_nothing(
    newsletter: Command, publication: Publication
) -> None:
    for wrong in (
        "colour=red",
        "accent_colour=red",
        "send_time=late",
        "auto_approve=perhaps",
        "tagline",
        "id=7",
        "created_at=2026-01-01",
        "minimum_stories=many",
    ):
        result = newsletter("publications", "set", "morning", "tagline=New", wrong)
        assert (result.status, result.out, result.err.count("\n")) == (1, "", 1), wrong
    before = publication.tagline
    publication.refresh_from_db()
    assert publication.tagline == before


def test_a_publication_is_shown_with_all_its_fields(newsletter: Command, publication: Publication) -> None:
    words = newsletter("publications", "show", "morning").text
    assert "time_zone America/New_York" in words
    assert "postal_address 1 Main Street, Springfield" in words


def test_a_brand_is_set_and_shown_as_in_emails(newsletter: Command, publication: Publication) -> None:
    result = newsletter(
        "publications", "set", "morning", "layout=briefing", "corners=round", "accent_colour=#ffd400",
        "social_links=Bluesky=https://x.org/?a=1|Mastodon=https://y.org/@p", "--json",
    ).data  # fmt: skip
    assert (result["layout"], result["corners"]) == ("briefing", "round")
    assert result["social_links"] == [
        {"name": "Bluesky", "url": "https://x.org/?a=1"},
        {"name": "Mastodon", "url": "https://y.org/@p"},
    ]
    assert result["accent_in_letters"] != result["accent_colour"]
    assert newsletter("publications", "set", "morning", "accent_colour=#ffffff").status == 1
    assert newsletter("publications", "set", "morning", "social_links=", "--json").data["social_links"] == []


def test_limits_are_set_and_removed(newsletter: Command, publication: Publication) -> None:
    result = newsletter(
        "publications", "set", "morning", "pace_per_hour=6000", "quiet_from=22:00", "quiet_until=06:30", "--json"
    ).data
    assert (result["pace_per_hour"], result["pace_per_minute"]) == (6000, None)
    assert (result["quiet_from"], result["quiet_until"]) == ("22:00:00", "06:30:00")
    result = newsletter(
        "publications", "set", "morning", "pace_per_hour=", "quiet_from=", "quiet_until=", "--json"
    ).data
    assert (result["pace_per_hour"], result["quiet_from"], result["quiet_until"]) == (None, None, None)
    assert newsletter("publications", "set", "morning", "local_time=yes", "--json").data["local_time"] is True


def test_invalid_limits_are_refused(newsletter: Command, publication: Publication) -> None:
    for wrong in (
        ("pace_per_minute=0",),
        ("quiet_from=22:00",),
        ("quiet_from=06:00", "quiet_until=06:00"),
        ("quiet_from=22:00", "quiet_until=07:30"),  # the send time is seven
        ("quiet_from=22:00", "quiet_until=06:00", "local_time=yes"),
        ("schedule_ahead_minutes=60", "lead_minutes=90", "pace_per_hour=6000"),
    ):
        result = newsletter("publications", "set", "morning", *wrong)
        assert (result.status, result.err.count("\n")) == (1, 1), wrong


def test_the_form_for_the_own_site_is_printed(newsletter: Command, publication: Publication) -> None:
    printed = newsletter("publications", "sign-up")
    assert printed.out.startswith(f'<form action="http://127.0.0.1:8000/j/{publication.slug}" method="post"')
    assert "The sign-up page is http://127.0.0.1:8000/j/" in printed.err
    assert newsletter("publications", "sign-up", "--json").data["open"]
    newsletter("publications", "set", publication.slug, "sign_up_open=no")
    assert not newsletter("publications", "sign-up", "--json").data["open"]


def test_each_change_is_recorded_and_takes_an_administrator_when_one_is_named(
    newsletter: Command, publication: Publication
) -> None:
    make.person(Role.ADMIN, "Ada")
    make.eddie()
    newsletter("publications", "set", publication.slug, "send_time=06:00")
    record = Record.objects.get()
    assert (record.act, record.who, record.door) == (Act.PUBLICATION_CHANGED, "ada@example.org", "command")
    assert record.details == {"send_time": "07:00 → 06:00"}
    refused = newsletter("publications", "set", publication.slug, "send_time=05:00", "--by", "eddie@example.org")
    assert (refused.status, "does not permit this" in refused.err) == (1, True)
    assert Record.objects.count() == 1
