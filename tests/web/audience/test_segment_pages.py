"""Segments on their pages: written as conditions, counted while they are edited, and used by an edition."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from newsletter.accounts.models import Role, User
from newsletter.audience.models import Subscription
from newsletter.audit.models import Record
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edition_audience, edition_decisions
from newsletter.letters.edit_edition import SaveEffect
from newsletter.lib import clock
from newsletter.publications import publication_roles
from newsletter.publications.models import Publication
from newsletter.segments import edit_segment
from newsletter.segments.models import Segment
from tests.support import factories as make
from tests.web.asking import words
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
NEW = "/readers/segments/morning/new/"


@pytest.fixture
def anna() -> Client:
    return signed_in(make.person(Role.AUDIENCE, "Anna"))


def typed(*conditions: tuple[str, str], **others: str) -> dict[str, str]:
    data = {"name": "Near", "match": "all", "match-0": "all"}
    for place, (test, value) in enumerate(conditions):
        data |= {f"test-0-{place}": test, f"value-0-{place}": value}
    return data | others


def segment(publication: Publication, domain: str = "near.example", name: str = "Near") -> Segment:
    definition = {"groups": [{"conditions": [{"kind": "domain", "test": "is", "value": domain}]}]}
    return edit_segment.add_segment(publication, name=name, definition=definition, now=clock.now())


def test_a_segment_is_written_counted_saved_and_recorded(anna: Client, publication: Publication) -> None:
    for name in ("ann", "ben"):
        make.reader(publication, email=f"{name}@near.example")
    make.reader(publication, email="cat@far.example")
    conditions = [("domain:is", "@Near.example"), ("gave:not-within", "365")]
    looked = anna.post(NEW, typed(*conditions, action="look"))
    assert looked.status_code == 200
    assert (
        "Readers who have an address at near.example and did not give in the last 365 days. "
        "2 of 3 readers who would get an edition now." in words(looked)
    )
    assert "ann@near.example" in words(looked)
    assert not Segment.objects.exists()
    saved = anna.post(NEW, typed(*conditions, action="save"), follow=True)
    assert "Added. Choose it on the page of an edition" in words(saved)
    made = Segment.objects.get()
    assert made.definition["groups"][0]["conditions"][0] == {"kind": "domain", "test": "is", "value": ["near.example"]}
    record = Record.objects.get(act="segment-added")
    assert (
        record.details["means"] == "Readers who have an address at near.example and did not give in the last 365 days."
    )
    assert "Near Readers who have an address at near.example" in words(anna.get("/readers/segments/morning/"))
    assert "1 segment" in words(anna.get("/readers/"))


@pytest.mark.parametrize(
    ("test", "value", "hint"),
    [
        ("joined:within", "soon", "Enter a number from 1 to 3650."),
        ("joined:within", "0", "Enter a number from 1 to 3650."),
        ("joined:within", "²", "Enter a number"),
        ("joined:before", "31.12.2025", "Enter one such as 2026-05-03."),
        ("time-zone:is", "Europe/Berlin, Mars/Olympus", "Use a name such as Europe/Berlin"),
        ("domain:is", " , ", "Enter at least one."),
        ("sample:percent", "100", "Enter a number from 1 to 99."),
        ("segment:in", "", "Enter a number"),
        ("segment:in", "99999", "Choose another one."),
        ("wild:is", "1", "Give one of"),
        ("joined:within", "00000000199999999", "Enter a number from 1 to 3650."),
        ("sample:percent", "0000000091999", "Enter a number from 1 to 99."),
        ("source:is", "x" * 201, "Use at most 200 characters."),
        ("domain:is", ",".join(f"d{number}.example" for number in range(51)), "Use at most 50."),
    ],
)
def test_a_condition_that_cannot_be_used_is_marked_and_nothing_typed_is_lost(
    anna: Client, publication: Publication, test: str, value: str, hint: str
) -> None:
    answer = anna.post(NEW, typed(("domain:is", "near.example"), (test, value), action="save"))
    assert answer.status_code == 422
    assert hint in words(answer)
    page = answer.content.decode()
    assert 'value="near.example"' in page
    assert value in page or test.startswith("segment")
    assert not Segment.objects.exists()


def test_conditions_and_groups_are_added_and_removed_by_buttons_without_scripts(
    anna: Client, publication: Publication
) -> None:
    one = ("domain:is", "near.example")
    more = anna.post(NEW, typed(one, action="add-0")).content.decode()
    assert 'name="value-0-1"' in more
    grouped = anna.post(NEW, typed(one, action="add-group")).content.decode()
    assert 'name="value-1-0"' in grouped
    assert "Readers are in the segment if they match" in grouped
    fewer = anna.post(NEW, typed(one, ("joined:within", "30"), action="remove-0-0")).content.decode()
    assert 'name="value-0-1"' not in fewer
    assert 'value="30"' in fewer
    for wild in ("add-9", "remove-0-9", "remove-9-9", "add-group" * 9, "²"):
        assert anna.post(NEW, typed(one, action=wild)).status_code == 200
    both = typed(one, action="save", match="any")
    both |= {
        "match-1": "all",
        "test-1-0": "joined:within",
        "value-1-0": "30",
        "test-1-1": "sample:percent",
        "value-1-1": "5",
    }
    anna.post(NEW, both)
    assert words(anna.get("/readers/segments/morning/")).count(
        "Readers who have an address at near.example or (joined in the last 30 days and are in a random sample of 5 "
        "percent of the readers)."
    )


def test_two_people_who_change_a_segment_at_once_do_not_overwrite_each_other(
    anna: Client, publication: Publication
) -> None:
    made = segment(publication)
    address = f"/readers/segment/{made.pk}/"
    edit_segment.change_segment(made, name="Nearby", now=clock.now())
    answer = anna.post(address, typed(("domain:is", "far.example"), action="save", version="1"))
    assert answer.status_code == 422
    assert "Someone else changed this segment since you opened it." in words(answer)
    assert 'value="far.example"' in answer.content.decode()
    again = anna.post(address, typed(("domain:is", "far.example"), action="save", version="2"), follow=True)
    assert "Saved." in words(again)
    assert anna.post(address, typed(("domain:is", "far.example"), action="save", version="9" * 5000)).status_code == 302


def test_a_segment_cannot_contain_itself_nor_be_removed_while_another_needs_it(
    anna: Client, publication: Publication
) -> None:
    inner, outer = segment(publication), segment(publication, name="Outer")
    definition = {"groups": [{"conditions": [{"kind": "segment", "test": "not-in", "value": inner.pk}]}]}
    edit_segment.change_segment(outer, definition=definition, now=clock.now())
    answer = anna.post(
        f"/readers/segment/{inner.pk}/", typed(("segment:in", str(outer.pk)), action="save", version="1")
    )
    assert answer.status_code == 422
    assert "would then contain itself" in words(answer)
    removed = anna.post(f"/readers/segment/{inner.pk}/remove/", follow=True)
    assert "is part of “Outer”. Change that first." in words(removed)
    for pk in (outer.pk, inner.pk, inner.pk):
        anna.post(f"/readers/segment/{pk}/remove/")
    assert not Segment.objects.exists()
    assert Record.objects.filter(act="segment-removed").count() == 2


def test_segments_within_segments_do_not_multiply_without_end(anna: Client, publication: Publication) -> None:
    def of_many(inner: Segment, name: str) -> Segment:
        condition = {"kind": "segment", "test": "in", "value": inner.pk}
        definition = {"groups": [{"conditions": [condition] * 9}]}
        return edit_segment.add_segment(publication, name=name, definition=definition, now=clock.now())

    second = of_many(segment(publication), "Second")
    third = of_many(second, "Third")
    conditions = [("segment:in", str(third.pk)), ("segment:not-in", str(third.pk))]
    answer = anna.post(NEW, typed(*conditions, action="save"))
    assert answer.status_code == 422
    assert "has more than 200 conditions with those of the segments in it. Use fewer." in words(answer)


def test_the_page_says_what_clicks_cannot_tell(anna: Client, publication: Publication) -> None:
    answer = words(anna.post(NEW, typed(("clicked:not-in-editions", "5"), action="look")))
    assert "Click tracking is off for this publication" in answer
    assert "the condition on clicks holds for nobody" in answer


def test_a_curator_opens_no_segment(cora: Client, publication: Publication) -> None:
    made = segment(publication)
    for address in ("/readers/segments/morning/", NEW, f"/readers/segment/{made.pk}/"):
        assert cora.get(address).status_code == 403
    assert cora.post(f"/readers/segment/{made.pk}/remove/").status_code == 403


def approved(publication: Publication) -> Edition:
    make.story(publication)
    due_at = clock.now() + timedelta(days=1)
    edition = assemble_edition.assemble(make.edition(publication, due_at=due_at).pk, now=clock.now())
    return edition_decisions.approve(edition, content_hash=edition.content_hash, by=make.eddie(), now=clock.now())


def test_a_curator_chooses_the_readers_of_an_edition_and_sees_how_many(cora: Client, publication: Publication) -> None:
    make.reader(publication, email="ann@near.example")
    make.readers(publication, 3)
    edition = approved(publication)
    assert "Choose readers" not in words(cora.get(f"/editions/{edition.pk}/"))
    near = segment(publication)
    assert "All readers. Choose readers" in words(cora.get(f"/editions/{edition.pk}/"))
    address = f"/editions/{edition.pk}/readers/"
    page = words(cora.get(address))
    assert "If you save others, the approval ends, and someone must approve it again." in page
    assert "Readers who have an address at near.example." in page
    data: dict[str, Any] = {
        "send_to": near.pk,
        "leave_out": "",
        "seen-send_to": "",
        "seen-leave_out": "",
        "seen-version": 0,
    }
    refused = cora.post(address, data)  # a page that announced something else
    assert refused.status_code == 422
    assert "must be approved again" in words(refused)
    saved = words(cora.post(address, data | {"announced": "unapproved"}, follow=True))
    assert "Saved. The email was rebuilt. It must be approved again." in saved
    assert "Only readers in the segment “Near”." in saved
    assert "1 of 4 readers would get it now. They are counted when sending opens." in saved
    assert Record.objects.get(act="edition-readers-chosen").details == {"sent_to": "only readers in the segment “Near”"}
    warned = words(signed_in(make.person(Role.AUDIENCE, "Anna")).get(f"/readers/segment/{near.pk}/"))
    assert "is rebuilt if you save a change, and waits for approval as before." in warned
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.HELD, reason="Lawyers.")
    assert "It can be removed once no edition to come" in words(
        signed_in(make.person(Role.AUDIENCE, "Anna")).get(f"/readers/segment/{near.pk}/")
    )


def test_the_page_of_a_large_publication_estimates(
    anna: Client, publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = make.readers(publication, 400)
    Subscription.objects.filter(subscriber__in=ids[:100]).update(consent_source="a fair")
    monkeypatch.setattr("newsletter.segments.segment_counts.EXACT_UP_TO", 100)
    monkeypatch.setattr("newsletter.segments.segment_counts.SAMPLE", 200)
    data = typed(("source:is", "a fair"))
    looked = words(anna.post(NEW, data | {"action": "look"}))
    found = re.search(r"About (\d+) of 400 readers who would get an edition now: most likely (\d+) to (\d+)", looked)
    assert found
    number, lowest, highest = map(int, found.groups())
    assert 90 <= number <= 110
    assert lowest <= 100 <= highest
    assert "Some of them" in looked
    assert "100 of 400 readers who would get an edition now. " in words(anna.post(NEW, data | {"action": "exact"}))


def limited(role: Role, publication: Publication) -> Client:
    """The browser of somebody with a role for this publication alone."""
    person = User.objects.create_user(f"{role}@example.org", name="Lina", role="")
    publication_roles.grant_publication_role(person, publication, role=role, by=None, now=clock.now())
    return signed_in(person)


def test_who_gave_to_all_publications_is_kept_from_a_role_for_one(publication: Publication) -> None:
    for name, where in (("ann", None), ("ben", publication), ("cat", make.publication())):
        make.reader(publication, email=f"{name}@near.example")
        make.gift(f"{name}@near.example", given_at=clock.now(), publication=where)
    donors = edit_segment.add_segment(
        publication,
        name="Donors",
        definition={"groups": [{"conditions": [{"kind": "gave", "test": "within", "value": 30}]}]},
        now=clock.now(),
    )
    lina = limited(Role.AUDIENCE, publication)
    page = lina.get(NEW).content.decode()
    assert "gave-here:within" in page
    assert "gave:within" not in page
    here = words(lina.post(NEW, typed(("gave-here:within", "30"), action="look")))
    assert "1 of 3 readers" in here
    assert "ben@near.example" in here
    assert "ann@near.example" not in here
    for condition in (("gave:within", "30"), ("segment:in", str(donors.pk))):
        for action in ("look", "exact", "save"):
            asked = words(lina.post(NEW, typed(condition, action=action)))
            assert "needs a role for all publications. Use “Gifts of this publication”." in asked
            assert "of 3 readers" not in asked
    assert Segment.objects.count() == 1
    assert lina.get(f"/readers/segment/{donors.pk}/").status_code == 403
    listed = words(lina.get("/readers/segments/morning/"))
    assert "Readers who gave in the last 30 days. " in listed
    assert "Only people with a role for all publications open it." in listed
    everybody = signed_in(make.person(Role.AUDIENCE, "Anna"))
    assert "2 of 3 readers" in words(everybody.get(f"/readers/segment/{donors.pk}/"))


def test_an_edition_for_donors_of_all_publications_shows_their_number_to_no_role_for_one(
    publication: Publication,
) -> None:
    make.readers(publication, 3)
    edition = approved(publication)
    content = {"groups": [{"conditions": [{"kind": "gave", "test": "not-within", "value": 30}]}]}
    segment = edit_segment.add_segment(publication, name="Others", definition=content, now=clock.now())
    edition_audience.choose_segments(
        edition, send_to=segment, leave_out=None, by=None, now=clock.now(), announced=SaveEffect.UNAPPROVED
    )
    lina, cora = limited(Role.EDITOR, publication), signed_in(make.cora())
    for address in (f"/editions/{edition.pk}/", f"/editions/{edition.pk}/readers/"):
        assert "3 of 3 readers" not in words(lina.get(address))
        assert "Readers who did not give in the last 30 days." in words(lina.get(address))
        assert "3 of 3 readers" in words(cora.get(address))
    assert "Send this edition to at most 3 readers now?" in words(lina.get(f"/editions/{edition.pk}/send/"))
    assert "At most 3 readers" in words(lina.get(f"/desk/{publication.slug}/"))
    assert "At most" not in words(cora.get(f"/desk/{publication.slug}/"))
