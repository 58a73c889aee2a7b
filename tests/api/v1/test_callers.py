"""Whom the API answers: tokens, their scopes and publications, the roles of their owners, and limits."""

import io
from typing import Any

import pytest
from django.test import Client

from newsletter.accounts import manage_users
from newsletter.accounts.models import Role, User
from newsletter.api.v1.api import api
from newsletter.api.v1.document import METHODS
from newsletter.api.v1.scoped import SCOPE
from newsletter.api_tokens.scopes import ApiScope
from newsletter.audit.models import Record
from newsletter.lib import clock
from newsletter.ops.models import Failure
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import grant_publication_role, revoke_publication_role
from tests.api.v1.conftest import ORIGIN, ROOT, Answer, Program, program_of
from tests.support import factories as make
from tests.web.conftest import signed_in

STORY = {"headline": "Rain at last", "url": "https://post.example.org/rain", "body": "It rains."}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Every operation of the document: method, path with numbers filled in, what is said about it."""
    found = []
    for path, described in api.document()["paths"].items():
        for method in METHODS:
            if method in described:
                numbered = path.replace("{slug}", "morning")
                for name in ("subscriber_id", "segment_id", "story_id", "edition_id"):
                    numbered = numbered.replace(f"{{{name}}}", "999")
                found.append((method.upper(), numbered, described[method]))
    return found


@pytest.mark.parametrize("sent", [{}, {"Authorization": "Bearer nlt_unknown"}, {"Authorization": "Basic x"}])
def test_nobody_is_answered_without_a_valid_token(sent: dict[str, str], publication: Publication) -> None:
    for method, path, _ in operations():
        answer = Program("", "morning")(method, path, {}, **sent)
        assert (answer.status, answer.kind) == (401, "no-token"), path
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_signed_in_browser_cannot_use_it(publication: Publication) -> None:
    browser = signed_in(make.eddie())
    assert browser.get(f"{ROOT}/publications").status_code == 401
    assert browser.post(f"{ROOT}/publications/morning/stories", STORY, "application/json").status_code == 401


def test_every_operation_needs_the_scope_that_its_document_names_and_no_other(publication: Publication) -> None:
    admin = make.person(Role.ADMIN, "Ada")
    programs = {scope: program_of(admin, publication, scope) for scope in ApiScope}
    others = {scope: program_of(admin, publication, *(one for one in ApiScope if one != scope)) for scope in ApiScope}
    scoped = 0
    for method, path, described in operations():
        scope = described.get(SCOPE)
        if scope is None:
            assert path == "/publications"
            continue
        scoped += 1
        assert others[ApiScope(scope)](method, path, _smallest(path)).kind == "no-scope", path
        answer = programs[ApiScope(scope)](method, path, _smallest(path))
        assert answer.status != 403, f"{method} {path}: {answer.json}"
    assert scoped == len(operations()) - 1


def _smallest(path: str) -> dict[str, Any]:
    """A body that is valid, so that the scope is reached."""
    consent = {"source": "form", "given_at": "2026-11-01T00:00:00Z"}
    bodies: dict[str, dict[str, Any]] = {
        "subscribers": {"email": "ada@readers.example", "consent": consent},
        "find": {"email": "ada@readers.example"},
        "unsubscribe": {"email": "ada@readers.example"},
        "sign-ups": {
            "email": "ada@readers.example",
            "wording": "Yes",
            "form": "https://post.example.org/",
            "visitor_address": "203.0.113.50",
        },
        "segments": {"name": "New", "definition": {}},
        "stories": STORY,
        "move": {"to": 1},
        "readers": {"send_to": None, "leave_out": None},
        "hold": {"reason": "wait"},
    }
    last = path.rpartition("/")[2]
    if last == "999":
        return {"version": 1} if "editions" not in path else {}
    return bodies.get(last, {})


def test_a_token_is_for_its_publications_only(publication: Publication) -> None:
    evening = make.publication(slug="evening")
    program = program_of(make.eddie(), publication, publications=[publication])
    assert [one["slug"] for one in program("GET", "/publications").json["items"]] == ["morning"]
    assert program("GET", "stories").status == 200
    assert program("GET", f"/publications/{evening.slug}/stories").kind == "not-found"
    assert program_of(make.eddie(), publication)("GET", "/publications/evening/stories").status == 200


def test_a_token_never_permits_more_than_the_role_of_its_owner(publication: Publication) -> None:
    eddie = make.eddie()
    program = program_of(eddie, publication)
    assert program("GET", "subscribers").status == program("GET", "stories").status == 200
    manage_users.change_role(eddie, role=Role.CURATOR, by=None, now=clock.now())
    assert (program("GET", "subscribers").kind, program("GET", "stories").status) == ("not-permitted", 200)
    assert program("GET", "/publications").json["items"][0]["scopes"] == [
        *("stories:read", "stories:write", "editions:read", "editions:write")
    ]
    manage_users.change_role(eddie, role=None, by=None, now=clock.now())
    assert program("GET", "stories").kind == "not-found"
    assert program("GET", "/publications").json["items"] == []


def test_a_role_for_one_publication_permits_only_there(publication: Publication) -> None:
    evening = make.publication(slug="evening")
    rosa = User.objects.create_user("rosa@example.org", name="Rosa", role="")
    grant_publication_role(rosa, publication, role=Role.EDITOR, by=None, now=clock.now())
    program = program_of(rosa, publication)
    assert program("GET", "stories").status == 200
    assert program("GET", "/publications/evening/stories").kind == "not-found"
    grant_publication_role(rosa, evening, role=Role.AUDIENCE, by=None, now=clock.now())
    assert program("GET", "/publications/evening/stories").kind == "not-permitted"
    revoke_publication_role(rosa, publication, by=None, now=clock.now())
    assert program("GET", "stories").kind == "not-found"


def test_a_closed_account_ends_its_tokens_for_good(publication: Publication) -> None:
    eddie = make.eddie()
    program = program_of(eddie, publication)
    manage_users.close_account(eddie, by=None, now=clock.now())
    assert "is closed" in program("GET", "stories").json["detail"]
    manage_users.reopen_account(eddie, by=None, now=clock.now())
    assert "was closed since" in program("GET", "stories").json["detail"]


def test_a_token_waits_for_the_second_factor_that_its_owner_must_have(publication: Publication, settings: Any) -> None:
    program = program_of(make.eddie(), publication)
    settings.REQUIRE_SECOND_FACTOR = ["editor"]
    assert "second factor" in program("GET", "stories").json["detail"]


def test_an_act_names_the_owner_and_the_token_in_the_audit_trail(program: Program) -> None:
    assert program("POST", "stories", STORY).status == 201
    record = Record.objects.get(act="story-added")
    assert (record.who, record.door, record.place) == ("eddie@example.org", "api", ORIGIN)
    assert record.details["token"] == f"program 1 ({program.text[:10]}…)"


def test_answers_say_how_many_requests_are_left_and_refuse_what_is_over(program: Program, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    answers = [program("GET", "/publications") for _ in range(3)]
    if len({answer.headers["RateLimit-Remaining"] for answer in answers}) < 3:  # a minute ended between them
        answers = [program("GET", "/publications") for _ in range(3)]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0"]
    assert {answer.headers["RateLimit-Limit"] for answer in answers} == {"3"}
    refused = program("GET", "/publications")
    assert (refused.status, refused.kind) == (429, "too-many")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Retry-After"] == refused.headers["RateLimit-Reset"]


def test_the_limit_is_of_each_token(publication: Publication, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    one, other = program_of(make.eddie(), publication), program_of(make.eddie(), publication)
    assert [program("GET", "/publications").status for program in (one, other)] == [200, 200]


def test_what_the_api_does_not_have_is_a_problem_too(program: Program) -> None:
    assert (program("GET", "/nowhere").status, program("GET", "/nowhere").kind) == (404, "not-found")
    wrong = program("DELETE", "stories")
    assert (wrong.status, wrong.kind, sorted(wrong.headers["Allow"].split(", "))) == (
        *(405, "method-not-allowed"),
        ["GET", "POST"],
    )
    assert program("POST", "stories", b"{").kind == "invalid-json"
    assert program("POST", "stories", b"[" * 100_000).kind == "invalid-json"
    assert program("POST", "stories", b"\xff").kind == "invalid-json"
    assert program("POST", "stories", b" " * 1_000_000).kind == "invalid-json"
    assert program("POST", "stories", b" " * 1_000_001).kind == "too-large"


def test_what_reaches_no_view_is_a_problem_too(program: Program) -> None:
    def sent(path: str, **more: str) -> tuple[int, str]:
        answer = Answer(program.client.generic("POST", f"{ROOT}{path}", b"", "application/json", **more))  # type: ignore[arg-type]  # WSGI's own
        return answer.status, answer.kind

    assert sent("/publications", HTTP_HOST="elsewhere.example") == (400, "bad-request")
    assert sent("/publications", HTTP_TRANSFER_ENCODING="chunked") == (411, "no-length")
    assert sent("/nowhere", CONTENT_LENGTH="30000000") == (413, "too-large")
    assert sent("/openapi.json") == sent("/") == (405, "method-not-allowed")


def test_a_body_that_breaks_off_is_no_failure_of_ours(program: Program) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("the client has gone")

    headers = {"Authorization": f"Bearer {program.text}"}
    more = {"wsgi.input": Broken(), "CONTENT_LENGTH": "10"}
    path = f"{ROOT}/publications/morning/stories"
    answer = Answer(program.client.generic("POST", path, b"", "application/json", headers=headers, **more))  # type: ignore[arg-type]  # WSGI's own
    assert answer.kind == "bad-request"
    assert not Failure.objects.exists()


def test_an_unexpected_error_is_a_problem_and_is_recorded(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("newsletter.api.v1.stories.story_queue.add", broken)
    answer = program("POST", "stories", STORY)
    assert (answer.status, answer.kind) == (500, "failed")
    assert Failure.objects.get().exception.endswith("RuntimeError")


def test_neither_tokens_nor_addresses_stand_in_logs_or_urls(program: Program, caplog: pytest.LogCaptureFixture) -> None:
    program("POST", "subscribers/find", {"email": "ada@readers.example"})
    program("GET", "/nowhere")
    assert program.text not in caplog.text
    assert "ada@readers" not in caplog.text
    for _, path, described in operations():
        assert "email" not in path
        assert not any("email" in one["name"] for one in described["parameters"])


def test_the_address_of_a_client_may_be_that_of_any_browser(program: Program) -> None:
    """A token is enough: no cookie, no origin."""
    answer = Client(enforce_csrf_checks=True).post(
        f"{ROOT}/publications/morning/stories",
        STORY,
        "application/json",
        headers={"Authorization": f"bearer {program.text}", "Origin": "https://elsewhere.example"},
    )
    assert answer.status_code == 201
