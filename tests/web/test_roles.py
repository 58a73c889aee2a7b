"""Who may open what: every address, each method, as every role for all, for one's own and for another publication."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client
from django.urls import URLPattern

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import ALLOWED, Permission
from newsletter.api.v1.api import API
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import grant_publication_role
from newsletter.urls import urlpatterns
from tests.support import factories as make
from tests.support.surroundings import ROOT
from tests.web.asking import words
from tests.web.conftest import signed_in
from tests.web.two_publications import MARKS, address_in, filled_publication

P = Permission


class Reach(Enum):
    """What a page is about."""

    OBJECT = "an object of one publication"
    LIST = "what belongs to the user’s publications"
    ALL = "all publications: only a role for all opens it"


@dataclass(frozen=True)
class Access:
    """Who may open an address, and with which methods."""

    permissions: frozenset[Permission]
    reach: Reach = Reach.OBJECT
    methods: str = "GET POST"


def of(*permissions: Permission, reach: Reach = Reach.OBJECT, methods: str = "GET POST") -> Access:
    return Access(frozenset(permissions), reach, methods)


SHOWN, DONE = "GET", "POST"
STEER = (P.OPERATE, P.SEND)
# Every address of staff. A new one is added here with who may open it; the tests below fail until it is.
EXPECTED = {
    "queue": of(P.CURATE, methods=SHOWN),
    "story-add": of(P.CURATE),
    "paste": of(P.CURATE),
    "gifts": of(P.APPROVE),
    "logos": of(P.APPROVE),
    "story-preview": of(P.CURATE, methods=DONE),
    "read-pasted": of(P.PITCH, reach=Reach.LIST, methods=DONE),
    "draft-add": of(P.CURATE, methods=DONE),
    "draft": of(P.CURATE, methods=SHOWN),
    "draft-queue": of(P.CURATE, methods=DONE),
    "draft-discard": of(P.CURATE, methods=DONE),
    "draft-retry": of(P.CURATE, methods=DONE),
    "correction-forget": of(P.CURATE, methods=DONE),
    "suggestions": of(P.CURATE, methods=SHOWN),
    "suggestion-queue": of(P.CURATE, methods=DONE),
    "suggestion-dismiss": of(P.CURATE, methods=DONE),
    "story": of(P.CURATE),
    "story-correct": of(P.APPROVE),
    "correction-preview": of(P.APPROVE, methods=DONE),
    "story-correction-withdraw": of(P.APPROVE, methods=DONE),
    "story-correction-line": of(P.APPROVE, methods=DONE),
    "comments": of(P.CURATE, reach=Reach.LIST, methods=SHOWN),
    "story-comments": of(P.CURATE),
    "edition-comments": of(P.CURATE),
    "thread-answer": of(P.CURATE, methods=DONE),
    "thread-resolve": of(P.CURATE, methods=DONE),
    "thread-reopen": of(P.CURATE, methods=DONE),
    "thread-claim": of(P.CURATE, methods=DONE),
    "thread-release": of(P.CURATE, methods=DONE),
    "comment-edit": of(P.CURATE, methods=DONE),
    "comment-delete": of(P.CURATE, methods=DONE),
    "snippet-list": of(P.CURATE, methods=SHOWN),
    "snippet-add": of(P.APPROVE),
    "snippet-preview": of(P.APPROVE, methods=DONE),
    "snippet": of(P.APPROVE),
    "snippet-retire": of(P.APPROVE, methods=DONE),
    "snippet-activate": of(P.APPROVE, methods=DONE),
    "edition-calendar": of(P.CURATE, methods=SHOWN),
    "story-picture": of(P.PITCH, methods=SHOWN),
    "story-move": of(P.CURATE, methods=DONE),
    "story-drop": of(P.CURATE, methods=DONE),
    "story-restore": of(P.CURATE, methods=DONE),
    "story-claim": of(P.CURATE, methods=DONE),
    "story-release": of(P.CURATE, methods=DONE),
    "edition-panel": of(P.CURATE, methods=SHOWN),
    "edition-place": of(P.CURATE, methods=DONE),
    "edition-kind": of(P.CURATE, methods=DONE),
    "edition-take-out": of(P.CURATE, methods=DONE),
    "edition-story": of(P.CURATE),
    "edition-story-email": of(P.CURATE, methods=DONE),
    "undo": of(P.PITCH, reach=Reach.LIST),
    "pitches": of(P.PITCH, reach=Reach.LIST, methods=SHOWN),
    "pitch-list": of(P.PITCH, methods=SHOWN),
    "pitch-add": of(P.PITCH),
    "pitch": of(P.PITCH),
    "pitch-withdraw": of(P.PITCH, methods=DONE),
    "pitch-accept": of(P.CURATE, methods=DONE),
    "pitch-decline": of(P.CURATE, methods=DONE),
    "editions": of(P.CURATE, reach=Reach.LIST, methods=SHOWN),
    "edition-list": of(P.CURATE, methods=SHOWN),
    "edition-extra": of(P.APPROVE, methods=DONE),
    "template": of(P.APPROVE),
    "template-preview": of(P.APPROVE),
    "template-remove": of(P.APPROVE, methods=DONE),
    "template-version": of(P.APPROVE, methods=DONE),
    "edition": of(P.CURATE, methods=SHOWN),
    "letter": of(P.CURATE, methods=SHOWN),
    "edition-texts": of(P.CURATE),
    "edition-texts-inbox": of(P.CURATE, methods=DONE),
    "edition-texts-email": of(P.CURATE, methods=DONE),
    "edition-readers": of(P.CURATE),
    "edition-snippet": of(P.CURATE, methods=DONE),
    "edition-test": of(P.CURATE),
    "edition-stop": of(P.SEND),
    "submit": of(P.CURATE, methods=DONE),
    "approve": of(P.APPROVE, methods=DONE),
    "hold": of(P.APPROVE, methods=DONE),
    "release": of(P.APPROVE, methods=DONE),
    "cancel": of(P.APPROVE, methods=DONE),
    "assemble": of(P.APPROVE, methods=DONE),
    "reopen": of(P.APPROVE, methods=DONE),
    "reschedule": of(P.SEND, methods=DONE),
    "new-time": of(P.SEND, methods=SHOWN),
    "send": of(P.SEND, methods=SHOWN),
    "send-now": of(P.SEND, methods=DONE),
    "appeals": of(P.CURATE, reach=Reach.LIST, methods=SHOWN),
    "appeal-list": of(P.CURATE, methods=SHOWN),
    "appeal-add": of(P.APPROVE),
    "appeal-preview": of(P.APPROVE, methods=DONE),
    "appeal": of(P.APPROVE),
    "appeal-retire": of(P.APPROVE, methods=DONE),
    "appeal-activate": of(P.APPROVE, methods=DONE),
    "publications": of(P.CONFIGURE, reach=Reach.LIST, methods=SHOWN),
    "publication": of(P.CONFIGURE),
    "publication-add": of(P.CONFIGURE, reach=Reach.ALL),
    "publication-dates": of(P.CONFIGURE, reach=Reach.LIST, methods=DONE),
    "feeds": of(P.CONFIGURE, methods=SHOWN),
    "feed-add": of(P.CONFIGURE),
    "feed": of(P.CONFIGURE),
    "feed-read": of(P.CONFIGURE, methods=DONE),
    "feed-remove": of(P.CONFIGURE, methods=DONE),
    "webhooks": of(P.CONFIGURE, reach=Reach.ALL),
    "publication-webhooks": of(P.CONFIGURE),
    "webhook": of(P.CONFIGURE),
    "webhook-act": of(P.CONFIGURE, methods=DONE),
    "audit-log": of(P.CONFIGURE, reach=Reach.LIST, methods=SHOWN),
    "users": of(P.CONFIGURE, reach=Reach.ALL, methods=SHOWN),
    "user-invite": of(P.CONFIGURE, reach=Reach.ALL),
    "user": of(P.CONFIGURE, reach=Reach.ALL),
    "user-change": of(P.CONFIGURE, reach=Reach.ALL, methods=DONE),
    "invitation-change": of(P.CONFIGURE, reach=Reach.ALL, methods=DONE),
    "user-roles": of(P.CONFIGURE, reach=Reach.ALL),
    "ops": of(P.OPERATE, reach=Reach.LIST, methods=SHOWN),
    "failures": of(P.OPERATE, reach=Reach.ALL),
    "deliverability": of(P.OPERATE, reach=Reach.ALL, methods=SHOWN),
    "domain-look-up": of(P.OPERATE, reach=Reach.ALL, methods=DONE),
    "given-up": of(P.OPERATE, reach=Reach.ALL, methods=SHOWN),
    "given-up-kind": of(P.OPERATE, reach=Reach.ALL),
    "given-up-row": of(P.OPERATE, reach=Reach.ALL),
    "failure": of(P.OPERATE, reach=Reach.ALL, methods=SHOWN),
    "sending-pause": of(*STEER, reach=Reach.LIST),
    "sending-resume": of(*STEER),
    "dispatch-pause": of(*STEER, methods=DONE),
    "dispatch-resume": of(*STEER, methods=DONE),
    "dispatch-stop": of(*STEER),
    "missing": of(P.OPERATE, methods=SHOWN),
    "missing-file": of(P.OPERATE, methods=SHOWN),
    "dispatch-leave-out": of(P.OPERATE, methods=DONE),
    "retry": of(P.OPERATE, methods=DONE),
    "settle": of(P.OPERATE),
    "readers": of(P.AUDIENCE, reach=Reach.LIST),
    "reader": of(P.AUDIENCE, methods=SHOWN),
    "segments": of(P.AUDIENCE, methods=SHOWN),
    "segment-add": of(P.AUDIENCE),
    "segment": of(P.AUDIENCE),
    "segment-remove": of(P.AUDIENCE, methods=DONE),
    "suppressions": of(P.AUDIENCE, reach=Reach.LIST),
    "readers-export": of(P.AUDIENCE, methods=SHOWN),
    "consent-export": of(P.AUDIENCE, methods=SHOWN),
    "reader-imports": of(P.AUDIENCE, reach=Reach.LIST),
    "reader-import": of(P.AUDIENCE),
    "reader-import-rows": of(P.AUDIENCE, methods=SHOWN),
}
# Every signed-in person opens these, whatever their role.
SIGNED_IN = {
    "desk",
    "palette",
    "letter-keys",
    "unsaved-keep",
    "unsaved-discard",
    "password",
    "account",
    "sessions",
    "tokens",
    "token-new",
    "confirm-identity",
    "notices",
    "notice",
    "notice-choices",
}
SIGNED_IN |= {"mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_add_webauthn", "mfa_remove_webauthn"}
SIGNED_IN |= {"mfa_view_recovery_codes", "mfa_generate_recovery_codes"}
# Anybody opens these: they check a token, a key or a password themselves, or are public.
PUBLIC: set[str | None] = {"login", "account_login", "logout", "mfa_authenticate", "passkey-sign-in"}
PUBLIC |= {"password-forgotten", "password-asked", "password-reset", "invitation"}
PUBLIC |= {"unsubscribe", "preferences", "join", "confirm", "own-data", "web-version", "picture", "brand"}
PUBLIC |= {"archive", "archive-edition", "archive-feed", "archive-json", "archive-sitemap"}
PUBLIC |= {"healthz", "readyz", "metrics", "webhook-sendgrid", None}  # None: the icon
PUBLIC |= {pattern.name for pattern in API}  # they know no sessions: tests/api/v1/test_callers.py
STAFF = [pattern for pattern in urlpatterns if isinstance(pattern, URLPattern) and pattern.name in EXPECTED]
POSTED = {name for name, access in EXPECTED.items() if access.methods == DONE}

Ids = dict[str, dict[str, int]]


@pytest.fixture
def ids(db: None) -> Ids:
    return {slug: filled_publication(slug) for slug in MARKS}


def person_with(role: Role, slug: str = "") -> User:
    """Somebody with a role for all publications, or for one only."""
    person = make.person(role, f"{role.label}-{slug or 'all'}")
    if slug:
        User.objects.filter(pk=person.pk).update(role="")
        grant_publication_role(person, Publication.objects.get(slug=slug), role=role, by=None, now=clock.now())
    return User.objects.get(pk=person.pk)


def asked(client: Client, method: str, address: str) -> tuple[int, str, str]:
    """Return status, text with the messages for the next page, and target of the answer; undo whatever it changed."""
    with transaction.atomic():
        answer: Any = client.get(address) if method == "GET" else client.post(address)
        content = (
            b"".join(answer.streaming_content) if answer.streaming else answer.content
        )  # to the end, as it is a file
        transaction.set_rollback(True)
    messages = " ".join(str(message) for message in get_messages(answer.wsgi_request))
    return answer.status_code, f"{content.decode(errors='replace')} {messages}", answer.get("Location", "")


def expected(access: Access, role: Role, *, for_all: bool, is_own: bool) -> str:
    if not access.permissions & ALLOWED[role]:
        return "403"
    if for_all:
        return "opened"
    if access.reach is Reach.ALL:
        return "403"
    return "opened" if is_own or access.reach is Reach.LIST else "404"


def outcome(status: int) -> str:
    return str(status) if status in (403, 404, 405, 500) else "opened"


def every(method: str) -> Iterator[tuple[URLPattern, Access]]:
    for pattern in STAFF:
        access = EXPECTED[str(pattern.name)]
        if method in access.methods:
            yield pattern, access


def test_every_address_has_an_expected_answer() -> None:
    names = {getattr(pattern, "name", "a resolver") for pattern in urlpatterns}
    assert names - SIGNED_IN - PUBLIC == set(EXPECTED)


def test_pages_of_staff_find_objects_among_those_of_the_user_only() -> None:
    """`permitted_or_404` does, `get_object_or_404` does not: only for what belongs to no publication, or is checked."""
    calls = {
        path.name
        for folder in ("desk", "ops", "audience", "shared")
        for path in (ROOT / "newsletter" / "web" / folder).rglob("*.py")
        if "get_object_or_404(" in path.read_text(encoding="utf-8")
    }
    assert calls == {"permitted_objects.py", "failures_page.py", "sending_pauses.py", "reader_lookup.py"}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("held", ["for all", "morning"])
def test_a_role_opens_what_it_may_and_nothing_else(held: str, method: str, ids: Ids) -> None:
    for_all, wrong = held == "for all", []
    for role in Role:
        person = person_with(role, "" if for_all else held)
        client = signed_in(person)
        for pattern, access in every(method):
            for slug in ("morning",) if for_all else MARKS:
                status, text, _ = asked(client, method, address_in(pattern, slug, ids[slug], person))
                wanted = expected(access, role, for_all=for_all, is_own=slug == "morning")
                what = f"{role.label}: {method} {pattern.name} of {slug}"
                if (got := outcome(status)) != wanted:
                    wrong.append(f"{what}: {got} instead of {wanted}")
                elif "does not permit this" in text:
                    wrong.append(f"{what}: the page permits what the act refuses")
                elif not for_all and MARKS["evening"] in text:
                    wrong.append(f"{what} names something of the other publication")
    assert not wrong, "\n".join(wrong)


def test_a_visitor_opens_none_of_it(client: Client, ids: Ids) -> None:
    nobody = make.cora()
    for method in ("GET", "POST"):
        for pattern, _ in every(method):
            status, _, target = asked(client, method, address_in(pattern, "morning", ids["morning"], nobody))
            assert (status, target[:9]) == (302, "/sign-in/"), f"{method} {pattern.name}"


def test_somebody_without_any_role_opens_none_of_it(ids: Ids) -> None:
    person = User.objects.create_user("rosa@example.org", name="Rosa", role="")
    client = signed_in(person)
    assert "You have no role yet" in words(client.get("/"))
    for method in ("GET", "POST"):
        for pattern, _ in every(method):
            status, _, _ = asked(client, method, address_in(pattern, "morning", ids["morning"], person))
            assert status == 403, f"{method} {pattern.name}"


def test_an_address_answers_only_to_its_methods(ids: Ids) -> None:
    person = person_with(Role.ADMIN)
    client = signed_in(person)
    for pattern in STAFF:
        for method in {"GET", "POST"} - set(EXPECTED[str(pattern.name)].methods.split()):
            status, _, _ = asked(client, method, address_in(pattern, "morning", ids["morning"], person))
            assert status == 405, f"{method} {pattern.name}"
            if method == "GET":
                assert client.head(address_in(pattern, "morning", ids["morning"], person)).status_code == 405


def test_what_changes_something_needs_the_proof_of_origin(ids: Ids) -> None:
    person = person_with(Role.ADMIN)
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    for pattern, _ in every("POST"):
        assert client.post(address_in(pattern, "morning", ids["morning"], person)).status_code == 403, pattern.name


def test_a_visitor_opens_no_page_of_an_account(client: Client, db: None) -> None:
    own = [one for one in urlpatterns if isinstance(one, URLPattern) and one.name in SIGNED_IN]
    for pattern in own:
        path = "/" + str(pattern.pattern).replace("<int:pk>", "1").replace("<int:notice_id>", "1")
        for method in ("GET", "POST"):
            status, _, target = asked(client, method, path)
            assert status == 405 or (status, target[:9]) == (302, "/sign-in/"), f"{method} {pattern.name}"


def test_a_refusal_is_one_line_in_the_log(cora: Client, caplog: pytest.LogCaptureFixture) -> None:
    cora.get("/ops/")
    (line,) = [record for record in caplog.records if "Forbidden" in record.getMessage()]
    assert line.exc_info is None


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
