"""What the desk says of the next edition is what the planner does; an extra one is added beside it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from newsletter.editions import plan_editions
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import edition_decisions
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.segments import edit_segment
from newsletter.web.desk.edition_list import desk_edition
from newsletter.web.desk.next_edition import Upcoming, next_edition_panel
from newsletter.web.shared.forms import MINUTES
from tests.support import factories as make
from tests.support.factories import MONDAY
from tests.web.asking import follow, words

DAY = timedelta(days=1)


@pytest.fixture
def daily(publication: Publication) -> Publication:
    Publication.objects.update(recurrence="FREQ=DAILY", created_at=MONDAY)
    publication.refresh_from_db()
    return publication


def planned(publication: Publication) -> Edition:
    edition = plan_editions.plan(publication, now=MONDAY)
    assert edition is not None
    return edition


def shown(publication: Publication) -> Upcoming:
    """The panel of the desk."""
    desk = desk_edition(publication, None, now=MONDAY)
    return next_edition_panel(publication, desk.edition, desk.stories, now=MONDAY)


def send_early(edition: Edition) -> None:
    """As after a dispatch that went well an hour before MONDAY."""
    Edition.objects.filter(pk=edition.pk).update(
        state=EditionState.DISPATCHED,
        due_at=MONDAY - DAY / 24,
        is_rescheduled=True,
        content_hash="x",
        approved_hash="x",
    )


def test_after_editions_sent_early_and_one_cancelled_the_desk_names_the_date_that_is_planned(
    daily: Publication,
) -> None:
    for _ in range(2):
        send_early(planned(daily))
    edition_decisions.cancel(planned(daily), reason="A holiday", now=MONDAY)
    promised = shown(daily).due
    assert promised is not None
    following = planned(daily)
    assert (following.local_date, following.due_at) == (promised.local_date, promised.at)
    assert promised.at == MONDAY + 4 * DAY
    assert shown(daily).edition == following


def test_the_date_of_a_held_edition_is_not_promised_again(daily: Publication) -> None:
    held = planned(daily)
    edition_decisions.hold(held, reason="The front page changes.", now=MONDAY)
    seen = shown(daily)
    assert seen.held == [held]
    assert seen.due is not None
    assert seen.due.at == MONDAY + 2 * DAY


def test_a_rule_that_has_ended_promises_nothing(daily: Publication) -> None:
    Publication.objects.update(recurrence="FREQ=DAILY;UNTIL=20261124")
    daily.refresh_from_db()
    send_early(planned(daily))
    assert shown(daily).due is None
    assert plan_editions.plan(daily, now=MONDAY) is None


def test_an_editor_adds_an_extra_edition_from_the_desk(eddie: Client, publication: Publication) -> None:
    assert "Add an extra edition" in words(eddie.get("/desk/morning/"))
    at = (clock.now() + DAY).astimezone(ZoneInfo(publication.time_zone)).replace(second=0, microsecond=0)
    answer = eddie.post(
        "/desk/morning/editions/extra/", {"due_at": at.strftime(MINUTES), "subject": " Election \n night"}
    )
    assert "takes stories from the queue" in follow(answer, eddie)
    extra = Edition.objects.get()
    assert (extra.due_at, extra.subject, extra.local_date) == (at, "Election night", None)


def test_an_extra_edition_is_for_a_segment_from_the_beginning(eddie: Client, publication: Publication) -> None:
    where = {"conditions": [{"kind": "domain", "test": "is", "value": ["near.example"]}]}
    near = edit_segment.add_segment(publication, name="Near", definition={"groups": [where]}, now=MONDAY)
    values = {"due_at": (clock.now() + timedelta(days=2)).strftime(MINUTES), "send_to": near.pk}
    assert "Leave out" in words(eddie.get("/desk/morning/"))
    refused = eddie.post("/desk/morning/editions/extra/", values | {"leave_out": near.pk})
    assert "Is the segment that gets the edition." in words(refused)
    eddie.post("/desk/morning/editions/extra/", values)
    assert Edition.objects.get().send_to == near


def test_an_extra_edition_in_the_past_is_refused_beside_its_field(eddie: Client, publication: Publication) -> None:
    make.story(publication, headline="Rain at last")
    for given, said in (
        ("2020-01-01T07:00", "Is in the past. Choose a later time."),
        ("soon", "Enter a date and a time"),
    ):
        page = eddie.post("/desk/morning/editions/extra/", {"due_at": given})
        assert page.status_code == 200
        assert said in words(page)
        assert '<details class="panel" id="extra-edition" open>' in page.content.decode()
        assert "Rain at last" in words(page)
    assert not Edition.objects.exists()


def test_a_curator_is_not_offered_an_extra_edition(cora: Client, publication: Publication) -> None:
    assert "Add an extra edition" not in words(cora.get("/desk/morning/"))
    due_at = datetime.strftime(clock.now() + DAY, MINUTES)
    assert cora.post("/desk/morning/editions/extra/", {"due_at": due_at}).status_code == 403
