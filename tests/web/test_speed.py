"""Pages and acts of the desk ask the database as often, and answer with as much, whatever there is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newsletter.accounts.models import Role
from newsletter.audience import kept_reader_counts
from newsletter.audience.reader_count_models import KeptReaderCounts
from newsletter.editions import edition_picks
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.pick_models import PickChange
from newsletter.editions.story_order import Spot
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories import order_keys
from newsletter.stories.models import Story
from tests.ops.test_dispatch_details import one_of_each
from tests.support import factories as make
from tests.web.browsing import forms_of
from tests.web.conftest import signed_in

HTMX = {"HX-Request": "true"}


def fill(publication: Publication, count: int) -> list[Story]:
    """A queue of `count` stories with pictures."""
    start = order_keys.at_end(publication.pk)
    made = [
        Story(
            publication=publication,
            headline=f"Story {number}",
            url=f"https://post.example.org/{start}/{number}",
            body="<p>It rained.</p>",
            picture=make.picture(),
            picture_alt="Rain",
            position=start + number * order_keys.STEP,
        )
        for number in range(count)
    ]
    return Story.objects.bulk_create(made)


def old_editions(publication: Publication, count: int) -> None:
    for number in range(count):
        due = clock.now() - timedelta(days=number + 1)
        make.edition(publication, due_at=due, local_date=None, state=EditionState.CANCELLED, reason="Fire.")


def grow(publication: Publication) -> None:
    """Everything that a page could depend on becomes more."""
    fill(publication, 120)
    old_editions(publication, 30)
    make.readers(publication, 20)
    for number in range(30):
        make.appeal(publication, priority=-number)
    for number in range(4):
        due = clock.now() + timedelta(days=number + 2)
        make.edition(publication, due_at=due, local_date=None)
    for number in range(8):
        other = make.publication(slug=f"other-{number}")
        make.edition(other, due_at=clock.now() + timedelta(days=1))
        fill(other, 3)


def queries(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as seen:
        answer = act()
    assert answer.status_code in (200, 302)
    return len(seen)


def ada() -> Client:
    """The administrator's browser."""
    return signed_in(make.person(Role.ADMIN, "Ada"))


@pytest.fixture
def edition(publication: Publication) -> Edition:
    fill(publication, 60)
    old_editions(publication, 26)
    make.readers(publication, 3)
    make.publication(slug="another")
    return make.edition(publication, due_at=clock.now() + timedelta(hours=3))


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/desk/morning/", 34),
        ("/desk/morning/editions/", 11),
        ("/editions/{edition}/", 42),
        ("/editions/{edition}/texts/", 16),
        ("/editions/{edition}/stories/{story}/", 18),
        ("/editions/{edition}/test/", 19),
        ("/desk/morning/appeals/", 12),
        ("/appeals/{appeal}/", 11),
        ("/publications/", 7),
        ("/publications/morning/", 10),
        ("/stories/{story}/", 16),
    ],
)
def test_a_page_asks_the_database_a_bounded_number_of_times(
    cora: Client, edition: Edition, address: str, most: int
) -> None:
    publication = edition.publication
    browser = cora if "/appeals/{" not in address and "publications" not in address else ada()
    story = Story.objects.filter(publication=publication).earliest("pk")
    appeal = make.appeal(publication)
    path = address.format(edition=edition.pk, story=story.pk, appeal=appeal.pk)
    browser.get(path)
    few = queries(lambda: browser.get(path))
    grow(publication)
    assert queries(lambda: browser.get(path)) == few <= most


def test_the_page_of_an_edition_that_holds_stories_asks_no_more_for_more_of_them(
    cora: Client, publication: Publication
) -> None:
    one = make.approved_edition(publication, stories=2)
    few = queries(lambda: cora.get(f"/editions/{one.pk}/"))
    many = make.approved_edition(publication, due_at=make.MONDAY + timedelta(days=1), stories=10)
    assert queries(lambda: cora.get(f"/editions/{many.pk}/")) <= few


def shown_on(client: Client) -> dict[str, str]:
    """What the page of the desk says that it shows."""
    page = client.get("/desk/morning/").content.decode()
    values = {}
    for name in ("shown", "stamp", "edition", "seen"):
        _, _, rest = page.partition(f'name="{name}" value="')
        values[name] = rest.partition('"')[0]
    return values


