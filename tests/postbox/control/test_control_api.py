"""The control paths: what can be asked, and who may not ask it."""

from typing import Any

import pytest

from newsletter.postbox.postbox import Postbox
from tests.postbox.asking import KEY, SEND, ask, letter, person, send


def listed(postbox: Postbox, query: str) -> list[dict[str, Any]]:
    found = ask(postbox, "GET", f"/postbox/letters?{query}").json["letters"]
    return list(found)


def test_letters_are_listed_in_the_order_of_their_arrival_page_by_page(postbox: Postbox) -> None:
    send(postbox, *(f"a{n}@example.org" for n in range(3)))
    send(postbox, "b@example.org")
    first = ask(postbox, "GET", "/postbox/letters?limit=2").json
    second = ask(postbox, "GET", f"/postbox/letters?limit=2&after={first['next']}").json
    third = ask(postbox, "GET", f"/postbox/letters?limit=2&after={second['next']}").json
    found = [one["address"] for one in first["letters"] + second["letters"]]
    assert found == ["a0@example.org", "a1@example.org", "a2@example.org", "b@example.org"]
    assert third == {"letters": [], "next": None}


def test_letters_can_be_asked_for_in_several_ways(postbox: Postbox) -> None:
    people = [person("rita@example.org", custom_args={"who": "1"}), person("amir@example.org")]
    first = send(postbox, personalizations=people, custom_args={"dispatch": "7"}).headers["X-Message-Id"]
    send(postbox, "Rita@example.org", subject="Another")
    assert [one["call"] for one in listed(postbox, "address=RITA@example.org")] == [1, 2]
    assert [one["address"] for one in listed(postbox, f"message_id={first}")] == [
        "rita@example.org",
        "amir@example.org",
    ]
    assert [one["address"] for one in listed(postbox, "arg=dispatch:7&search=amir")] == ["amir@example.org"]
    assert [one["id"] for one in listed(postbox, "arg=who:1")] == ["1.0"]
    assert [one["id"] for one in listed(postbox, "call=2")] == ["2.0"]
    assert listed(postbox, "arg=dispatch:8") == []


def test_a_letter_in_full_has_what_the_reader_sees(postbox: Postbox) -> None:
    send(postbox, headers={"List-Id": "<example.org>"})
    (light,), (full,) = listed(postbox, ""), listed(postbox, "full=1")
    assert "html" not in light
    assert (full["subject"], full["html"]) == ("Hello", "<p>Good morning")
    assert full["headers"]["List-Id"] == "<example.org>"
    assert postbox.letters() == [full]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "after=x", "after=1", "arg=a%22b:1", "call=-1"])
def test_a_question_that_makes_no_sense_is_refused_in_words(postbox: Postbox, query: str) -> None:
    answer = ask(postbox, "GET", f"/postbox/letters?{query}")
    assert answer.status == 400
    assert answer.json["error"].endswith(".")


def test_calls_are_listed_in_the_order_of_their_arrival(postbox: Postbox) -> None:
    send(postbox, custom_args={"dispatch": "7"})
    send(postbox, "nobody")
    first, second = ask(postbox, "GET", "/postbox/calls").json["calls"]
    assert (first["id"], first["answer"], first["accepted"], first["args"]) == (1, "202", True, {"dispatch": "7"})
    assert (second["answer"], second["notes"][0]["field"]) == ("400", "personalizations.0.to.0.email")
    assert [call["id"] for call in ask(postbox, "GET", "/postbox/calls?after=1").json["calls"]] == [2]


def test_the_pulse_is_the_number_of_the_newest_call(postbox: Postbox) -> None:
    assert ask(postbox, "GET", "/postbox/pulse").json == {"newest": 0}
    send(postbox)
    assert ask(postbox, "GET", "/postbox/pulse").json == {"newest": 1}


@pytest.mark.parametrize("path", ["/", "/calls", "/postbox/counts", "/postbox.css"])
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.5:80", "", "[", "localhost.evil"]
)
def test_nobody_is_answered_who_calls_us_by_another_name(postbox: Postbox, path: str, host: str) -> None:
    assert ask(postbox, "GET", path, headers={"Host": host}).status == 403


def test_the_api_keeps_to_that_too(postbox: Postbox) -> None:
    assert ask(postbox, "POST", SEND, letter(), {**KEY, "Host": "evil.example"}).status == 403
    assert postbox.counts()["accepted"] == 0


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:99", "127.9.9.9", "[::1]:8025"])
def test_every_name_of_this_machine_is_ours(postbox: Postbox, host: str) -> None:
    assert ask(postbox, "GET", "/postbox/counts", headers={"Host": host}).status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1"])
def test_pages_of_other_sites_may_change_nothing(postbox: Postbox, origin: str) -> None:
    send(postbox)
    for method, path in (("DELETE", "/postbox/letters"), ("POST", "/postbox/faults"), ("POST", "/calls/clear-faults")):
        assert ask(postbox, method, path, {"do": "drop"}, {"Origin": origin}).status == 403
    assert postbox.counts()["accepted"] == 1
    assert postbox.context.faults.active() == []


def test_our_own_page_may(postbox: Postbox) -> None:
    postbox.order(do="drop")
    answer = ask(postbox, "POST", "/calls/clear-faults", headers={"Origin": postbox.url})
    assert (answer.status, answer.headers["Location"]) == (303, "/calls")
    assert postbox.context.faults.active() == []
