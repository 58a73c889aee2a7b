"""The bytes of a call, checked against SendGrid's documented rules."""

import importlib.util
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.message import Letter, MergeTag, ScheduledSend, Sender
from newsletter.mail.sendgrid.mail_send_payload import Payload

REFERENCE = Path(__file__).parents[4] / "shared" / "reference" / "sendgrid" / "validate.py"
LETTER = Letter(
    subject=f"Für {MergeTag.FIRST_NAME}: news",
    text=f"Dear {MergeTag.FIRST_NAME}\nhttps://example.org/u/{MergeTag.READER}\n",
    html=f'<p>Dear {MergeTag.FIRST_NAME_HTML}</p><a href="https://example.org/u/{MergeTag.READER}">Leave</a>',
)
SENDER = Sender("The Tidewater Ledger", "news@example.org", "desk@example.org")
IDS = {"nl_dispatch": "1", "nl_batch": "2", "nl_attempt": "3"}


class Person(NamedTuple):
    """A reader and the token of theirs."""

    subscriber: int
    email: str
    first_name: str
    token: str


people = st.builds(
    Person,
    subscriber=st.integers(1, 2**63 - 1),
    email=st.emails(),
    first_name=st.text(min_size=1, max_size=80),
    token=st.from_regex(r"[A-Za-z0-9_-]{43}", fullmatch=True),
)


def payload(letter: Letter = LETTER, **said: Any) -> Payload:
    return Payload(
        letter,
        SENDER,
        fallback_name="reader",
        unsubscribe="https://example.org/u/",
        list_id="The Ledger <ledger.example.org>",
        **said,
    )


WHOLE = payload(
    unsubscribe_mailbox="leave@example.org",
    feedback_id="7:ledger:newsletter:ledgernews",
    message_ids=("7.", "@example.org"),
    click_tracking=True,
)


def made(payload: Payload, *people: Person) -> bytes:
    return payload.body([person[:3] for person in people], [person.token for person in people], ids=IDS)


def body(*people: Person) -> dict[str, Any]:
    return dict(json.loads(made(payload(), *people)))


RITA = Person(7, "rita@example.org", "Rita", "T0KEN")


def test_a_call_carries_the_letter_once_however_many_readers_it_has() -> None:
    call = made(payload(), *[RITA] * 1000)
    assert call.count(b"Dear __nl_first_name__") == 1
    assert len(json.loads(call)["personalizations"]) == 1000


