"""What somebody types and does not save is kept, shown to them again, and announced to their colleagues."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from newsletter.accounts import unsaved_forms
from newsletter.accounts.models import Role, UnsavedForm, User
from newsletter.editions import edit_snippet
from newsletter.letters import assemble_edition
from newsletter.lib import clock
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import grant_publication_role
from newsletter.urls import urlpatterns
from newsletter.web.shared.unsaved_changes import FORMS
from tests.support import factories as make
from tests.web.asking import words
from tests.web.browsing import form_of
from tests.web.conftest import signed_in

KEEP, DISCARD = "/unsaved-changes/", "/unsaved-changes/discard/"
pytestmark = pytest.mark.django_db


def type_into(client: Client, address: str, *, having: str = "headline", **typed: str) -> dict[str, str]:
    """Post what a page's script posts while somebody types."""
    sent = form_of(client, address, having=having).data | typed | {"unsaved-address": address}
    assert client.post(KEEP, sent).status_code == 204
    return sent


def headline_shown(client: Client, address: str) -> str:
    return form_of(client, address, having="headline").data["headline"]


def test_an_unsaved_change_is_shown_again_to_its_author_only(
    cora: Client, eddie: Client, publication: Publication
) -> None:
    address = f"/stories/{make.story(publication, headline='Rain').pk}/"
    type_into(cora, address, headline="Rain at last")
    assert headline_shown(cora, address) == "Rain at last"
    assert "You have unsaved changes here" in words(cora.get(address))
    assert headline_shown(eddie, address) == "Rain"
    assert "Cora is editing this too" in words(eddie.get(address))


def test_what_is_saved_is_no_unsaved_change_any_more(cora: Client, publication: Publication) -> None:
    story = make.story(publication, headline="Rain")
    address = f"/stories/{story.pk}/"
    type_into(cora, address, headline="Rain at last")
    form_of(cora, address, having="headline").send(cora)
    story.refresh_from_db()
    assert story.headline == "Rain at last"
    assert not UnsavedForm.objects.exists()
    assert "unsaved changes here" not in words(cora.get(address))


def test_a_new_story_can_be_continued_and_is_kept_once(cora: Client, publication: Publication) -> None:
    address = "/desk/morning/new/"
    type_into(cora, address, headline="Half a", kicker="<b>&")
    again = form_of(cora, address, having="headline")
    assert (again.data["headline"], again.data["kicker"]) == ("Half a", "<b>&")
    again.send(cora, headline="Half a story", url="https://post.example.org/half", body="Words.")
    assert publication.stories.get().headline == "Half a story"
    assert headline_shown(cora, address) == ""


def test_discarding_shows_the_saved_story(cora: Client, publication: Publication) -> None:
    address = f"/stories/{make.story(publication, headline='Rain').pk}/"
    type_into(cora, address, headline="Snow")
    cora.post(DISCARD, {"unsaved-address": address})
    assert headline_shown(cora, address) == "Rain"


def test_a_colleagues_save_of_another_field_is_not_undone(
    cora: Client, eddie: Client, publication: Publication
) -> None:
    story = make.story(publication, headline="Rain", kicker="")
    address = f"/stories/{story.pk}/"
    type_into(cora, address, headline="Rain at last")
    form_of(eddie, address, having="headline").send(eddie, kicker="Weather")
    form_of(cora, address, having="headline").send(cora)
    story.refresh_from_db()
    assert (story.headline, story.kicker) == ("Rain at last", "Weather")


def test_a_colleagues_save_of_the_same_field_is_shown_before_it_is_replaced(
    cora: Client, eddie: Client, publication: Publication
) -> None:
    story = make.story(publication, headline="Rain")
    address = f"/stories/{story.pk}/"
    type_into(cora, address, headline="Rain at last")
    form_of(eddie, address, having="headline").send(eddie, headline="Drizzle")
    answer = form_of(cora, address, having="headline").send(cora)
    assert "Saved by someone else in the meantime" in words(answer)
    assert "Drizzle" in words(answer)
    story.refresh_from_db()
    assert story.headline == "Drizzle"
    assert headline_shown(cora, address) == "Rain at last"  # still kept


def test_changes_equal_to_what_is_saved_meanwhile_are_forgotten(cora: Client, publication: Publication) -> None:
    story = make.story(publication, headline="Rain")
    address = f"/stories/{story.pk}/"
    sent = type_into(cora, address, headline="Rain at last")
    form_of(cora, address, having="headline").send(cora)
    cora.post(KEEP, sent)  # arrives late
    assert "unsaved changes here" not in words(cora.get(address))
    assert not UnsavedForm.objects.exists()


@pytest.mark.parametrize(
    ("address", "having", "field"),
    [
        ("/editions/{edition}/texts/", "intro", "intro"),
        ("/appeals/{appeal}/", "heading", "lead"),
        ("/desk/morning/appeals/new/", "heading", "heading"),
        ("/publications/morning/", "sender_name", "footer_text"),
        ("/new-publication/", "slug", "name"),
        ("/desk/morning/template/", "body", "body"),
    ],
)
def test_every_form_with_much_text_keeps_it(publication: Publication, address: str, having: str, field: str) -> None:
    ada = signed_in(make.person(Role.ADMIN, "Ada"))
    edition, appeal = make.edition(publication), make.appeal(publication)
    address = address.format(edition=edition.pk, appeal=appeal.pk)
    text = "Typed “words” <i>&amp; مرحبا"
    type_into(ada, address, having=having, **{field: text})
    assert form_of(ada, address, having=having).data[field] == text
    assert "You have unsaved changes here" in words(ada.get(address))


