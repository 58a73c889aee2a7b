import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.accounts.models import Role, User
from newsletter.delivery.dispatches import pause_sending
from newsletter.delivery.email_test_models import EmailTestRecipient
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import looked_up_links
from newsletter.lib import clock
from newsletter.links.models import LinkLookup
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from tests.cli.conftest import Command
from tests.support import factories as make
from tests.support.factories import MONDAY


@pytest.fixture
def planned(publication: Publication) -> Edition:
    """Due in half an hour, with two stories in the queue."""
    make.story(publication, headline="The bridge opens")
    make.story(publication, headline="Rain at last")
    return make.edition(publication, due_at=clock.now() + timedelta(minutes=30))


def test_an_edition_goes_from_plan_to_due(newsletter: Command, planned: Edition, eddie: User) -> None:
    assembled = newsletter("editions", "assemble", planned.pk, "--json").data
    assert (assembled["state"], assembled["subject"]) == ("assembled", "The bridge opens")
    assert [story["headline"] for story in assembled["stories"]] == ["The bridge opens", "Rain at last"]
    assert newsletter("editions", "assemble", planned.pk, "--json").data == assembled

    approved = newsletter("editions", "approve", planned.pk, "--hash", assembled["content_hash"], "--json").data
    assert (approved["state"], approved["approved_by"]) == ("approved", "eddie@example.org")

    before = clock.now()
    sent = newsletter("editions", "send", planned.pk, "--yes", "--json")
    assert sent.data["state"] == "approved"
    assert "is due now. The workers start sending it within seconds." in sent.err
    planned.refresh_from_db()
    assert before <= planned.due_at <= clock.now()


def test_approval_is_for_the_email_that_was_reviewed(newsletter: Command, planned: Edition, eddie: User) -> None:
    early = newsletter("editions", "approve", planned.pk, "--yes")
    assert (early.status, early.out) == (1, "")
    assert "there is no email to approve yet" in early.err
    newsletter("editions", "assemble", planned.pk)
    assert newsletter("editions", "approve", planned.pk, "--hash", "0" * 64).status == 1
    asked = newsletter("editions", "approve", planned.pk)
    assert asked.status == 1
    assert "Give --hash " in asked.err
    assert "Subject: The bridge opens" in asked.err
    assert Edition.objects.get().state == EditionState.ASSEMBLED
    assert newsletter("editions", "approve", planned.pk, "--yes").status == 0
    assert Edition.objects.get().approved_by == eddie


def test_only_a_user_with_permission_approves(newsletter: Command, planned: Edition) -> None:
    newsletter("editions", "assemble", planned.pk)
    approve = ("editions", "approve", planned.pk, "--yes")
    assert "no user has permission to do this yet" in newsletter(*approve).err
    make.cora()
    make.eddie()
    assert "which does not permit this" in newsletter(*approve, "--by", "cora@example.org").err
    assert "no user with this address" in newsletter(*approve, "--by", "x@example.org").err
    make.person(Role.ADMIN, "Ada")
    assert "more than one user has permission to do this" in newsletter(*approve).err
    assert newsletter(*approve, "--by", "eddie@example.org").status == 0


def test_sending_needs_confirmation(newsletter: Command, planned: Edition) -> None:
    make.readers(planned.publication, 3)
    due = planned.due_at
    result = newsletter("editions", "send", planned.pk)
    assert result.status == 1
    assert "Give --yes." in result.err
    planned.refresh_from_db()
    assert planned.due_at == due


def test_an_edition_with_too_few_stories_stays_planned(newsletter: Command, publication: Publication) -> None:
    edition = make.edition(publication, due_at=clock.now() + timedelta(minutes=30))
    result = newsletter("editions", "assemble", edition.pk)
    assert result.status == 1
    assert "there are too few stories in the queue" in result.err


def test_a_preview_is_printed_or_written_and_keeps_nothing(
    newsletter: Command, planned: Edition, tmp_path: Path
) -> None:
    result = newsletter("editions", "preview", planned.pk)
    assert result.out.startswith("Subject: The bridge opens\n\n")
    assert "Rain at last" in result.out
    page, words = tmp_path / "letter.html", tmp_path / "letter.txt"
    written = newsletter("editions", "preview", planned.pk, "--html", page, "--text", words)
    assert (written.status, written.out, written.err.count("Saved to")) == (0, "", 2)
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")
    assert "The bridge opens" in words.read_text(encoding="utf-8")
    letter = newsletter("editions", "preview", planned.pk, "--json").data
    assert set(letter) == {"subject", "text", "html"}
    assert newsletter("editions", "preview", planned.pk, "--html", "-").out.rstrip("\n") == letter["html"].rstrip("\n")
    assert newsletter("editions", "preview", planned.pk, "--html", tmp_path / "no" / "x.html").status == 1
    assert Edition.objects.get().state == EditionState.PLANNED


