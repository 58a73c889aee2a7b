"""Nothing of another publication is reached by a number inside a form, a query or a fragment; and no page names it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newsletter.accounts import unsaved_forms
from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import NotPermitted
from newsletter.audience.import_models import SubscriberImport
from newsletter.audience.models import Subscriber, Subscription, Suppression
from newsletter.delivery.dispatches import control_dispatch, pause_sending
from newsletter.delivery.models import Dispatch
from newsletter.delivery.pause_models import SendingPause
from newsletter.editions.models import Edition
from newsletter.giving.models import Gift
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import grant_publication_role, revoke_publication_role
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.web.asking import follow, words
from tests.web.conftest import signed_in
from tests.web.test_roles import Ids, person_with
from tests.web.two_publications import MARKS, filled_publication

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ids(db: None) -> Ids:
    return {slug: filled_publication(slug) for slug in MARKS}


@pytest.fixture
def morning(ids: Ids) -> Publication:
    return Publication.objects.get(slug="morning")


@pytest.fixture
def evening(ids: Ids) -> Publication:
    return Publication.objects.get(slug="evening")


def browser(role: Role) -> Client:
    """Somebody with this role for the morning publication only."""
    return signed_in(person_with(role, "morning"))


def test_fragments_and_downloads_of_another_publication_are_not_found(ids: Ids) -> None:
    """Whoever has every permission in one publication asks as htmx does, and for each file."""
    ada, other = browser(Role.ADMIN), ids["evening"]
    fragments = [
        f"/editions/{other['edition_id']}/?seen=1-1",
        f"/drafts/{other['draft_id']}/",
        f"/stories/{other['story_id']}/picture/",
        "/desk/evening/?more=5",
        f"/readers/imports/{other['import_id']}/",
    ]
    for address in fragments:
        assert ada.get(address, headers=HTMX).status_code == 404, address
    files = ["/readers/export/evening.csv", "/readers/export/evening/consent.csv"]
    files += [f"/ops/dispatches/{other['dispatch_id']}/missing.csv", f"/readers/imports/{other['import_id']}/rows.csv"]
    for address in files:
        answer = ada.get(address)
        assert answer.status_code == 404, address
        assert MARKS["evening"].lower() not in answer.content.decode().lower(), address
    before = list(Story.objects.order_by("pk").values())
    posts = [
        f"/stories/{other['story_id']}/move/",
        f"/stories/{other['story_id']}/drop/",
        f"/editions/{other['edition_id']}/texts/inbox/",
        f"/editions/{other['edition_id']}/texts/email/",
        f"/ops/batches/{other['batch_id']}/again/",
        f"/ops/dispatches/{other['dispatch_id']}/stop/",
        f"/pitches/{other['pitch_id']}/accept/",
    ]
    for address in posts:
        answer = ada.post(address, {"to": "first", "reason": "x", "subject": "x"}, headers=HTMX)
        assert answer.status_code == 404, address
    assert list(Story.objects.order_by("pk").values()) == before
    assert Dispatch.objects.get(pk=other["dispatch_id"]).state == "open"


def test_a_number_inside_a_form_or_a_query_reaches_nothing_either(ids: Ids, morning: Publication) -> None:
    ada, own, other = browser(Role.ADMIN), ids["morning"], ids["evening"]
    mark = MARKS["evening"]
    asked: list[Any] = [
        ada.get(f"/desk/morning/?dropped={other['story_id']}"),
        ada.get(f"/desk/morning/new/?draft={other['draft_id']}"),
        ada.post("/desk/morning/story-preview/", {"story": other["story_id"]}),
        ada.post("/desk/morning/appeals/preview/", {"appeal": other["appeal_id"]}),
        ada.post(f"/stories/{own['story_id']}/move/", {"beside": other["story_id"]}, follow=True),
        ada.get(f"/ops/pause/?publication={Publication.objects.get(slug='evening').pk}"),
        ada.post("/readers/", {"address": mark.lower()}),
        ada.post("/readers/suppressions/", {"action": "find", "typed": f"{mark.lower()}@readers.example"}),
    ]
    for answer in asked:
        assert answer.status_code in (200, 422)
        assert mark not in answer.content.decode().replace(f"{mark.lower()}", "")
    assert "No address begins with this." in words(asked[6])
    assert "is not that of a reader of your publications" in words(asked[7])


def test_pausing_everything_or_another_publication_needs_a_role_there(ids: Ids, evening: Publication) -> None:
    SendingPause.objects.all().delete()
    otto = browser(Role.OPS)
    for publication in ("", evening.pk):
        answer = otto.post("/ops/pause/", {"publication": publication, "reason": "fire", "hours": "1"})
        assert answer.status_code == 200
        assert "Not saved" in words(answer)
    assert not SendingPause.objects.exists()
    assert otto.post("/ops/pause/", {"publication": ids["morning"] and Publication.objects.get(slug="morning").pk,
                                     "reason": "fire", "hours": "1"}).status_code == 302  # fmt: skip
    [pause] = SendingPause.objects.all()
    assert pause.publication == Publication.objects.get(slug="morning")
    everything = pause_sending.pause_sending(None, reason="fire", until=None, by=None, now=clock.now())
    page = words(otto.get("/ops/"))
    assert "All sending is paused" in page
    assert page.count("Resume …") == 1  # only that of their own publication
    assert otto.post(f"/ops/pauses/{everything.pk}/resume/").status_code == 403
    with pytest.raises(NotPermitted):
        pause_sending.resume_sending(everything, by=person_with(Role.OPS, "morning"), now=clock.now())


def test_suppressing_everywhere_and_importing_elsewhere_need_a_role_there(ids: Ids, evening: Publication) -> None:
    anna, before = browser(Role.AUDIENCE), SubscriberImport.objects.count()
    for publication in ("", str(evening.pk)):
        form = {"action": "add", "address": "rita@readers.example", "publication": publication, "reason": "person"}
        assert anna.post("/readers/suppressions/", form).status_code == 422
    file = SimpleUploadedFile("r.csv", b"email\nrita@readers.example\n")
    assert anna.post("/readers/imports/", {"publication": evening.pk, "file": file}).status_code == 422
    assert not Suppression.objects.exists()
    assert SubscriberImport.objects.count() == before
    Suppression.objects.create(email="zoe@readers.example", reason="person", detail="letter of May")
    assert "zoe@" not in anna.get("/readers/suppressions/").content.decode()


def test_a_reader_of_two_publications_is_shown_with_what_belongs_to_ones_own(
    ids: Ids, morning: Publication, evening: Publication
) -> None:
    rita = make.rita(morning)
    Subscription.objects.create(publication=evening, subscriber=rita, status="active", consent_source="Zanzibar fair")
    make.gift(rita.email, publication=evening, source="Zanzibar fund")
    make.gift(rita.email, source="for all of them")
    Suppression.objects.create(email=rita.email, reason="complaint", detail="Zanzibar letter")
    anna = browser(Role.AUDIENCE)
    page = anna.get(f"/readers/{rita.pk}/")
    assert MARKS["evening"] not in page.content.decode()
    assert "for all of them" not in words(page)
    assert "Suppressed:" in words(page)
    assert "What belongs to other publications is not shown." in words(page)
    whole = words(signed_in(make.person(Role.AUDIENCE, "Whole")).get(f"/readers/{rita.pk}/"))
    assert {"Zanzibar fair" in whole, "Zanzibar fund" in whole, "Zanzibar letter" in whole} == {True}
    found = words(anna.post("/readers/", {"address": "rita@"}))
    assert "rita@readers.example Rita morning:" in found
    assert "evening" not in found


def test_gifts_that_one_publication_imports_concern_its_readers_only(
    ids: Ids, morning: Publication, evening: Publication
) -> None:
    eddie = browser(Role.EDITOR)
    content = f"email,date,amount,currency,reference\nrita@readers.example,{clock.now():%Y-%m-%d},5,USD,1\n".encode()
    answer = eddie.post("/desk/morning/gifts/", {"file": SimpleUploadedFile("g.csv", content), "source": "stripe"})
    assert "1 new gift" in words(answer)
    assert Gift.objects.get().publication == morning
    other = make.gift("rita@readers.example", publication=evening, source="stripe", reference="2")
    refund = f"email,date,amount,currency,reference,status\nr@readers.example,{clock.now():%Y-%m-%d},5,USD,2,refunded\n"
    file = SimpleUploadedFile("r.csv", refund.encode())
    eddie.post("/desk/morning/gifts/", {"file": file, "source": "stripe"})
    assert Gift.objects.filter(pk=other.pk).exists()
    file.seek(0)
    signed_in(make.eddie()).post("/desk/morning/gifts/", {"file": file, "source": "stripe"})
    assert not Gift.objects.filter(pk=other.pk).exists()


def test_unsaved_changes_are_kept_for_ones_own_publication_only(ids: Ids) -> None:
    cora = browser(Role.CURATOR)
    kept = {slug: f"/stories/{ids[slug]['story_id']}/" for slug in MARKS}
    statuses = [
        cora.post("/unsaved-changes/", {"unsaved-address": address, "headline": "x"}).status_code
        for address in (
            kept["morning"],
            kept["evening"],
            "/desk/evening/new/",
            f"/appeals/{ids['morning']['appeal_id']}/",
        )
    ]
    assert statuses == [204, 404, 404, 403]


def test_what_was_typed_before_a_role_was_revoked_is_not_named_any_more(ids: Ids, evening: Publication) -> None:
    cora = person_with(Role.CURATOR, "morning")
    grant_publication_role(cora, evening, role=Role.CURATOR, by=None, now=clock.now())
    for slug in MARKS:
        address = f"/stories/{ids[slug]['story_id']}/"
        unsaved_forms.keep(cora, address, {"headline": f"{MARKS[slug]} typed"}, now=clock.now())
    client = signed_in(cora)
    assert "You have unsaved changes in 2 forms" in words(client.get("/desk/morning/"))
    assert client.get("/desk/evening/").status_code == 200
    revoke_publication_role(cora, evening, by=None, now=clock.now())
    page = client.get("/")  # the publication viewed last is another one now
    assert "You have unsaved changes in 1 form" in words(page)
    assert MARKS["evening"] not in page.content.decode()
    assert client.get("/desk/evening/").status_code == 404


def test_a_role_that_lacks_a_permission_is_refused_where_the_object_may_be_seen(ids: Ids, evening: Publication) -> None:
    """A curator of one publication who is an editor of another: 403 in the first, because they know of the edition."""
    person = person_with(Role.CURATOR, "morning")
    grant_publication_role(person, evening, role=Role.EDITOR, by=None, now=clock.now())
    client = signed_in(person)
    assert client.post(f"/editions/{ids['morning']['edition_id']}/approve/").status_code == 403
    assert client.post(f"/editions/{ids['evening']['edition_id']}/approve/").status_code == 302
    own, other = (words(client.get(f"/editions/{ids[slug]['edition_id']}/")) for slug in MARKS)
    assert ("Approve this email" in own, "Approve this email" in other) == (False, True)
    assert ("Send now" in own, "Send now" in other) == (False, True)
    switched = client.get("/desk/morning/").content.decode()
    assert "Zanzibar Post" in switched
    assert "Zanzibar Post" not in signed_in(person_with(Role.ADMIN, "morning")).get("/desk/morning/").content.decode()


def test_acts_refuse_whoever_has_no_right_in_the_publication(ids: Ids) -> None:
    """Not only pages: each act checks, whoever calls it."""
    otto = person_with(Role.OPS, "morning")
    theirs = Dispatch.objects.get(pk=ids["evening"]["dispatch_id"])
    ours = Dispatch.objects.get(pk=ids["morning"]["dispatch_id"])
    control_dispatch.pause(ours, reason="", by=otto)
    with pytest.raises(NotPermitted, match="no role for this publication"):
        control_dispatch.pause(theirs, reason="", by=otto)


@pytest.mark.parametrize(
    ("role", "address"),
    [
        (Role.CURATOR, "/"),
        (Role.CURATOR, "/desk/morning/pitches/"),
        (Role.CONTRIBUTOR, "/desk/morning/pitches/"),
        (Role.OPS, "/ops/"),
        (Role.AUDIENCE, "/readers/imports/"),
        (Role.ADMIN, "/publications/"),
    ],
)
def test_a_page_reads_the_roles_once_however_many_there_are(ids: Ids, role: Role, address: str) -> None:
    person = person_with(role, "morning")
    client = signed_in(person)
    pitch = {"state": "pitched", "pitch": "It matters.", "created_by": person}
    make.story(Publication.objects.get(slug="morning"), **pitch)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        assert sum("publicationrole" in one["sql"] for one in seen) == 1
        return len(seen)

    client.get(address)
    few = queries()
    for number in range(6):
        other = make.publication(slug=f"other-{number}")
        grant_publication_role(person, other, role=role, by=None, now=clock.now())
        make.story(other, state="pitched", pitch="It matters.")
        due = clock.now() + timedelta(days=1)
        make.edition(other, due_at=due)
    for _ in range(5):
        make.story(Publication.objects.get(slug="morning"), **pitch)
    assert queries() == few


def test_staff_of_other_publications_are_not_offered_for_a_test_email(ids: Ids) -> None:
    person_with(Role.EDITOR, "evening")
    cora = browser(Role.CURATOR)
    page = words(cora.get(f"/editions/{ids['morning']['edition_id']}/test/"))
    assert "Curator-morning" in page
    assert "Editor-evening" not in page


def test_the_switcher_and_the_first_page_follow_the_roles(ids: Ids, evening: Publication) -> None:
    person = person_with(Role.CURATOR, "morning")
    client = signed_in(person)
    assert "Aardvark Post: stories" in words(client.get("/"))
    User.objects.filter(pk=person.pk).update(role=Role.CURATOR)
    assert "Zanzibar Post: stories" in words(client.get("/desk/evening/"))
    User.objects.filter(pk=person.pk).update(role="")
    assert "Aardvark Post: stories" in words(client.get("/"))
    assert follow(client.get("/editions/"), client).startswith("Aardvark Post: editions")
    Publication.objects.filter(slug="morning").update(is_active=False)
    assert "None of the publications for which you have a role here is active now." in words(client.get("/editions/"))


def test_the_counts_of_the_scene(ids: Ids) -> None:
    """The tests above mean something only while both publications have everything."""
    for slug in MARKS:
        publication = Publication.objects.get(slug=slug)
        assert publication.stories.count() >= 3
        assert Edition.objects.filter(publication=publication).count() >= 2
        assert Subscriber.objects.filter(subscriptions__publication=publication).exists()