def test_each_reader_has_an_unsubscribe_link_of_their_own_in_the_header() -> None:
    [person] = body(RITA)["personalizations"]
    assert person["headers"]["List-Unsubscribe"] == "<https://example.org/u/T0KEN>"
    assert person["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert person["headers"]["List-Id"] == "The Ledger <ledger.example.org>"


def test_a_mailbox_takes_the_wish_as_well_behind_the_link() -> None:
    [person, other] = json.loads(made(WHOLE, RITA, RITA._replace(subscriber=8, token="0THER")))["personalizations"]
    assert person["headers"]["List-Unsubscribe"] == (
        "<https://example.org/u/T0KEN>, <mailto:leave@example.org?subject=unsubscribe%20T0KEN>"
    )
    assert "0THER" in other["headers"]["List-Unsubscribe"]
    assert "T0KEN" not in json.dumps(other)


def test_a_feedback_id_is_the_same_for_all_readers() -> None:
    people = json.loads(made(WHOLE, RITA, RITA._replace(subscriber=8)))["personalizations"]
    assert {person["headers"]["Feedback-ID"] for person in people} == {"7:ledger:newsletter:ledgernews"}


def test_a_message_id_of_our_own_is_the_readers_in_this_edition_and_holds_no_token() -> None:
    first, again = (json.loads(made(WHOLE, RITA))["personalizations"][0]["headers"] for _ in range(2))
    assert first["Message-ID"] == again["Message-ID"] == "<7.7@example.org>"
    [other] = json.loads(made(payload(message_ids=("7.", "@example.org")), RITA))["personalizations"]
    assert other["headers"]["List-Unsubscribe"] == "<https://example.org/u/T0KEN>"


def test_lines_that_nobody_asked_for_are_not_there() -> None:
    [person] = body(RITA)["personalizations"]
    assert set(person["headers"]) == {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"}


def test_clicks_are_tracked_in_html_alone_and_only_when_asked_for() -> None:
    assert body(RITA)["tracking_settings"]["click_tracking"] == {"enable": False, "enable_text": False}
    told = json.loads(made(WHOLE, RITA))["tracking_settings"]
    assert told.pop("click_tracking") == {"enable": True, "enable_text": False}
    assert not any(setting["enable"] for setting in told.values())


def test_the_html_value_of_a_name_is_escaped_and_the_plain_one_is_not() -> None:
    [person] = body(RITA._replace(first_name='<b>"O\'Neil"</b> & co'))["personalizations"]
    assert person["substitutions"][MergeTag.FIRST_NAME] == '<b>"O\'Neil"</b> & co'
    assert person["substitutions"][MergeTag.FIRST_NAME_HTML] == "&lt;b&gt;&quot;O&#x27;Neil&quot;&lt;/b&gt; &amp; co"


def test_a_letter_without_names_asks_for_no_name_substitution() -> None:
    plain = payload(Letter("News", "text", "<p>html</p>"))
    [person] = json.loads(made(plain, RITA))["personalizations"]
    assert person["substitutions"] == {MergeTag.READER: "T0KEN"}


def test_the_provider_learns_no_name_or_address_beside_the_one_it_delivers_to() -> None:
    call = body(RITA)
    assert call["custom_args"] == IDS
    assert call["personalizations"][0]["custom_args"] == {"nl_subscriber": "7"}


def test_every_kind_of_tracking_is_named_and_off() -> None:
    assert all(setting["enable"] is False for setting in body(RITA)["tracking_settings"].values())
    assert {"click_tracking", "open_tracking", "subscription_tracking"} <= set(body(RITA)["tracking_settings"])


def test_without_a_reply_address_none_is_given() -> None:
    plain = Payload(
        LETTER, Sender("N", "news@example.org"), fallback_name="reader", unsubscribe="https://e.org/u/", list_id="x"
    )
    assert "reply_to" not in json.loads(made(plain, RITA))


def test_a_reader_without_a_first_name_is_called_by_the_fallback_name() -> None:
    [person] = body(RITA._replace(first_name=""))["personalizations"]
    assert person["substitutions"][MergeTag.FIRST_NAME] == "reader"


@given(st.lists(people, min_size=1, max_size=5))
def test_whatever_readers_are_called_their_values_arrive_unharmed(each: list[Person]) -> None:
    told = body(*each)["personalizations"]
    assert [p["to"] for p in told] == [[{"email": reader.email}] for reader in each]
    assert [p["substitutions"][MergeTag.FIRST_NAME] for p in told] == [reader.first_name for reader in each]
    assert [p["substitutions"][MergeTag.READER] for p in told] == [reader.token for reader in each]


@pytest.mark.skipif(not REFERENCE.exists(), reason="the official API description does not lie beside the checkout")
@given(st.lists(people, min_size=1, max_size=3, unique_by=lambda reader: reader.email.lower()))
def test_the_official_api_description_accepts_every_call(each: list[Person]) -> None:
    spec = importlib.util.spec_from_file_location("validate", REFERENCE)
    assert spec is not None
    assert spec.loader is not None
    official = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(official)
    for call in (body(*each), json.loads(made(WHOLE, *each))):
        errors = official.validate(call, strict=True)
        # its address pattern is narrower than what hypothesis calls an address
        assert [e for e in errors if not e[0].endswith(".email")] == []


def test_a_call_submitted_ahead_says_when_its_letters_leave_and_under_which_id() -> None:
    one = Person(1, "rita@readers.example", "Rita", "t" * 43)
    ahead = ScheduledSend(1_795_000_000, "abc")
    early = json.loads(payload().body([one[:3]], [one.token], ids=IDS, ahead=ahead))
    assert (early.pop("send_at"), early.pop("batch_id")) == (1_795_000_000, "abc")
    assert early == body(one)