def test_an_edition_is_held_released_and_cancelled_with_reasons(newsletter: Command, planned: Edition) -> None:
    assert newsletter("editions", "hold", planned.pk).status == 2
    held = newsletter("editions", "hold", planned.pk, "--reason", "A name is wrong.", "--json").data
    assert (held["state"], held["reason"]) == ("held", "A name is wrong.")
    assert newsletter("editions", "release", planned.pk, "--json").data["state"] == "planned"
    assert newsletter("editions", "release", planned.pk).status == 1
    assert newsletter("editions", "cancel", planned.pk, "--reason", "Strike.", "--json").data["state"] == "cancelled"
    assert newsletter("editions", "list", "--json").data == []
    assert len(newsletter("editions", "list", "--all", "--json").data) == 1


def test_the_next_edition_and_extra_ones_are_planned(newsletter: Command, publication: Publication) -> None:
    regular = newsletter("editions", "plan", "--json").data
    assert regular["local_date"]
    assert newsletter("editions", "plan", "--json").data["id"] == regular["id"]
    extra = newsletter("editions", "plan", "--at", "now", "--subject", "Breaking", "--json").data
    assert (extra["local_date"], extra["subject"]) == (None, "Breaking")
    assert newsletter("editions", "plan", "--at", "2001-01-01T06:00").status == 1
    assert newsletter("editions", "plan", "--subject", "Lonely").status == 1


def test_a_due_time_is_read_on_the_publications_clock(newsletter: Command, planned: Edition) -> None:
    result = newsletter("editions", "reschedule", planned.pk, "--at", "2031-01-15T07:00", "--json").data
    assert result["due_at"] == "2031-01-15T12:00:00Z"
    assert "Wed 2031-01-15 07:00 EST" in newsletter("editions", "list").text
    assert newsletter("editions", "reschedule", planned.pk, "--at", "soon").status == 1


@pytest.mark.usefixtures("eddie")
def test_reschedule_warns_before_an_approval_is_lost(newsletter: Command, planned: Edition) -> None:
    newsletter("editions", "assemble", planned.pk)
    newsletter("editions", "approve", planned.pk, "--yes")
    asked = newsletter("editions", "reschedule", planned.pk, "--at", "2031-01-15T07:00")
    assert asked.status == 1
    assert "must be approved again" in asked.err
    assert "Give --yes" in asked.err
    assert newsletter("editions", "show", planned.pk, "--json").data["state"] == "approved"
    moved = newsletter("editions", "reschedule", planned.pk, "--at", "2031-01-15T07:00", "--yes", "--json").data
    assert (moved["state"], moved["due_at"]) == ("assembled", "2031-01-15T12:00:00Z")
    newsletter("editions", "approve", planned.pk, "--yes")
    assert "must be approved again" in newsletter("editions", "send", planned.pk, "--yes").err


def test_assemble_says_when_approval_is_automatic(newsletter: Command, planned: Edition) -> None:
    assert "automatic approval" not in newsletter("editions", "assemble", planned.pk).err
    newsletter("editions", "hold", planned.pk, "--reason", "Wait.")
    Publication.objects.update(auto_approve=True)
    newsletter("editions", "release", planned.pk)
    assert "automatic approval" not in newsletter("editions", "assemble", planned.pk).err  # it was held
    day = f"{clock.now() + timedelta(days=60):%Y-%m-%d}"
    extra = newsletter("editions", "plan", "--at", f"{day}T07:00", "--json").data
    make.story(planned.publication)
    result = newsletter("editions", "assemble", extra["id"])
    assert re.search(rf"has automatic approval: the email is sent \w+ {day} 07:00 E[SD]T\.", result.err)