@pytest.mark.parametrize(
    ("way", "asked"), [("move", {"to": "down"}), ("move", {"to": "first"}), ("move", {"to": "40"}), ("drop", {})]
)
def test_an_act_is_answered_with_the_cards_that_it_changed(
    cora: Client, monkeypatch: pytest.MonkeyPatch, edition: Edition, way: str, asked: dict[str, str]
) -> None:
    publication = edition.publication

    def act() -> Any:
        story = Story.objects.filter(publication=publication).queued()[20]
        said = asked | shown_on(cora)
        with CaptureQueriesContext(connection) as seen, monkeypatch.context() as patched:
            patched.delattr(kept_reader_counts, "reader_counts")  # nobody counts all readers for that
            answer = cora.post(f"/stories/{story.pk}/{way}/", said, headers=HTMX)
        assert answer.content.count(b'<li class="story') <= 4
        assert len(answer.content) < (50_000 if b'id="next"' in answer.content else 30_000)  # with twelve stories
        assert not [
            query for query in seen if "audience_suppression AS never" in query["sql"]
        ]  # nobody counts readers for that
        return len(seen)

    few = act()
    grow(publication)
    assert act() == few <= 41


@pytest.mark.parametrize(
    ("way", "asked"),
    [("place", {"to": "down"}), ("place", {"section": "City"}), ("kind", {"kind": "lead"}), ("out", {})],
)
def test_an_act_on_the_edition_asks_as_often_whatever_there_is(
    cora: Client, edition: Edition, way: str, asked: dict[str, str]
) -> None:
    picks = Story.objects.filter(publication=edition.publication).queued()
    for story in picks[:2]:
        edition_picks.place(edition, story, by=make.cora(), now=clock.now())

    def act() -> Any:
        said = asked | shown_on(cora)
        with CaptureQueriesContext(connection) as seen:
            answer = cora.post(f"/editions/{edition.pk}/stories/{picks[0].pk}/{way}/", said, headers=HTMX)
        assert len(answer.content) < 60_000
        PickChange.objects.all().delete()
        return len(seen)

    first = edition_picks.place(edition, picks[0], by=make.cora(), now=clock.now())
    assert first.change is None
    few = act()
    edition.picks.filter(story=picks[0]).delete()
    edition_picks.place(edition, picks[0], Spot(beside=picks[1].pk), by=make.cora(), now=clock.now())
    grow(edition.publication)
    for story in picks[3:9]:
        edition_picks.place(edition, story, by=make.cora(), now=clock.now())
    assert act() <= few + 2, "one query more moves the others"
    assert few <= 60


def test_pages_of_a_large_publication_say_when_its_readers_were_counted(
    cora: Client, eddie: Client, monkeypatch: pytest.MonkeyPatch, edition: Edition
) -> None:
    monkeypatch.setattr(kept_reader_counts, "EXACT_UP_TO", 2)
    assert "counted" not in cora.get("/desk/morning/").content.decode()
    KeptReaderCounts.objects.update(counted_at=clock.now() - timedelta(minutes=4), active=1_234_567)
    page = cora.get("/desk/morning/").content.decode()
    assert '1,234,567 readers <span class="soft">counted 4 min ago</span>' in page
    page = eddie.get(f"/editions/{edition.pk}/send/").content.decode()
    assert "Send this edition to about 1,234,567 readers now?" in page
    assert "The readers were counted 4 min ago. They are counted again when sending starts." in page


def test_a_long_queue_is_shown_in_pages_with_and_without_scripts(
    cora: Client, publication: Publication, edition: Edition
) -> None:
    page = cora.get("/desk/morning/").content.decode()
    assert page.count('<li class="story') == 50
    assert "50 of 60 stories shown." in page
    assert 'href="/desk/morning/?shown=60"' in page
    whole = cora.get("/desk/morning/?shown=60").content.decode()
    assert whole.count('<li class="story') == 60
    assert "stories shown." not in whole
    more = cora.get("/desk/morning/", {"more": "10"} | shown_on(cora), headers=HTMX).content.decode()
    assert more.count('<li class="story') == 10
    assert more.count('hx-swap-oob="afterend:#story-') == 1


def test_an_act_without_scripts_keeps_how_much_is_shown(
    cora: Client, publication: Publication, edition: Edition
) -> None:
    story = Story.objects.filter(publication=publication).queued()[3]
    whole = "/desk/morning/?shown=60"
    (form,) = [form for form in forms_of(cora, whole) if form.action.startswith(f"/stories/{story.pk}/move/")]
    answer: Any = form.send(cora, to="up")
    assert answer["Location"] == whole


def test_the_ops_page_asks_as_often_for_many_dispatches_as_for_a_few(otto: Client) -> None:
    for number in range(3):  # so many finished ones are asked whether they brought events
        one_of_each(number)
    otto.get("/ops/")  # from time to time the first one looks at the installation again
    few = queries(lambda: otto.get("/ops/"))
    for number in range(3, 8):
        one_of_each(number)
    otto.get("/ops/")
    assert queries(lambda: otto.get("/ops/")) == few <= 42
