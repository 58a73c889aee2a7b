"""Who may open what: every page as every role."""

import pytest
from django.test import Client
from django.urls import URLPattern

from newsletter.accounts.models import Role
from newsletter.giving.models import Appeal
from newsletter.publications.models import Publication
from newsletter.urls import APPEALS, AUDIENCE, DESK, EDITIONS, OPS, PUBLICATIONS
from tests.support import factories as make
from tests.web.asking import words
from tests.web.conftest import signed_in

# what a role with a permission does with each address: it opens a page, or it posts; the others are of curators
DECIDING_PAGES = {
    "edition-stop",
    "appeal",
    "appeal-add",
    "gifts",
    "logos",
    "new-time",
    "send",
    "template",
    "template-preview",
}
DECIDING_POSTS = {"approve", "assemble", "cancel", "edition-extra", "hold", "release", "reopen", "reschedule"}
DECIDING_POSTS |= {"appeal-activate", "appeal-preview", "appeal-retire"}
DECIDING_POSTS |= {"send-now", "template-remove", "template-version"}
DECIDING = DECIDING_PAGES | DECIDING_POSTS
CURATING = {p.name for p in [*DESK, *EDITIONS, *APPEALS]} - DECIDING
OPERATING = {p.name for p in OPS} | {"desk"}  # which leads them to their own first page
FINDING = {p.name for p in AUDIENCE}
CONFIGURING = {p.name for p in PUBLICATIONS}
STEERING = {"dispatch-pause", "dispatch-resume", "dispatch-stop", "sending-pause", "sending-resume"}
ALLOWED = {
    Role.CURATOR: CURATING,
    Role.EDITOR: CURATING | DECIDING | STEERING | FINDING,
    Role.AUDIENCE: FINDING | {"desk"},
    Role.OPS: OPERATING,
    Role.ADMIN: CURATING | DECIDING | OPERATING | FINDING | CONFIGURING,
}
POSTED = DECIDING_POSTS | {
    "segment-remove",
    "story-move",
    "story-drop",
    "story-restore",
    "read-pasted",
    "story-preview",
    "submit",
    "draft-add",
    "draft-queue",
    "draft-discard",
    "draft-retry",
    "publication-dates",
    "feed-read",
    "feed-remove",
    "correction-forget",
    "suggestion-queue",
    "suggestion-dismiss",
    "edition-texts-inbox",
    "edition-texts-email",
    "dispatch-pause",
    "dispatch-resume",
    "dispatch-leave-out",
    "retry",
}
EVERY = [*DESK, *EDITIONS, *APPEALS, *PUBLICATIONS, *AUDIENCE, *OPS]


def address(pattern: URLPattern, story: int, edition: int) -> str:
    numbers = {
        "story_id": story,
        "draft_id": 1,
        "correction_id": 1,
        "feed_id": 1,
        "suggestion_id": 1,
        "edition_id": edition,
        "dispatch_id": 1,
        "batch_id": 1,
        "pause_id": 1,
        "failure_id": 1,
        "number": 1,
        "subscriber_id": 1,
        "import_id": 1,
        "segment_id": 1,
    }
    numbers["appeal_id"] = Appeal.objects.values_list("pk", flat=True).first() or 1
    path = str(pattern.pattern).replace("<slug:slug>", "morning").replace("<slug:decision>", "again")
    for name, number in numbers.items():
        path = path.replace(f"<int:{name}>", str(number))
    return "/" + path


def asked(client: Client, pattern: URLPattern, story: int, edition: int) -> int:
    way = client.post if pattern.name in POSTED else client.get
    answer = way(address(pattern, story, edition))
    if answer.streaming:
        answer.getvalue()  # reading to the end closes the file
    return answer.status_code


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_what_it_may_and_nothing_else(role: Role, publication: Publication) -> None:
    story, edition = make.story(publication), make.edition(publication)
    make.appeal(publication)
    client = signed_in(make.person(role, "Somebody"))
    refused = {p.name for p in EVERY if asked(client, p, story.pk, edition.pk) == 403}
    assert refused == {p.name for p in EVERY} - ALLOWED[role]


def test_a_refusal_is_one_line_in_the_log(cora: Client, caplog: pytest.LogCaptureFixture) -> None:
    cora.get("/ops/")
    (line,) = [record for record in caplog.records if "Forbidden" in record.getMessage()]
    assert line.exc_info is None


def test_a_visitor_opens_none_of_it(client: Client, publication: Publication) -> None:
    story, edition = make.story(publication), make.edition(publication)
    for pattern in EVERY:
        assert asked(client, pattern, story.pk, edition.pk) == 302, pattern.name


def test_what_changes_something_is_not_done_by_looking(publication: Publication) -> None:
    story, edition = make.story(publication), make.edition(publication)
    client = signed_in(make.person(Role.ADMIN, "Ada"))
    for pattern in EVERY:
        if pattern.name in POSTED:
            assert client.get(address(pattern, story.pk, edition.pk)).status_code == 405, pattern.name
            assert client.head(address(pattern, story.pk, edition.pk)).status_code == 405, pattern.name


def test_what_changes_something_needs_the_proof_of_origin(publication: Publication) -> None:
    story, edition = make.story(publication), make.edition(publication)
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.person(Role.ADMIN, "Ada"))
    for pattern in EVERY:
        assert client.post(address(pattern, story.pk, edition.pk)).status_code in (403, 405), pattern.name


def test_the_refusal_is_a_page_of_ours_that_leads_on(otto: Client) -> None:
    page = otto.get("/editions/")
    assert page.status_code == 403
    assert "You don’t have access to this page" in words(page)
    assert "Go to ops" in words(page)


def test_the_bar_names_the_rooms_a_person_may_enter(cora: Client, otto: Client, publication: Publication) -> None:
    assert ("Desk" in words(cora.get("/")), "Ops" in words(cora.get("/"))) == (True, False)
    assert ("Desk" in words(otto.get("/ops/")), "Ops" in words(otto.get("/ops/"))) == (False, True)


@pytest.mark.parametrize("path", ["/desk/nowhere/", "/stories/99/", "/editions/99/", "/stories/99999999999999999999/"])
def test_what_does_not_exist_is_a_page_of_ours(cora: Client, path: str) -> None:
    page = cora.get(path)
    assert page.status_code == 404
    assert "Page not found" in words(page)