def test_an_edition_that_does_not_exist_is_one_sentence(newsletter: Command) -> None:
    for command in (["show"], ["assemble"], ["approve"], ["send"], ["preview"], ["release"], ["hold", "--reason", "x"]):
        result = newsletter("editions", *command, 999)
        assert (result.status, result.err) == (1, "edition: no edition 999. List them: newsletter editions list\n")


def test_what_looking_up_links_found_is_shown(newsletter: Command, planned: Edition) -> None:
    Story.objects.update(url="https://www.harbourpost.org/ferry")
    newsletter("editions", "assemble", planned.pk)
    assert newsletter("editions", "show", planned.pk, "--json").data["link_hints"] == []
    looked_up_links.order_lookups(now=clock.now())
    LinkLookup.objects.update(answer="broken", status=404)
    [hint] = newsletter("editions", "show", planned.pk, "--json").data["link_hints"]
    assert (hint["code"], hint["place"]) == ("link.broken", "https://www.harbourpost.org/ferry (404)")
    assert "https://www.harbourpost.org/ferry (404)" in newsletter("editions", "show", planned.pk).text


def test_screenshots_show_the_email_as_readers_see_it(
    newsletter: Command, planned: Edition, chromium: str, tmp_path: Path
) -> None:
    files = newsletter(
        "editions", "screenshot", planned.pk, "--folder", tmp_path / "p", "--browser", chromium, "--json"
    ).data
    assert list(files) == ["600", "375", "dark", "images-off"]
    for file in files.values():
        assert Path(file).read_bytes().startswith(b"\x89PNG")
    assert newsletter("editions", "screenshot", planned.pk, "--browser", tmp_path / "none").status == 1


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_listing_asks_the_database_the_same_number_of_times_however_many_there_are(
    newsletter: Command, publication: Publication, more: tuple[str, ...]
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            newsletter("editions", "list", *more)
        return len(seen)

    make.approved_edition(publication, stories=2)
    few = asked()
    for day in range(1, 6):
        make.approved_edition(publication, due_at=MONDAY + timedelta(days=day), stories=2)
    assert asked() == few


def test_the_texts_of_an_edition_are_set_and_an_approval_ends_only_after_a_yes(
    newsletter: Command, planned: Edition, eddie: User
) -> None:
    texts = ("subject=The ferry stays", "preheader=By one vote", "intro=Good morning.")
    shown = newsletter("editions", "set", planned.pk, *texts, "--json").data
    assert (shown["subject"], shown["preheader"], shown["intro"]) == ("The ferry stays", "By one vote", "Good morning.")
    newsletter("editions", "assemble", planned.pk)
    newsletter("editions", "approve", planned.pk, "--yes")
    asked = newsletter("editions", "set", planned.pk, "subject=")
    assert (asked.status, asked.out) == (1, "")
    assert "is approved. The email is rebuilt and must be approved again" in asked.err
    done = newsletter("editions", "set", planned.pk, "subject=", "--yes", "--json").data
    assert (done["state"], done["subject"]) == ("assembled", "The bridge opens")


def test_a_text_that_editions_do_not_have_is_refused(newsletter: Command, planned: Edition) -> None:
    wrong = newsletter("editions", "set", planned.pk, "colour=red")
    assert "is not a text of an edition" in wrong.err
    assert "Give one of: subject, preheader, intro." in wrong.err


def test_a_test_is_ordered_for_named_people(newsletter: Command, planned: Edition, eddie: User) -> None:
    made = newsletter("editions", "test-send", planned.pk, "--to", "a@example.org", "--to", "b@example.org", "--json")
    assert (made.data["subject"], made.data["recipients"]) == ("[TEST] The bridge opens", 2)
    assert EmailTestRecipient.objects.filter(sent_at=None).count() == 2
    wrong = newsletter("editions", "test-send", planned.pk, "--to", "nobody")
    assert (wrong.status, "has no @" in wrong.err) == (1, True)


def test_under_a_pause_of_sending_the_commands_say_that_the_edition_waits(
    newsletter: Command, planned: Edition
) -> None:
    pause_sending.pause_sending(None, reason="rain", until=None, by="Otto", now=clock.now())
    waits = "All sending is paused, and the edition waits until somebody resumes sending"
    assert waits in newsletter("editions", "show", str(planned.pk)).out.replace("\n", " ")
    sent = newsletter("editions", "send", str(planned.pk), "--yes")
    assert "The workers start sending" not in sent.err
    assert f"Edition {planned.pk} is due now. {waits}." in sent.err
