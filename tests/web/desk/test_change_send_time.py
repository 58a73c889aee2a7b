"""Another time for an edition, or now: what is asked before, what is done, what is said."""

import html
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from newsletter.audience.models import Subscription
from newsletter.delivery.dispatches import pause_sending
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.letters.edit_edition import SaveEffect
from newsletter.letters.edition_audience import choose_segments
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.segments import edit_segment
from newsletter.stories import story_queue
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.support.factories import MONDAY
from tests.web.asking import follow, words

SUNDAY_NOON = MONDAY - timedelta(hours=19)  # in New York


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: SUNDAY_NOON)


@pytest.fixture
def assembled(publication: Publication) -> Edition:
    """Of Monday, on Sunday."""
    make.story(publication, headline="The bridge")
    return assemble_edition.assemble(make.edition(publication).pk, now=SUNDAY_NOON)


@pytest.fixture
def approved(assembled: Edition) -> Edition:
    return edition_decisions.approve(assembled, content_hash=assembled.content_hash, by=make.eddie(), now=SUNDAY_NOON)


def press(client: Client, edition: Edition, button: str, **form: str) -> str:
    readers = {"readers": str(Subscription.objects.count())} if button == "send-now" else {}
    words_after = follow(client.post(f"/editions/{edition.pk}/{button}/", readers | form), client)
    edition.refresh_from_db()
    return words_after


@pytest.mark.parametrize(
    ("typed", "is_sent"), [("1,250", True), ("1238", True), ("1237", False), ("125", False), ("", False)]
)
def test_an_edition_is_sent_now_only_with_the_number_of_its_readers(
    eddie: Client, approved: Edition, typed: str, *, is_sent: bool
) -> None:
    make.readers(approved.publication, 1250)
    said = press(eddie, approved, "send-now", readers=typed, approve_later="1")
    assert ("type the number of readers: 1,250" in said) is not is_sent
    assert (approved.due_at == SUNDAY_NOON) is is_sent


def test_the_page_counts_the_readers_of_the_segment_that_the_edition_is_for(eddie: Client, approved: Edition) -> None:
    make.readers(approved.publication, 4)
    make.reader(approved.publication, email="ann@near.example")
    where = {"kind": "domain", "test": "is", "value": ["near.example"]}
    definition = {"groups": [{"conditions": [where]}]}
    near = edit_segment.add_segment(approved.publication, name="Near", definition=definition, now=SUNDAY_NOON)
    choose_segments(
        approved, send_to=near, leave_out=None, by=make.eddie(), now=SUNDAY_NOON, announced=SaveEffect.UNAPPROVED
    )
    assert "Send this edition to 1 reader now?" in eddie.get(f"/editions/{approved.pk}/send/").content.decode()
    assert "1 reader" in words(eddie.get("/desk/morning/"))
    Subscription.objects.filter(subscriber__email="ann@near.example").delete()
    assert "no reader is among them" in words(eddie.get(f"/editions/{approved.pk}/"))


