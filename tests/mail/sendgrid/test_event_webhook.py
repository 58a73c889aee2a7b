"""SendGrid's posts: whose they are, and what they say in our words."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.lib.errors import BadInput, BadSetting
from newsletter.mail.sendgrid import event_webhook
from newsletter.mail.sendgrid.event_webhook import EventType, SuppressionCause
from newsletter.postbox.webhook.webhook_signature import WebhookSigner

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
VECTORS = Path(__file__).parents[4] / "shared" / "reference" / "sendgrid" / "eventwebhook_vectors.json"
SIGNER = WebhookSigner.generate()
KEYS = [event_webhook.read_key(SIGNER.public)]


def one(word: str, **more: Any) -> event_webhook.Event | None:
    told = event_webhook.parse_post(json.dumps([{"event": word, **more}]).encode(), received_at=NOW)
    return told.events[0] if told.events else None


@pytest.mark.skipif(not VECTORS.exists(), reason="the published vectors do not lie beside the checkout")
def test_the_published_vectors_are_signed_and_nothing_else_is() -> None:
    given = json.loads(VECTORS.read_text(encoding="utf-8"))
    wrong = given["negative"]
    assert given["vectors"]
    for vector in given["vectors"]:
        body, stamp, proof = vector["payload"].encode(), vector["timestamp"], vector["signature"]
        keys = [event_webhook.read_key(vector["public_key"])]
        assert event_webhook.is_signed(body, signature=proof, timestamp=stamp, keys=keys)
        assert not event_webhook.is_signed(body, signature=proof, timestamp=stamp, keys=[])
        assert not event_webhook.is_signed(
            body, signature=proof, timestamp=stamp, keys=[event_webhook.read_key(wrong["wrong_public_key"])]
        )
        assert not event_webhook.is_signed(body, signature=wrong["wrong_signature"], timestamp=stamp, keys=keys)
        assert not event_webhook.is_signed(body, signature=proof, timestamp=wrong["wrong_timestamp"], keys=keys)
        assert not event_webhook.is_signed(wrong["wrong_payload"].encode(), signature=proof, timestamp=stamp, keys=keys)
        again = json.dumps(json.loads(body)).encode()
        assert not event_webhook.is_signed(again, signature=proof, timestamp=stamp, keys=keys)


@given(body=st.binary(max_size=200), at=st.integers(10**9, 10**10 - 1), flip=st.integers(0, 10**6))
def test_a_body_is_signed_until_one_bit_of_it_changes(body: bytes, at: int, flip: int) -> None:
    stamp = str(at)
    proof = SIGNER.sign(body, timestamp=stamp)
    assert event_webhook.is_signed(body, signature=proof, timestamp=stamp, keys=KEYS)
    if body:
        where = flip % len(body)
        other = body[:where] + bytes([body[where] ^ (1 << flip % 8)]) + body[where + 1 :]
        assert not event_webhook.is_signed(other, signature=proof, timestamp=stamp, keys=KEYS)


@given(signature=st.text(max_size=120), stamp=st.text(max_size=20))
def test_whatever_stands_in_the_headers_nothing_breaks(signature: str, stamp: str) -> None:
    assert not event_webhook.is_signed(b"[]", signature=signature, timestamp=stamp, keys=KEYS)


@pytest.mark.parametrize("text", ["", "x", "AAAA", "é", SIGNER.public[:-8], "MCowBQYDK2VwAyEA" + "A" * 43 + "="])
def test_what_is_no_key_of_the_right_kind_stops_the_start(text: str) -> None:
    with pytest.raises(BadSetting):
        event_webhook.read_key(text)


@pytest.mark.parametrize(
    ("word", "more", "kind", "cause"),
    [
        ("processed", {}, EventType.PROCESSED, SuppressionCause.NONE),
        ("deferred", {"attempt": "3"}, EventType.DEFERRED, SuppressionCause.NONE),
        ("delivered", {}, EventType.DELIVERED, SuppressionCause.NONE),
        ("bounce", {"type": "bounce"}, EventType.BOUNCED, SuppressionCause.DEAD),
        ("bounce", {}, EventType.BOUNCED, SuppressionCause.DEAD),
        ("bounce", {"type": "blocked"}, EventType.BLOCKED, SuppressionCause.NONE),
        ("bounce", {"reason": "550-5.7.26 This mail is unauthenticated"}, EventType.BLOCKED, SuppressionCause.NONE),
        ("bounce", {"reason": "550 5.7.515 Access denied", "type": "bounce"}, EventType.BLOCKED, SuppressionCause.NONE),
        ("bounce", {"reason": "553 5.7.9 policy", "type": "bounce"}, EventType.BLOCKED, SuppressionCause.NONE),
        ("bounce", {"reason": "refused", "status": "5.7.26"}, EventType.BLOCKED, SuppressionCause.NONE),
        ("bounce", {"reason": "550 5.1.1 no such user 15.7.9 5.7.260"}, EventType.BOUNCED, SuppressionCause.DEAD),
        ("dropped", {"reason": "Bounced Address"}, EventType.DROPPED, SuppressionCause.DEAD),
        ("dropped", {"reason": "invalid"}, EventType.DROPPED, SuppressionCause.DEAD),
        ("dropped", {"reason": "Spam Reporting Address"}, EventType.DROPPED, SuppressionCause.SPAM),
        ("dropped", {"reason": "Unsubscribed Address"}, EventType.DROPPED, SuppressionCause.LISTED),
        ("dropped", {"reason": "Recipient List over Package Quota"}, EventType.DROPPED, SuppressionCause.NONE),
        ("dropped", {}, EventType.DROPPED, SuppressionCause.NONE),
        ("open", {}, EventType.OPENED, SuppressionCause.NONE),
        ("open", {"sg_machine_open": False}, EventType.OPENED, SuppressionCause.NONE),
        ("open", {"sg_machine_open": True}, EventType.PREFETCHED, SuppressionCause.NONE),
        ("click", {"url": "https://example.org"}, EventType.CLICKED, SuppressionCause.NONE),
        ("spamreport", {}, EventType.COMPLAINED, SuppressionCause.SPAM),
        ("unsubscribe", {}, EventType.UNSUBSCRIBED, SuppressionCause.NONE),
        ("group_unsubscribe", {}, EventType.UNSUBSCRIBED, SuppressionCause.NONE),
    ],
)
def test_each_word_of_theirs_has_one_of_ours(
    word: str, more: dict[str, Any], kind: EventType, cause: SuppressionCause
) -> None:
    found = one(word, **more)
    assert found is not None
    assert (found.kind, found.cause) == (kind, cause)


@pytest.mark.parametrize("word", ["group_resubscribe", "account_status_change", "something new"])
def test_words_that_mean_nothing_to_us_are_passed_over(word: str) -> None:
    assert one(word) is None


def test_ids_the_call_and_the_time_are_read() -> None:
    found = one(
        "delivered",
        timestamp=1795000000,
        sg_message_id="abc.recvd-1",
        nl_attempt="7",
        nl_subscriber="12",
        email="a@b.c",
    )
    assert found is not None
    assert (found.attempt, found.subscriber, found.batch, found.message) == (7, 12, None, "abc")
    assert found.at == datetime.fromtimestamp(1795000000, UTC)


@pytest.mark.parametrize("at", [None, "1795000000", -1, 0, True, 1e40, NOW.timestamp() + 3 * 86_400])
def test_a_time_that_cannot_be_true_is_that_of_the_post(at: object) -> None:
    found = one("delivered", timestamp=at)
    assert found is not None
    assert found.at == NOW


@pytest.mark.parametrize("id_", ["", "0", "-1", "x", "²", "1.5", "9" * 19, "1" * 30, 7, None, []])
def test_an_id_that_is_none_of_ours_is_none(id_: object) -> None:
    found = one("delivered", nl_attempt=id_)
    assert found is not None
    assert found.attempt is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
EVENT = st.fixed_dictionaries(
    {"event": st.sampled_from(["bounce", "open", "dropped", "click"]) | JSON},
    optional=dict.fromkeys(("timestamp", "email", "type", "reason", "sg_message_id", "nl_attempt"), JSON),
)


@given(st.lists(EVENT | JSON, max_size=5))
def test_whatever_is_posted_is_read_ignored_or_counted(posted: list[Any]) -> None:
    told = event_webhook.parse_post(json.dumps(posted).encode("utf-8", "replace"), received_at=NOW)
    assert len(told.events) + told.ignored + told.unreadable == len(posted)
    assert all(event.at <= NOW + timedelta(days=1) for event in told.events)


@pytest.mark.parametrize("body", [b"", b"7", b"null", b'"x"', b"[", b"\xff"])
def test_what_is_no_list_of_events_is_bad_input(body: bytes) -> None:
    with pytest.raises(BadInput):
        event_webhook.parse_post(body, received_at=NOW)


@given(body=st.binary(min_size=1, max_size=30), at=st.integers(10**9, 10**10 - 1), moved=st.integers(1, 10))
def test_a_stamp_that_is_longer_or_shorter_than_the_signed_one_is_not_signed(body: bytes, at: int, moved: int) -> None:
    stamp = str(at)
    proof = SIGNER.sign(body, timestamp=stamp)
    shorter, longer = stamp[:-moved], stamp + body[:moved].decode("latin-1")
    assert not event_webhook.is_signed(stamp[-moved:].encode() + body, signature=proof, timestamp=shorter, keys=KEYS)
    assert not event_webhook.is_signed(body[moved:], signature=proof, timestamp=longer, keys=KEYS)


ODD: list[Any] = [
    "\ud83d broken",
    "\ud83d",
    "a\u0000b",
    "\u202e",
    "x" * 9000,
    10**400,
    -1,
    1.5,
    None,
    True,
    [],
    {"a": []},
]


FIELDS = [
    "email",
    "timestamp",
    "sg_message_id",
    "reason",
    "type",
    "bounce_classification",
    "nl_installation",
    "nl_dispatch",
]


@given(
    values=st.dictionaries(
        st.sampled_from(FIELDS),
        st.sampled_from(ODD) | st.text() | st.floats() | st.integers(),
    ),
    word=st.sampled_from(["bounce", "dropped", "open", "unsubscribe", "spamreport"]),
)
def test_an_odd_event_costs_at_most_itself(values: dict[str, Any], word: str) -> None:
    good = {"event": "delivered", "email": "rita@example.org", "sg_event_id": "\ud83d"}  # half a character
    told = event_webhook.parse_post(json.dumps([{"event": word, **values}, good]).encode(), received_at=NOW)
    assert told.events[-1].kind == EventType.DELIVERED
    for event in told.events:
        for text in (event.message, event.detail, event.installation_id):
            assert len(text.encode()) <= 2000
            assert "\0" not in text
        assert len(event.message) <= 100


def test_a_byte_that_is_no_text_costs_no_other_event() -> None:
    body = b'[{"event":"open","useragent":"\xff"},{"event":"unsubscribe","email":"rita@example.org"}]'
    assert [event.kind for event in event_webhook.parse_post(body, received_at=NOW).events] == [
        EventType.OPENED,
        EventType.UNSUBSCRIBED,
    ]


def test_a_post_that_is_nested_without_end_is_no_json() -> None:
    with pytest.raises(BadInput):
        event_webhook.parse_post(b"[" * 100_000, received_at=NOW)


def test_a_key_with_anything_between_its_characters_is_refused() -> None:
    with pytest.raises(BadSetting):
        event_webhook.read_key(f"{SIGNER.public[:20]}*{SIGNER.public[20:]}")


@pytest.mark.parametrize("signature", ["", "***", "é", "AAA", SIGNER.public])
def test_a_signature_that_is_none_signs_nothing(signature: str) -> None:
    assert not event_webhook.is_signed(b"[]", signature=signature, timestamp="1700000000", keys=KEYS)
