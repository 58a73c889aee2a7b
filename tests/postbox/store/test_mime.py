"""The raw message: read by a mail program, it says what the call said."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from newsletter.postbox.store.merged_message import MergedMessage
from newsletter.postbox.store.mime import headers, raw
from tests.postbox.asking import letter, person

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def made(body: dict[str, Any]) -> bytes:
    return raw(MergedMessage(body, 0), message_id="ID", at=AT)


def read(body: dict[str, Any]) -> EmailMessage:
    found = email.message_from_bytes(made(body), policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def content(message: EmailMessage, *kinds: str) -> Any:
    part = message.get_body(kinds)
    assert part
    return part.get_content()


def test_text_and_html_stand_beside_each_other() -> None:
    message = read(letter())
    assert message.get_content_type() == "multipart/alternative"
    assert content(message, "plain") == "Good morning"
    assert content(message, "html") == "<p>Good morning"


def test_one_part_alone_needs_no_envelope() -> None:
    message = read(letter(content=[{"type": "text/plain", "value": "Good morning"}]))
    assert (message.get_content_type(), message.get_content()) == ("text/plain", "Good morning")


def test_the_head_names_everybody_but_those_in_bcc() -> None:
    body = letter(
        personalizations=[
            {
                "to": [{"email": "rita@example.org", "name": "Rita Ó’Hara"}, {"email": "amir@example.org"}],
                "cc": [{"email": "cora@example.org", "name": "C"}],
                "bcc": [{"email": "secret@example.org"}],
            }
        ],
        reply_to={"email": "editors@example.org"},
        subject="Grüße aus dem Hafen",
    )
    message = read(body)
    assert message["To"] == "Rita Ó’Hara <rita@example.org>, amir@example.org"
    assert (message["Cc"], message["Reply-To"]) == ("C <cora@example.org>", "editors@example.org")
    assert (message["From"], message["Subject"]) == ("The Example <news@example.org>", "Grüße aus dem Hafen")
    assert (message["Date"], message["Message-ID"]) == ("Mon, 23 Nov 2026 07:00:00 +0000", "<ID@postbox.invalid>")
    assert b"secret" not in made(body)


def test_own_headers_stand_in_for_those_that_are_made() -> None:
    own = {"Message-ID": "<mine@example.org>", "date": "Sun, 22 Nov 2026 07:00:00 +0000"}
    message = read(letter(headers=own))
    assert message.get_all("Message-ID") == ["<mine@example.org>"]
    assert message.get_all("Date") == ["Sun, 22 Nov 2026 07:00:00 +0000"]


def test_a_long_link_in_a_header_stays_as_it_is() -> None:
    link = f"<https://news.example.org/u/{'A1b2' * 40}>"
    body = letter(headers={"List-Unsubscribe": link})
    assert link.encode() in made(body)
    assert read(body)["List-Unsubscribe"] == link


def test_a_header_line_that_nobody_encoded_travels_as_it_came() -> None:
    assert "List-Id: Ålesund <news.example.org>\r\n".encode() in made(
        letter(headers={"List-Id": "Ålesund <news.example.org>"})
    )


def test_attachments_come_along() -> None:
    body = letter(
        attachments=[
            {"content": "aGVsbG8=", "filename": "Übersicht.txt", "type": "text/plain"},
            {"content": "AAEC", "filename": "a.png", "disposition": "inline", "content_id": "pic"},
        ]
    )
    message = read(body)
    first, second = message.iter_attachments()
    assert (first.get_filename(), first.get_content()) == ("Übersicht.txt", "hello")
    assert (second.get_content_type(), second["Content-ID"], second.get_content()) == ("image/png", "<pic>", b"\0\1\2")


def test_a_third_kind_of_content_is_kept_byte_by_byte() -> None:
    body = letter(content=[*letter()["content"], {"type": "application/x-thing", "value": "é"}])
    assert list(read(body).iter_parts())[2].get_content() == "é".encode()


def test_lines_end_as_on_the_wire() -> None:
    assert b"\n" not in made(letter()).replace(b"\r\n", b"")


words = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=40)


@given(subject=words, name=words, text=st.text(min_size=1, max_size=200), value=words)
def test_no_wild_value_breaks_the_message(subject: str, name: str, text: str, value: str) -> None:
    body = letter(
        personalizations=[person("rita@example.org", headers={"X-Value": value})],
        subject=f"x{subject}",
        content=[{"type": "text/plain", "value": text}, {"type": "text/html", "value": "<p>"}],
        **{"from": {"email": "news@example.org", "name": name}},
    )
    message = email.message_from_bytes(made(body), policy=email.policy.default)
    shown = {name for name, _ in headers(MergedMessage(body, 0), message_id="ID", at=AT)}
    assert set(message.keys()) <= shown | {"Content-Type", "MIME-Version", "X-Value"}
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]
    written = next(part for part in message.walk() if part.get_content_type() == "text/plain").get_payload(decode=True)
    assert isinstance(written, bytes)
    assert written.decode().split() == text.split()
