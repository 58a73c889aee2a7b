"""Readers through the API: found and listed, added with evidence, unsubscribed, and signed up by confirmation."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.accounts.models import Role
from newsletter.api_tokens.models import ApiReply
from newsletter.audience import sign_up_report, subscription_confirmation, subscriptions, suppressions
from newsletter.audience.models import Confirmation, ConsentEvent, ConsentMethod, Subscriber, Subscription, Suppression
from newsletter.audit.models import Record
from newsletter.insights.erase_reader import erase
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.api.v1.conftest import Program, program_of
from tests.support import factories as make

CONSENT = {"source": "membership form", "given_at": "2026-11-01T09:30:00+01:00", "wording": "Yes, write to me."}
ADA = {"email": " Ada@Readers.EXAMPLE ", "first_name": "Ada", "time_zone": "europe/berlin", "consent": CONSENT}
JOIN = {
    "email": "ada@readers.example",
    "wording": "I want the letter.",
    "form": "https://post.example.org/join",
    "visitor_address": "198.51.100.77",
}


def test_a_reader_is_added_with_the_evidence_of_an_import(program: Program, publication: Publication) -> None:
    answer = program("POST", "subscribers", ADA)
    assert (answer.status, answer.json["outcome"]) == (201, "added")
    subscription = Subscription.objects.select_related("subscriber").get()
    assert (subscription.status, subscription.consent_source) == ("active", "membership form")
    assert (subscription.subscriber.email, subscription.subscriber.time_zone) == (
        "ada@readers.example",
        "Europe/Berlin",
    )
    event = ConsentEvent.objects.select_related("wording").get()
    assert (event.act, event.method, event.basis, event.form) == ("given", "api", "stated", "membership form")
    assert event.actor == f"API token program 1 ({program.text[:10]}…)"
    assert event.wording is not None
    assert event.wording.text == "Yes, write to me."
    assert f"{event.at:%Y-%m-%d %H:%M}" == "2026-11-01 08:30"
    record = Record.objects.get(act="reader-added")
    assert "@" not in str(record.details)
    shown = program("GET", f"subscribers/{answer.json['id']}/consents").json["items"]
    assert [(one["act"], one["method"], one["wording"]["text"]) for one in shown] == [
        ("given", "api", "Yes, write to me.")
    ]


def test_a_program_whose_clock_is_a_little_ahead_may_say_that_consent_was_given_just_now(program: Program) -> None:
    ahead = (clock.now() + timedelta(minutes=2)).isoformat()
    assert program("POST", "subscribers", ADA | {"consent": CONSENT | {"given_at": ahead}}).status == 201
    given = Subscription.objects.get().consent_at
    assert given is not None
    assert given <= clock.now()


def test_a_known_reader_keeps_their_values_and_missing_ones_are_filled_in(
    program: Program, publication: Publication
) -> None:
    reader = make.reader(publication, email="ada@readers.example", first_name="Adele")
    assert program("POST", "subscribers", ADA).json == {"id": reader.pk, "outcome": "updated"}
    assert program("POST", "subscribers", ADA).json["outcome"] == "known"
    reader.refresh_from_db()
    assert (reader.first_name, reader.time_zone) == ("Adele", "Europe/Berlin")
    assert not ConsentEvent.objects.exists()


def test_nobody_who_left_or_must_not_be_mailed_is_added(program: Program, publication: Publication) -> None:
    left = make.reader(publication, email="ada@readers.example", first_name="")
    subscriptions.unsubscribe(subscriber_id=left.pk, publication_id=publication.pk, by="page", now=clock.now())
    waiting = make.reader(publication, email="ben@readers.example", status="pending", first_name="")
    suppressions.suppress("cem@readers.example", reason="complaint")
    for address in ("ada", "ben", "cem"):
        answer = program("POST", "subscribers", ADA | {"email": f"{address}@readers.example"})
        assert (answer.status, answer.kind) == (409, "conflict"), address
    assert Suppression.objects.filter(email="cem@readers.example").exists()
    assert not Subscriber.objects.filter(email="cem@readers.example").exists()
    for person, status in ((left, "left"), (waiting, "pending")):
        person.refresh_from_db()
        assert (person.subscriptions.get().status, person.first_name, person.time_zone) == (status, "", "")


def test_an_erased_person_is_not_added_and_nothing_of_a_repeated_request_names_them(
    program: Program, publication: Publication
) -> None:
    program("POST", "subscribers", ADA, Idempotency_Key="k1")
    erase("ada@readers.example")
    assert program("POST", "subscribers", ADA).kind == "conflict"
    kept: Any = ApiReply.objects.get().body
    assert (set(kept), kept["outcome"]) == ({"id", "outcome"}, "added")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "ada"}, "email"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"consent": CONSENT | {"source": " "}}, "consent.source"),
        ({"consent": CONSENT | {"given_at": "2999-01-01T00:00:00Z"}}, "consent.given_at"),
        ({"consent": CONSENT | {"given_at": "2026-01-01T00:00:00"}}, "consent.given_at"),
        ({"consent": {"source": "form"}}, "consent.given_at"),
        ({"first_nmae": "Ada"}, "first_nmae"),
        ({"first_name": "A\0da"}, "first_name"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_a_hint(program: Program, change: Any, field: str) -> None:
    answer = program("POST", "subscribers", ADA | change)
    assert (answer.status, answer.kind, answer.fields) == (422, "invalid", [field])
    assert answer.json["errors"][0]["problem"].endswith(".")
    assert "Readers.EXAMPLE" not in str(answer.json)
    assert not Subscriber.objects.exists()


def test_a_reader_is_found_by_address_in_any_spelling(program: Program, publication: Publication) -> None:
    rita = make.rita(publication)
    suppressions.suppress("rita@readers.example", reason="hard-bounce")
    found = program("POST", "subscribers/find", {"email": " RITA@readers.example"})
    assert (found.json["id"], found.json["status"], found.json["is_suppressed"]) == (rita.pk, "active", True)
    assert program("GET", f"subscribers/{rita.pk}").json == found.json
    assert program("POST", "subscribers/find", {"email": "nobody@readers.example"}).kind == "not-found"
    assert program("POST", "subscribers/find", {"email": "rita"}).fields == ["email"]


def test_a_reader_of_another_publication_does_not_exist(program: Program) -> None:
    stranger = make.reader(make.publication(slug="evening"), email="eve@readers.example")
    assert program("POST", "subscribers/find", {"email": "eve@readers.example"}).kind == "not-found"
    for path in ("subscribers/{}", "subscriptions/{}", "subscribers/{}/consents"):
        assert program("GET", path.format(stranger.pk)).kind == "not-found"


@pytest.mark.parametrize("path", ["subscribers", "subscriptions"])
def test_pages_have_every_reader_once_also_while_readers_come_and_go(
    path: str, program: Program, publication: Publication
) -> None:
    ids = make.readers(publication, 5)
    seen: list[int] = []
    cursor: str | None = ""
    for number in range(3):
        page = program("GET", f"{path}?limit=2&cursor={cursor}").json
        seen += [one.get("id", one.get("subscriber_id")) for one in page["items"]]
        if number == 0:
            Subscription.objects.filter(subscriber=ids[0]).delete()
            ids += make.readers(publication, 1)
        cursor = page["next_cursor"]
    assert (seen, cursor) == (ids, None)
    assert program("GET", f"{path}?status=left").json["items"] == []


@pytest.mark.parametrize("cursor", ["x", "%00", "YWZ0ZXIgLTE", "YWZ0ZXIgOTk5OTk5OTk5OTk5OTk5OTk5OTk5", "ééé"])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str, program: Program) -> None:
    assert program("GET", f"subscribers?cursor={cursor}").fields == ["cursor"]


def test_a_page_takes_the_same_number_of_queries_for_any_number_of_readers(
    program: Program, publication: Publication
) -> None:
    suppressions.suppress("x@y.example", reason="complaint")

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert program("GET", "subscribers?limit=200").status == 200
        return len(queries)

    make.readers(publication, 2)
    few = count()
    make.readers(publication, 100)
    assert count() == few <= 10


def test_a_reader_is_unsubscribed_at_once_and_repeating_it_does_no_harm(
    program: Program, publication: Publication
) -> None:
    rita = make.rita(publication)
    body = {"email": "Rita@readers.example", "note": "asked by phone"}
    answers = [program("POST", "subscriptions/unsubscribe", body).json for _ in range(2)]
    assert answers[0] == answers[1] == program("GET", f"subscriptions/{rita.pk}").json
    assert (answers[0]["status"], answers[0]["unsubscribed_via"]) == ("left", "api")
    event = ConsentEvent.objects.get()
    assert (event.act, event.method) == ("withdrawn", "api")
    assert event.actor.startswith("API token")
    assert Record.objects.get(act="suppression-added").details["note"] == "asked by phone"


def test_an_unknown_address_that_unsubscribes_is_not_added_by_a_later_request(program: Program) -> None:
    assert program("POST", "subscriptions/unsubscribe", {"email": "ada@readers.example"}).json["status"] == "left"
    assert program("POST", "subscribers", ADA).kind == "conflict"


def test_who_signs_up_on_the_newsrooms_site_confirms_by_email(program: Program, publication: Publication) -> None:
    answer = program("POST", "sign-ups", JOIN)
    assert answer.status == 202
    order = Confirmation.objects.select_related("subscription", "wording").get()
    assert (order.subscription.status, order.form) == ("pending", "https://post.example.org/join")
    event = ConsentEvent.objects.get()
    assert (event.act, event.method, event.network, event.actor) == (
        "requested",
        "site-form",
        "198.51.100.0/24",
        "reader",
    )
    request = subscription_confirmation.parse_token(subscription_confirmation.create_token(order))
    subscription_confirmation.confirm(request, now=clock.now(), method=ConsentMethod.CONFIRM_BUTTON)
    given = ConsentEvent.objects.select_related("wording").get(act="given")
    assert given.wording is not None
    assert (given.wording.text, given.form) == ("I want the letter.", "https://post.example.org/join")
    report = sign_up_report.sign_up_report(publication, now=clock.now() + timedelta(seconds=1))
    assert (report.asked, report.button) == (1, 1)


def test_a_sign_up_tells_nobody_who_is_subscribed_or_suppressed(program: Program, publication: Publication) -> None:
    make.reader(publication, email="ben@readers.example")
    suppressions.suppress("cem@readers.example", reason="complaint")
    answers = {
        (answer.status, str(answer.json))
        for name in ("ada", "ben", "cem", "ada")
        for answer in [program("POST", "sign-ups", JOIN | {"email": f"{name}@readers.example"})]
    }
    assert len(answers) == 1
    assert Suppression.objects.count() == 1
    assert Confirmation.objects.count() == 2  # the subscribed one is told so


def test_sign_ups_have_the_limits_of_the_sign_up_page(program: Program, settings: Any) -> None:
    settings.SIGN_UPS_PER_MINUTE = 2
    answers = [program("POST", "sign-ups", JOIN | {"email": f"a{n}@readers.example"}) for n in range(3)]
    assert [answer.status for answer in answers] == [202, 202, 429]
    assert answers[2].fields == ["visitor_address"]
    other = program("POST", "sign-ups", JOIN | {"visitor_address": "2001:db8::7"})
    assert other.status == 202
    mapped = program("POST", "sign-ups", JOIN | {"visitor_address": f"::ffff:{JOIN['visitor_address']}"})
    assert mapped.status == 429


def test_a_likely_slip_is_asked_about_and_no_address_is_repeated(program: Program) -> None:
    slip = JOIN | {"email": "ada@gmial.com"}
    answer = program("POST", "sign-ups", slip)
    assert (answer.status, answer.fields) == (422, ["email"])
    assert "gmail.com" in answer.json["errors"][0]["hint"]
    assert "ada@" not in str(answer.json)
    assert program("POST", "sign-ups", slip | {"as_typed": True}).status == 202


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "x"}, "email"),
        ({"wording": ""}, "wording"),
        ({"wording": " \n"}, "wording"),
        ({"form": " "}, "form"),
        ({"visitor_address": "home"}, "visitor_address"),
    ],
)
def test_a_sign_up_that_cannot_be_used_names_its_field(program: Program, change: Any, field: str) -> None:
    assert program("POST", "sign-ups", JOIN | change).fields == [field]


def test_nobody_signs_up_where_sign_up_is_closed(program: Program, publication: Publication) -> None:
    publication.sign_up_open = False
    publication.save()
    assert program("POST", "sign-ups", JOIN).kind == "conflict"


def test_a_token_of_a_curator_reaches_no_reader(publication: Publication) -> None:
    rita = make.rita(publication)
    program = program_of(make.person(Role.CURATOR, "Cora"), publication)
    for method, path, body in [
        ("GET", "subscribers", None),
        ("GET", f"subscribers/{rita.pk}", None),
        ("POST", "subscribers", ADA),
        ("POST", "sign-ups", JOIN),
        ("POST", "subscriptions/unsubscribe", {"email": "rita@readers.example"}),
    ]:
        assert program(method, path, body).status == 403
    assert Subscription.objects.get().status == "active"
