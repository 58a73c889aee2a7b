"""Mail to the mailbox for unsubscribing, as mail programs write it: encoded, folded, quoted, or not meant at all."""

import base64
import quopri
from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.unsubscribe_mail import find_requests

TOKEN = "AAAAAAAAAAwAAAAAAAAAAcs_LOPktQ_EOrA3c0ZGyDQ"
OTHER = TOKEN[::-1]
WISH = f"unsubscribe {TOKEN}"


def encoded(text: str, way: str) -> str:
    if way == "b":
        return f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="
    return f"=?utf-8?Q?{quopri.encodestring(text.encode(), quotetabs=True, header=True).decode().replace('_', '=20')}?="


@pytest.mark.parametrize(
    "subject",
    [
        WISH,
        f"unsubscribe%20{TOKEN}",
        f"unsubscribe_{TOKEN}",
        f"Unsubscribe+{TOKEN}",
        f"Re: AW:  UNSUBSCRIBE  {TOKEN} ",
        f"unsubscribe\r\n {TOKEN}",
        f"unsubscribe\n\t{TOKEN}",
        f"unsubscribe\u00a0{TOKEN}",
        f"=?utf-8?B?{base64.b64encode(WISH.encode()).decode()}?=",
        f"=?utf-8?Q?unsubscribe=20{TOKEN.replace('_', '=5F')}?=",
        f"=?iso-8859-1?q?unsubscribe_{TOKEN.replace('_', '=5F')}?=",
        f"=?utf-8?Q?unsubscribe_{TOKEN[:9]}?=\r\n =?utf-8?Q?{TOKEN[9:].replace('_', '=5F')}?=",
        f"=?utf-8?Q?unsubscribe?= {TOKEN}",
    ],
)
@pytest.mark.parametrize("rest", ["\r\n\r\n", "\r\nFrom: Rita <rita@example.org>\r\n\r\nGr\u00fc\u00dfe\r\n"])
def test_a_subject_is_read_however_a_mail_program_wrote_it(subject: str, rest: str) -> None:
    assert find_requests(f"Subject: {subject}{rest}".encode()) == ([TOKEN], 0)
    assert find_requests(f"From: Rita <rita@example.org>\r\nSubject: {subject}{rest}".encode()) == ([TOKEN], 0)


def test_subjects_may_come_one_a_line_with_or_without_their_name() -> None:
    assert find_requests(f"{WISH}\n\nunsubscribe%20{OTHER}\nlunch?\n".encode()) == ([TOKEN, OTHER], 1)
    assert find_requests(f"Subject: {WISH}\nSubject: {WISH}\nSubject: lunch?\n".encode()) == ([TOKEN], 1)


def test_a_mailbox_in_one_file_is_read_message_by_message() -> None:
    one = f"From MAILER Mon Nov 23 2026\nSubject: {encoded(WISH, 'b')}\n\nbye\n\n"
    strange = "From MAILER Mon Nov 23 2026\nSubject: Out of office\n\nI am away.\n\n"
    assert find_requests((one + strange + one.replace("bye", "again")).encode()) == ([TOKEN], 1)


def test_messages_one_after_the_other_are_read_too() -> None:
    one = f"Subject: Hello\n\nbye\n\nSubject: {encoded(WISH, 'b')}\n\nagain\n"
    assert find_requests(one.encode()) == ([TOKEN], 1)


@pytest.mark.parametrize("transfer", ["quoted-printable", "base64"])
def test_a_wish_in_the_text_counts_where_the_subject_says_nothing(transfer: str) -> None:
    text = f"Please:\n\nunsubscribe {TOKEN}\n\nGr\u00fc\u00dfe".encode("latin-1")
    body = base64.encodebytes(text) if transfer == "base64" else quopri.encodestring(text)
    head = f"Subject: \nContent-Type: text/plain; charset=latin-1\nContent-Transfer-Encoding: {transfer}\n\n"
    assert find_requests(head.encode() + body) == ([TOKEN], 0)


def test_a_letter_that_came_back_is_no_wish() -> None:
    quoted = f"List-Unsubscribe: <mailto:leave@example.org?subject=unsubscribe%20{TOKEN}>"
    assert find_requests(f"Subject: Undelivered mail\n\nThe letter had this head:\n\n{quoted}\n".encode()) == ([], 1)


@pytest.mark.parametrize("data", [b"Subject: unsubscribe\n\nGr\xfc\xdfe", b"Subject: =?x?B?AAAA?=\n\n", b"\xff\xfe\n"])
def test_what_is_not_understood_is_counted(data: bytes) -> None:
    assert find_requests(data) == ([], 1)


def test_nothing_is_nothing() -> None:
    assert find_requests(b"") == find_requests(b"\n \n") == ([], 0)


@given(data=st.binary(max_size=300))
def test_no_bytes_break_it(data: bytes) -> None:
    find_requests(data)
    find_requests(b"Subject: " + data)
    find_requests(b"From x\n" + data)


@given(words=st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=60), width=st.integers(30, 76))
def test_any_words_around_a_wish_may_be_encoded_and_folded_by_pythons_own_mail(words: str, width: int) -> None:
    subject = Header(f"{words} unsubscribe {TOKEN}", "utf-8", maxlinelen=width).encode(linesep="\r\n")
    assert find_requests(f"Subject: {subject}\r\n\r\n".encode()).tokens == [TOKEN]
