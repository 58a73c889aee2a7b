"""Appeals on their pages: listed by phase, with their editions; added, changed, retired; seen in the real email."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.editions.models import EditionState
from newsletter.giving.models import Appeal
from newsletter.letters import assemble_edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.web.desk.appeal_form import AppealEditForm
from tests.support import factories as make
from tests.web.asking import follow, words
from tests.web.browsing import form_of

LIST, NEW = "/desk/morning/appeals/", "/desk/morning/appeals/new/"
TEXTS = {"name": "Winter", "heading": "Readers fund us", "button": "Support us", "url": "https://post.example.org/give"}


def test_they_are_listed_by_phase_with_the_one_that_is_used(eddie: Client, publication: Publication) -> None:
    tomorrow = (clock.now() + timedelta(days=2)).date()
    make.appeal(publication, name="Always")
    make.appeal(publication, name="Strong", priority=3)
    make.appeal(publication, name="Spring", starts_on=tomorrow)
    make.appeal(publication, name="Summer", ends_on=date(2026, 8, 31))
    make.appeal(publication, name="Old", is_active=False)
    make.story(publication)
    edition = make.edition(publication, due_at=clock.now() + timedelta(hours=1))
    assert "In no built email yet" in words(eddie.get(LIST))
    assemble_edition.assemble(edition.pk, now=clock.now())
    page = words(eddie.get(LIST))
    order = [page.index(f"{title} ") for title in ("Current", "Planned", "Ended", "Retired")]
    assert order == sorted(order)
    assert page.count("Used today") == 1
    assert page.index("Strong Used today") < page.index("Always")
    assert "In 1 built email" in page
    assert "Spring" in page[page.index("Planned") : page.index("Ended")]


def test_a_curator_sees_them_and_changes_none(cora: Client, publication: Publication) -> None:
    make.appeal(publication, name="Winter")
    page: Any = cora.get(LIST)
    assert "Winter" in words(page)
    assert "Retire" not in words(page).replace("Retired", "")
    assert 'href="/appeals/' not in page.content.decode().replace('href="/appeals/"', "")


def test_an_appeal_is_added_with_all_that_the_command_line_can_set(eddie: Client, publication: Publication) -> None:
    settable = {field.name for field in Appeal._meta.concrete_fields} - {"id", "publication", "created_at", "is_active"}
    assert settable == set(AppealEditForm.base_fields)
    fields = TEXTS | {
        "lead": "No owner.",
        "points": "One\n\n Two ",
        "closing": "Give.",
        "amounts": "10, 25 50",
        "currency": "eur",
        "amount_url": "https://post.example.org/give?amount={amount}",
        "goal": "1000",
        "raised": "400",
        "raised_on": "2026-11-01",
        "match": "A friend doubles it.",
        "match_ends_at": "2026-12-31T23:59",
        "starts_on": "2026-11-01",
        "ends_on": "2026-12-31",
        "priority": "-2",
        "place": "between",
        "story_number": "2",
        "paragraph_number": "3",
        "thanks_days": "60",
        "thanks_heading": "Thanks",
        "thanks_lead": "You did this.",
    }
    assert set(fields) == settable
    assert "“Winter” was added." in follow(form_of(eddie, NEW, having="points").send(eddie, **fields), eddie)
    made = Appeal.objects.get()
    assert (made.points, made.amounts, made.currency, made.priority) == (["One", "Two"], [10, 25, 50], "EUR", -2)
    assert made.match_ends_at == datetime(2026, 12, 31, 23, 59, tzinfo=ZoneInfo("America/New_York"))
    assert (made.starts_on, made.ends_on, made.place) == (date(2026, 11, 1), date(2026, 12, 31), "between")
    record = Record.objects.get(act=Act.APPEAL_ADDED)
    assert (record.who, record.door, record.subject_id) == ("eddie@example.org", "page", made.pk)


def test_only_what_was_changed_is_saved_and_recorded(eddie: Client, publication: Publication) -> None:
    appeal = make.appeal(publication, name="Winter", goal=1000, raised=1, raised_on=date(2026, 11, 1))
    first = form_of(eddie, f"/appeals/{appeal.pk}/", having="points")
    second = form_of(eddie, f"/appeals/{appeal.pk}/", having="points")
    first.send(eddie, raised="500", raised_on="2026-11-20")
    second.send(eddie, heading="Give today")
    appeal.refresh_from_db()
    assert (appeal.raised, appeal.heading) == (500, "Give today")
    details = [record.details for record in Record.objects.order_by("pk")]
    assert details[0] == {"raised": "1 → 500", "raised_on": "2026-11-01 → 2026-11-20"}
    assert list(details[1]) == ["heading"]
    collision = second.send(eddie, raised="7")
    assert "Saved by someone else in the meantime: 500" in words(collision)


def test_what_cannot_be_is_said_at_its_field_and_kept_in_the_form(eddie: Client, publication: Publication) -> None:
    make.appeal(publication, name="Winter")
    form = form_of(eddie, NEW, having="points")
    wrong: list[tuple[dict[str, str], str]] = [
        ({}, "already used by another appeal"),
        ({"name": "Other", "goal": "100"}, "Enter all three: goal, amount raised and date."),
        ({"name": "Other", "amounts": "ten"}, "Contain something other than whole amounts."),
        ({"name": "Other", "amounts": "9" * 5000}, "Contain something other than whole amounts."),
        ({"name": "Other", "starts_on": "2026-12-02", "ends_on": "2026-12-01"}, "Is before the first day."),
        ({"name": "Other", "amount_url": "https://a.org"}, "{amount}"),
        ({"name": "Other", "url": "javascript:alert(1)"}, "http"),
    ]
    for change, sentence in wrong:
        answer: Any = form.send(eddie, **(TEXTS | change))
        assert answer.status_code == 422
        assert sentence in words(answer), (change, words(answer)[:600])
        assert "Readers fund us" in answer.content.decode()
    assert Appeal.objects.count() == 1


def test_an_appeal_is_retired_and_offered_again_each_with_a_record(eddie: Client, publication: Publication) -> None:
    appeal = make.appeal(publication, name="Winter")
    assert "“Winter” is retired." in follow(eddie.post(f"/appeals/{appeal.pk}/retire/"), eddie)
    eddie.post(f"/appeals/{appeal.pk}/retire/")
    assert "offered to editions again" in follow(eddie.post(f"/appeals/{appeal.pk}/activate/"), eddie)
    appeal.refresh_from_db()
    assert appeal.is_active
    assert [r.details for r in Record.objects.order_by("pk")] == [{"is_active": "yes → no"}, {"is_active": "no → yes"}]


def test_the_form_says_that_built_emails_are_rebuilt(eddie: Client, publication: Publication) -> None:
    appeal = make.appeal(publication, name="Winter")
    page = f"/appeals/{appeal.pk}/"
    assert "must be approved again" not in words(eddie.get(page))
    edition = make.approved_edition(publication)
    assert "1 email of this publication is built and not sent yet." in words(eddie.get(page))
    assert "must be approved again" in words(eddie.get(page))
    form_of(eddie, page, having="points").send(eddie, heading="Give today")
    assemble_edition.refresh_stale(now=make.MONDAY)
    edition.refresh_from_db()
    assert edition.state == EditionState.PLANNED


def test_the_preview_shows_the_typed_appeal_in_the_next_email_and_saves_nothing(
    eddie: Client, publication: Publication
) -> None:
    make.story(publication, headline="The ferry stays")
    appeal = make.appeal(publication, name="Winter")
    form = form_of(eddie, f"/appeals/{appeal.pk}/", having="points")
    shown: Any = eddie.post("/desk/morning/appeals/preview/", form.data | {"heading": "Give <today>"})
    html = shown.content.decode()
    assert "The ferry stays" in html
    assert 'id="appeal-heading"' in html
    assert "Give &lt;today&gt;" in html
    assert "sandbox" in shown["Content-Security-Policy"]
    thanks: Any = eddie.post("/desk/morning/appeals/preview/", form.data | {"version": "thanks"})
    assert "Support our reporting" not in thanks.content.decode()
    half = eddie.post("/desk/morning/appeals/preview/", {"lead": "Only this so far."})
    assert "Only this so far." in half.content.decode()
    assert "Enter all three" in words(eddie.post("/desk/morning/appeals/preview/", form.data | {"goal": "5"}))
    appeal.refresh_from_db()
    assert (appeal.heading, Record.objects.count()) == ("Readers pay for this", 0)


@pytest.mark.parametrize("heading", ["ادعموا صحافتنا", "\u202eevil", "__nl_reader__", "<script>alert(1)</script>"])
def test_hostile_and_foreign_headings_are_text(eddie: Client, publication: Publication, heading: str) -> None:
    form_of(eddie, NEW, having="points").send(eddie, **(TEXTS | {"heading": heading}))
    for page in (LIST, f"/appeals/{Appeal.objects.get().pk}/"):
        html = eddie.get(page).content.decode()
        assert "<script>alert" not in html
        assert "\u202e" not in html
        assert "__nl_reader__" not in html


def test_the_first_page_leads_to_the_publication_viewed_last(cora: Client, publication: Publication) -> None:
    make.publication(slug="weekend", name="Weekend")
    cora.get("/desk/weekend/")
    assert cora.get("/appeals/")["Location"] == "/desk/weekend/appeals/"
    assert "No appeals yet" in words(cora.get("/desk/weekend/appeals/"))