def hidden(page: str, name: str) -> str:
    """What a form on the page would send for this field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


def test_sending_mondays_edition_on_sunday_shows_sundays_letter_and_approves_it_with_the_same_click(
    eddie: Client, approved: Edition
) -> None:
    make.readers(approved.publication, 1250)
    page = eddie.get(f"/editions/{approved.pk}/send/").content.decode()
    assert "Send this edition to 1,250 readers now?" in page
    assert "from the approved one" in page
    frame = html.unescape(re.findall(r'<iframe[^>]* src="([^"]*)"', page)[0])
    shown = eddie.get(frame).content.decode()
    assert ("November 22" in shown, "November 23" in shown) == (True, False)
    said = press(eddie, approved, "send-now", content_hash=hidden(page, "content_hash"))
    assert "The edition is due now. The email was rebuilt for that time. It is approved." in said
    assert (approved.state, approved.due_at) == (EditionState.APPROVED, SUNDAY_NOON)
    assert "November 22" in approved.letters.get().html
    assert assemble_edition.refresh_stale(now=SUNDAY_NOON) == []


@pytest.mark.parametrize(("button", "form"), [("send-now", {}), ("reschedule", {"due_at": "2026-11-24T07:00"})])
def test_an_approval_is_not_lost_by_a_click_that_did_not_say_so(
    eddie: Client, approved: Edition, button: str, form: dict[str, str]
) -> None:
    page = press(eddie, approved, button, **form)
    assert "must be approved again" in page
    assert "You can approve it in the same step" in page
    assert (approved.state, approved.due_at, approved.approved_by) == (EditionState.APPROVED, MONDAY, make.eddie())
    assert "November 23" in approved.letters.get().html


def test_another_day_is_approved_together_with_the_letter_of_that_day(eddie: Client, approved: Edition) -> None:
    asked = eddie.post(f"/editions/{approved.pk}/reschedule/", {"due_at": "2026-11-24T07:00"})
    assert urlsplit(asked["Location"]).path == f"/editions/{approved.pk}/new-time/"
    page = eddie.get(asked["Location"]).content.decode()
    assert "from the approved one" in page
    form = {name: hidden(page, name) for name in ("due_at", "content_hash")}
    said = press(eddie, approved, "reschedule", **form)
    assert "The edition is now due Tue 24 Nov, 07:00 EST. The email was rebuilt for that time. It is approved." in said
    assert (approved.state, approved.due_at) == (EditionState.APPROVED, MONDAY + timedelta(days=1))
    assert "November 24" in approved.letters.get().html


def test_another_day_may_be_given_and_approved_later(eddie: Client, approved: Edition) -> None:
    said = press(eddie, approved, "reschedule", due_at="2026-11-24T07:00", approve_later="1")
    assert "Review the email, then approve it." in said
    assert edition_decisions.NEW_TIME in said
    assert (approved.state, approved.due_at) == (EditionState.ASSEMBLED, MONDAY + timedelta(days=1))


def test_another_hour_of_the_same_day_keeps_the_approval(eddie: Client, approved: Edition) -> None:
    assert "The edition is now due tomorrow, 09:00 EST. It is approved." in press(
        eddie, approved, "reschedule", due_at="2026-11-23T09:00"
    )
    assert (approved.state, approved.approved_by) == (EditionState.APPROVED, make.eddie())


def test_sending_now_on_its_own_day_needs_no_other_approval(
    eddie: Client, approved: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY - timedelta(hours=2))
    assert "The email is approved. Sending starts immediately" in words(eddie.get(f"/editions/{approved.pk}/send/"))
    assert "The edition is due now. It is approved." in press(eddie, approved, "send-now")
    assert approved.due_at == MONDAY - timedelta(hours=2)


def test_a_letter_that_changes_between_the_look_and_the_click_is_not_approved(eddie: Client, approved: Edition) -> None:
    page = eddie.get(f"/editions/{approved.pk}/send/").content.decode()
    story_queue.update(Story.objects.get(), headline="Another headline")
    said = press(eddie, approved, "send-now", content_hash=hidden(page, "content_hash"))
    assert "Review it again, then approve it." in said
    assert (approved.state, approved.due_at) == (EditionState.APPROVED, MONDAY)


def test_what_is_not_approved_is_approved_and_sent_with_one_click_or_made_due_with_another(
    eddie: Client, assembled: Edition
) -> None:
    page = eddie.get(f"/editions/{assembled.pk}/send/").content.decode()
    assert "not approved" in page
    assert "It is sent as soon as someone approves it." in press(eddie, assembled, "send-now", approve_later="1")
    assert assembled.state == EditionState.ASSEMBLED
    again = eddie.get(f"/editions/{assembled.pk}/send/").content.decode()
    assert hidden(again, "content_hash") == hidden(page, "content_hash") == assembled.content_hash
    assert "It is approved." in press(eddie, assembled, "send-now", content_hash=assembled.content_hash)
    assert assembled.state == EditionState.APPROVED


def test_a_publication_that_approves_itself_is_asked_nothing_and_is_told_what_happened(
    eddie: Client, approved: Edition
) -> None:
    Publication.objects.update(auto_approve=True)
    assert "approved automatically" in words(eddie.get(f"/editions/{approved.pk}/send/"))
    said = press(eddie, approved, "send-now")
    assert "rebuilt for that time. It is approved automatically." in said
    assert (approved.state, approved.approved_by) == (EditionState.APPROVED, None)


def test_both_letters_can_be_looked_at_before(eddie: Client, publication: Publication) -> None:
    make.story(publication)
    make.appeal(publication)
    edition = assemble_edition.assemble(make.edition(publication).pk, now=SUNDAY_NOON)
    page = eddie.get(f"/editions/{edition.pk}/send/", {"thanks": "1"}).content.decode()
    frame = html.unescape(re.findall(r'<iframe[^>]* src="([^"]*)"', page)[0])
    assert "Thank you for your gift" in eddie.get(frame).content.decode()


def test_sending_what_is_only_planned_says_what_follows(eddie: Client, publication: Publication) -> None:
    make.story(publication)
    edition = make.edition(publication)
    assert "not built yet" in words(eddie.get(f"/editions/{edition.pk}/send/"))
    said = press(eddie, edition, "send-now")
    assert (
        "The edition is due now. The email is built within a minute, then sent as soon as someone approves it." in said
    )


def test_another_time_is_on_the_publications_clock(eddie: Client, assembled: Edition) -> None:
    page = press(eddie, assembled, "reschedule", due_at="2031-01-06T07:30")
    assert "The edition is now due Mon 6 Jan 2031, 07:30 EST." in page
    assert assembled.due_at == datetime(2031, 1, 6, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due_at", "said"),
    [
        ("", "This field is required"),
        ("soon", "Enter a date and a time"),
        ("2020-01-01T07:00", "Is in the past. Choose a later time."),
    ],
)
def test_a_time_that_cannot_be_is_told_at_its_field(eddie: Client, assembled: Edition, due_at: str, said: str) -> None:
    page = eddie.post(f"/editions/{assembled.pk}/reschedule/", {"due_at": due_at})
    assert (page.status_code, due_at in page.content.decode()) == (200, True)
    assert said in words(page)


def test_the_current_minute_can_be_chosen(eddie: Client, approved: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY - timedelta(minutes=29, seconds=1))
    assert "The edition is now due today, 06:30 EST." in press(eddie, approved, "reschedule", due_at="2026-11-23T06:30")


@pytest.mark.parametrize("times", [{"embargo_until": MONDAY}, {"expires_at": MONDAY - timedelta(hours=2)}])
def test_a_time_that_does_not_suit_a_story_is_refused(
    eddie: Client, assembled: Edition, times: dict[str, datetime]
) -> None:
    Story.objects.update(**times)
    page = words(eddie.post(f"/editions/{assembled.pk}/reschedule/", {"due_at": "2026-11-23T06:00"}))
    assert f"Does not suit the stories. Story {Story.objects.get().pk}" in page


@pytest.mark.parametrize("due_at", ["", "soon", "2026-11-24T07:00", "9999-12-31T23:59:59-23:00"])
def test_a_made_up_time_shows_no_letter(eddie: Client, approved: Edition, due_at: str) -> None:
    assert eddie.get(f"/editions/{approved.pk}/new-time/", {"due_at": due_at}).status_code == 404
    assert eddie.get(f"/editions/{approved.pk}/letter/", {"due_at": due_at}).status_code == 200


def test_what_is_over_cannot_be_sent(eddie: Client, assembled: Edition) -> None:
    edition_decisions.cancel(assembled, reason="No news.", now=SUNDAY_NOON)
    assert "cannot be sent now" in words(eddie.get(f"/editions/{assembled.pk}/send/"))
    assert "can no longer be changed" in press(eddie, assembled, "send-now")


def test_an_approved_edition_that_will_be_held_says_so(eddie: Client, approved: Edition) -> None:
    Story.objects.update(expires_at=MONDAY - timedelta(minutes=1))
    assert "The edition will be held instead of sent. Story" in words(eddie.get(f"/editions/{approved.pk}/"))


def test_the_page_of_an_edition_is_answered_when_there_is_something_new_on_it(
    eddie: Client, assembled: Edition
) -> None:
    path = f"/editions/{assembled.pk}/"

    def seen() -> str:
        found = re.search(r"""hx-vals='\{"seen": "([^"]*)"\}'""", eddie.get(path).content.decode())
        assert found
        return found[1]

    mark = seen()
    assert eddie.get(path, {"seen": mark}, headers={"HX-Request": "true"}).status_code == 204
    edition_decisions.approve(assembled, content_hash=assembled.content_hash, by=make.eddie(), now=SUNDAY_NOON)
    assert "Approved" in words(eddie.get(path, {"seen": mark}, headers={"HX-Request": "true"}))
    mark = seen()
    story_queue.update(Story.objects.get(), headline="Another headline")
    assemble_edition.refresh_stale(now=SUNDAY_NOON)
    assemble_edition.assemble(assembled.pk, now=SUNDAY_NOON)
    answer = eddie.get(path, {"seen": mark}, headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"  # another letter: the page is loaded as a whole
    edition_decisions.cancel(assembled, reason="No news.", now=SUNDAY_NOON)
    assert "hx-trigger" not in eddie.get(path).content.decode().split("letter-tools")[0]


def test_under_a_pause_no_page_promises_that_sending_starts(eddie: Client, approved: Edition) -> None:
    until = SUNDAY_NOON + timedelta(hours=2)
    pause_sending.pause_sending(None, reason="rain", until=until, by="Otto", now=SUNDAY_NOON)
    page = words(eddie.get(f"/editions/{approved.pk}/send/"))
    assert "Make this edition due now?" in page
    waits = "All sending is paused until today, 14:00 EST, and the edition waits until then."
    assert waits in page
    assert "Send now" not in page
    assert "Sending starts immediately" not in page
    assert waits in press(eddie, approved, "send-now", approve_later="1")


def test_under_a_pause_that_ends_before_the_new_send_time_the_page_is_as_ever(eddie: Client, approved: Edition) -> None:
    until = SUNDAY_NOON + timedelta(hours=2)
    pause_sending.pause_sending(None, reason="rain", until=until, by="Otto", now=SUNDAY_NOON)
    due_at = (SUNDAY_NOON + timedelta(hours=3)).astimezone(UTC).isoformat()
    page = words(eddie.get(f"/editions/{approved.pk}/new-time/", {"due_at": due_at}))
    assert "Send this edition to" in page
    assert "the edition waits" not in page