def test_a_role_for_one_publication_keeps_every_form_that_it_opens(publication: Publication) -> None:
    snippet = edit_snippet.create_snippet(publication, name="Job", title="We hire")
    ada = User.objects.create_user("ada@example.org", name="Ada", role="")
    grant_publication_role(ada, publication, role=Role.ADMIN, by=None, now=clock.now())
    ids = {"snippet_id": snippet.pk, "story_id": make.story(publication).pk, "slug": publication.slug}
    ids |= {"edition_id": make.edition(publication).pk, "appeal_id": make.appeal(publication).pk}
    ids |= {"pitch_id": ids["story_id"]}
    browser, only_for_all = signed_in(User.objects.get(pk=ada.pk)), {"publication-add"}
    for pattern in urlpatterns:
        if isinstance(pattern, URLPattern) and pattern.name in FORMS.keys() - only_for_all:
            names = pattern.pattern.converters
            address = reverse(pattern.name, kwargs={name: ids[name] for name in names})
            assert browser.post(KEEP, {"unsaved-address": address, "name": "x"}).status_code == 204, address


def test_the_desk_lists_the_forms_with_unsaved_changes(cora: Client, publication: Publication) -> None:
    address = f"/stories/{make.story(publication, headline='Rain').pk}/"
    type_into(cora, address, kicker="Weather")
    type_into(cora, "/desk/morning/new/", headline="Snow <script>")
    page = cora.get("/desk/morning/")
    assert "You have unsaved changes in 2 forms" in words(page)
    assert "Story: “Rain”" in words(page)
    assert "New story: “Snow &lt;script&gt;”" in page.content.decode()


def test_an_approver_reads_what_is_being_edited(cora: Client, eddie: Client, publication: Publication) -> None:
    make.story(publication)
    planned = make.edition(publication, due_at=clock.now() + timedelta(minutes=30))
    edition = assemble_edition.assemble(planned.pk, now=clock.now())
    story = edition.placements.get().story
    type_into(cora, f"/stories/{story.pk}/", headline="Another")
    page = words(eddie.get(f"/editions/{edition.pk}/"))
    assert "Being edited and not saved yet: Story: “Another” , Cora" in page


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/",
        "/ops/",
        "https://evil.example/stories/1/",
        "//evil.example/stories/1/",
        "/stories/1/?" + "x" * 300,
        "/stories/1/?\0",
    ],
)
def test_only_our_forms_are_kept(cora: Client, publication: Publication, address: str) -> None:
    assert cora.post(KEEP, {"unsaved-address": address, "headline": "x"}).status_code == 404
    assert cora.post(DISCARD, {"unsaved-address": address}).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("role", "address"),
    [
        (Role.OPS, "/stories/{story}/"),
        (Role.CURATOR, "/desk/morning/appeals/new/"),
        (Role.EDITOR, "/publications/morning/"),
    ],
)
def test_nobody_is_said_to_edit_what_they_may_not(publication: Publication, role: Role, address: str) -> None:
    story = make.story(publication)
    sent = {"unsaved-address": address.format(story=story.pk), "headline": "x"}
    assert signed_in(make.person(role, "Somebody")).post(KEEP, sent).status_code == 403
    assert not UnsavedForm.objects.exists()


def test_nobody_keeps_anything_without_signing_in(client: Client, publication: Publication) -> None:
    assert client.post(KEEP, {"unsaved-address": "/desk/morning/new/"}).status_code == 302
    assert not UnsavedForm.objects.exists()


def test_too_much_text_is_refused_with_a_reason(cora: Client, publication: Publication) -> None:
    answer = cora.post(KEEP, {"unsaved-address": "/desk/morning/new/", "body": "x" * unsaved_forms.MAX_CHARACTERS})
    assert answer.status_code == 413
    assert "500,000 characters" in answer.content.decode()


@pytest.fixture
def cora_herself(db: None) -> User:
    return make.cora()


def test_the_oldest_forms_go_first(cora_herself: User) -> None:
    now = clock.now()
    for number in range(unsaved_forms.MAX_FORMS + 3):
        at = now + timedelta(seconds=number)
        unsaved_forms.keep(cora_herself, f"/stories/{number}/", {"head\0line": "\0x"}, now=at)
    kept = UnsavedForm.objects.order_by("saved_at")
    assert kept.count() == unsaved_forms.MAX_FORMS
    assert kept[0].address == "/stories/3/"
    assert kept[0].fields == {"headline": "x"}


def test_after_a_month_unsaved_changes_are_deleted(cora_herself: User) -> None:
    now = clock.now()
    unsaved_forms.keep(cora_herself, "/stories/1/", {}, now=now)
    unsaved_forms.delete_old(now=now + timedelta(days=29))
    assert UnsavedForm.objects.exists()
    unsaved_forms.delete_old(now=now + timedelta(days=31))
    assert not UnsavedForm.objects.exists()


def test_a_form_of_wild_length_says_so(cora_herself: User) -> None:
    fields: dict[str, Any] = {"x" * unsaved_forms.MAX_CHARACTERS: "y"}
    with pytest.raises(BadInput, match="longer than 500,000"):
        unsaved_forms.keep(cora_herself, "/stories/1/", fields, now=clock.now())
