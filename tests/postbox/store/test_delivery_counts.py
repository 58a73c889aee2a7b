"""The witness: who was accepted how often, in all and for each value of a custom argument."""

from pathlib import Path

import pytest

from newsletter.postbox.postbox import Postbox
from tests.postbox.asking import ask, person, send


def test_an_empty_postbox_counts_nothing(postbox: Postbox) -> None:
    counts = postbox.counts()
    assert (counts["accepted"], counts["addresses"], counts["accepted_twice"], counts["twice"]) == (0, 0, 0, [])
    assert counts["calls"] == {"all": 0, "accepted": 0, "answers": {}}


def test_an_address_accepted_twice_is_named_whatever_its_case(postbox: Postbox) -> None:
    send(postbox, "rita@example.org", "amir@example.org")
    send(postbox, "Rita@Example.org")
    counts = postbox.counts()
    assert (counts["accepted"], counts["addresses"], counts["accepted_twice"]) == (3, 2, 1)
    assert counts["twice"] == [{"address": "rita@example.org", "copies": 2, "arriving": 2}]


def test_copies_in_cc_and_bcc_are_copies(postbox: Postbox) -> None:
    copies = {"cc": [{"email": "cora@example.org"}], "bcc": [{"email": "eddie@example.org"}]}
    send(postbox, personalizations=[person("rita@example.org", **copies)])
    assert (postbox.counts()["accepted"], [one["kind"] for one in postbox.letters()]) == (3, ["to", "cc", "bcc"])


def test_two_dispatches_to_the_same_reader_are_no_double(postbox: Postbox) -> None:
    send(postbox, custom_args={"dispatch": "1"})
    send(postbox, custom_args={"dispatch": "2"})
    values = postbox.counts(by="dispatch")["values"]
    assert {value: (sums["accepted"], sums["accepted_twice"]) for value, sums in values.items()} == {
        "1": (1, 0),
        "2": (1, 0),
    }


def test_a_double_within_a_dispatch_is_found(postbox: Postbox) -> None:
    send(postbox, "rita@example.org", "amir@example.org", custom_args={"dispatch": "1"})
    send(postbox, "rita@example.org", custom_args={"dispatch": "1"})
    send(postbox, "amir@example.org", custom_args={"dispatch": "2"})
    send(postbox, "noa@example.org")
    values = postbox.counts(by="dispatch")["values"]
    assert {value: sums["accepted_twice"] for value, sums in values.items()} == {"1": 1, "2": 0, "": 0}
    assert list(postbox.counts(by="dispatch", value="2")["values"]) == ["2"]


def test_an_argument_of_the_personalization_wins(postbox: Postbox) -> None:
    people = [person("a@example.org", custom_args={"batch": "2"}), person("b@example.org")]
    send(postbox, personalizations=people, custom_args={"batch": "1"})
    values = postbox.counts(by="batch")["values"]
    assert {value: sums["accepted"] for value, sums in values.items()} == {"1": 1, "2": 1}


def test_answers_are_counted_too(postbox: Postbox) -> None:
    postbox.order(do="drop", accept=True, after=2)
    send(postbox)
    send(postbox, "nobody")
    with pytest.raises(ConnectionError):
        send(postbox)
    assert postbox.counts()["calls"] == {"all": 3, "accepted": 2, "answers": {"202": 1, "400": 1, "drop": 1}}


def test_counts_are_told_over_http_with_lists_as_long_as_wanted(postbox: Postbox) -> None:
    for _ in range(2):
        send(postbox, *(f"r{n}@example.org" for n in range(5)), custom_args={"dispatch": "1"})
    counts = ask(postbox, "GET", "/postbox/counts?limit=2").json
    assert (counts["accepted_twice"], len(counts["twice"])) == (5, 2)
    by = ask(postbox, "GET", "/postbox/counts?by=dispatch&value=1").json
    assert by["values"]["1"]["accepted_twice"] == 5
    assert ask(postbox, "GET", "/postbox/counts?limit=0").status == 400
    assert ask(postbox, "GET", "/postbox/counts?by=a%22b").status == 400


def test_what_is_counted_outlives_the_letters_that_were_dropped_for_space(tmp_path: Path) -> None:
    with Postbox(tmp_path / "postbox.sqlite3", limit=2_000) as postbox:
        for number in range(30):
            assert send(postbox, f"r{number % 20}@example.org", subject=f"Letter {number}").status == 202
        letters = postbox.letters()
        counts = postbox.counts()
    assert (counts["accepted"], counts["addresses"], counts["accepted_twice"]) == (30, 20, 10)
    kept = [one["subject"] is not None for one in letters]
    assert len(letters) == 30
    assert 0 < sum(kept) < 30
    assert kept == sorted(kept)  # the oldest went first


def test_deleting_the_letters_begins_anew_but_never_gives_a_number_twice(postbox: Postbox) -> None:
    send(postbox)
    assert ask(postbox, "DELETE", "/postbox/letters").status == 204
    assert (postbox.counts()["accepted"], postbox.calls()) == (0, [])
    send(postbox)
    assert [call["id"] for call in postbox.calls()] == [2]
