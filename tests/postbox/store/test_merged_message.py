"""What one recipient gets: replaced, overridden and merged as SendGrid documents it."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.postbox.store.merged_message import MAX_SNIPPET_CHARACTERS, MergedMessage, plain, replace, snippet
from tests.postbox.asking import letter, person

TAGGED = letter(
    personalizations=[
        person("rita@example.org", substitutions={"-name-": "R & <b>ita</b>", "-token-": "t1"}),
        person("amir@example.org", substitutions={"-name-": "Amir", "-token-": "t2"}, subject="Only for -name-"),
    ],
    subject="-name-, hello -name-",
    reply_to={"email": "answers+-token-@example.org", "name": "For -name-"},
    content=[
        {"type": "text/plain", "value": "Dear -name-, https://example.org/-token-/a/-token-"},
        {"type": "text/html", "value": '<p>Dear -name-</p><a href="https://example.org/-token-">go</a>'},
    ],
    headers={"X-Token": "-token-"},
)


def test_every_occurrence_is_replaced_in_subject_reply_to_and_content() -> None:
    copy = MergedMessage(TAGGED, 1)
    assert copy.subject == "Only for Amir"
    assert copy.text == "Dear Amir, https://example.org/t2/a/t2"
    assert copy.html == '<p>Dear Amir</p><a href="https://example.org/t2">go</a>'
    assert copy.replies == [{"email": "answers+t2@example.org", "name": "For Amir"}]


def test_nothing_is_escaped() -> None:
    copy = MergedMessage(TAGGED, 0)
    assert copy.subject == "R & <b>ita</b>, hello R & <b>ita</b>"
    assert copy.html.startswith("<p>Dear R & <b>ita</b></p>")


def test_header_lines_and_custom_arguments_are_not_replaced_in() -> None:
    assert MergedMessage(TAGGED, 0).headers == {"X-Token": "-token-"}
    assert MergedMessage({**TAGGED, "custom_args": {"a": "-token-"}}, 0).args == {"a": "-token-"}


def test_a_value_that_looks_like_a_tag_is_left_alone() -> None:
    assert replace("-a- -b-", {"-a-": "-b-", "-b-": "x"}) == "-b- x"


def test_the_longer_of_two_tags_is_taken() -> None:
    assert replace("__name__html", {"__name__": "1", "__name__html": "2"}) == "2"


def test_headers_are_merged_and_the_personalization_wins_whatever_the_case() -> None:
    body = letter(
        personalizations=[person("rita@example.org", headers={"x-a": "own", "X-B": "own"})],
        headers={"X-A": "shared", "X-C": "shared"},
    )
    assert MergedMessage(body, 0).headers == {"x-a": "own", "X-C": "shared", "X-B": "own"}


def test_custom_arguments_are_merged_and_the_personalization_wins() -> None:
    body = letter(
        personalizations=[person("rita@example.org", custom_args={"a": "own"})], custom_args={"a": "x", "b": "y"}
    )
    assert MergedMessage(body, 0).args == {"a": "own", "b": "y"}


def test_sender_and_time_of_the_personalization_stand_in_for_those_of_the_message() -> None:
    own = {"from": {"email": "desk@example.org"}, "send_at": 2}
    body = letter(personalizations=[person("a@example.org", **own), person("b@example.org")], send_at=1)
    assert (MergedMessage(body, 0).sender["email"], MergedMessage(body, 0).send_at) == ("desk@example.org", 2)
    assert (MergedMessage(body, 1).sender["email"], MergedMessage(body, 1).send_at) == ("news@example.org", 1)


def test_a_subject_stays_on_one_line() -> None:
    body = letter(personalizations=[person("a@example.org", substitutions={"-x-": "a\r\nBcc: b"})], subject="-x-")
    assert MergedMessage(body, 0).subject == "a Bcc: b"


def test_a_picture_that_came_along_is_shown() -> None:
    body = letter(
        content=[{"type": "text/html", "value": '<img src="cid:logo">'}],
        attachments=[{"content": "aGk=", "filename": "a.gif", "type": "image/gif", "content_id": "logo"}],
    )
    assert MergedMessage(body, 0).html == '<img src="data:image/gif;base64,aGk=">'


def test_the_first_words_come_from_the_text_and_else_from_the_html() -> None:
    assert snippet(MergedMessage(letter(content=[{"type": "text/plain", "value": "a\n\n b"}]), 0)) == "a b"
    html = "<style>p{}</style><title>no</title><p>Caf&eacute; <b>open</b>"
    assert plain(html).split() == ["Café", "open"]
    assert (
        len(snippet(MergedMessage(letter(content=[{"type": "text/html", "value": "word " * 200}]), 0)))
        <= MAX_SNIPPET_CHARACTERS
    )


tags = st.text(st.characters(codec="ascii", categories=("L", "P", "S")), min_size=1, max_size=4)


@given(values=st.dictionaries(tags, st.text(max_size=4), max_size=4), text=st.text("ab-%_(.[", max_size=30))
def test_a_text_without_tags_is_left_as_it_is(values: dict[str, str], text: str) -> None:
    if not any(tag in text for tag in values):
        assert replace(text, values) == text


@given(tag=tags, value=st.text(max_size=6), number=st.integers(0, 5))
def test_each_tag_is_replaced_as_often_as_it_stands_there(tag: str, value: str, number: int) -> None:
    assert replace("\x00".join([tag] * number), {tag: value, "": "never"}) == "\x00".join([value] * number)
