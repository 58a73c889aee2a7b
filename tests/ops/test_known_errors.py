"""What the runbook’s table of known errors says about a text."""

import pytest

from newsletter.ops.failures.known_errors import KnownError, explain, known_errors, known_errors_in

TABLE = """## common-errors

| Text | It means | What to do |
|---|---|---|
| `5.7.26`, `DMARC policy` | It *fails*. | See [this](deliverability.md), `now`. |

## next

| `5.7.9` | Not of this page. | No. |
"""


def test_the_table_is_read_without_the_marks_of_markdown() -> None:
    [found] = known_errors_in(TABLE)
    assert found == KnownError(("5.7.26", "DMARC policy"), "It fails.", "See this, now.")


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("550-5.7.26 This mail", True),
        ("blocked by the dmarc POLICY of example.org", True),
        ("550 5.7.261 something", False),
        ("550 15.7.26 something", False),
    ],
)
def test_a_text_is_recognised_by_whole_words(text: str, is_found: bool) -> None:
    assert known_errors_in(TABLE)[0].is_in(text) == is_found


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("HTTP 401 – The provided authorization grant is invalid, expired, or revoked", 401, "The API key is wrong"),
        ("from: The from address does not match a verified Sender Identity.", 403, "not authenticated at SendGrid"),
        ("", 429, "Too many calls a second."),
        ("550 5.7.515 Access denied, sending domain example.org", None, "wants SPF, DKIM and DMARC"),
        ("421 4.7.28 Gmail has detected an unusual rate of email", None, "slows you down"),
        ("550 5.1.1 The email account that you tried to reach does not exist", None, "does not exist"),
    ],
)  # fmt: skip
def test_the_runbook_knows_what_providers_often_say(text: str, status: int | None, words: str) -> None:
    assert words in " ".join(error.meaning for error in explain(text, http_status=status))


def test_no_text_stands_in_the_table_twice_and_an_unknown_one_is_not_explained() -> None:
    texts = [text.casefold() for error in known_errors() for text in error.texts]
    assert len(texts) == len(set(texts)) > 20
    assert explain("a text that nobody has seen") == []


def test_the_words_of_an_answer_count_more_than_its_status() -> None:
    [by_words] = explain("HTTP 403 – from: does not match a verified Sender Identity", http_status=403)
    assert "not authenticated" in by_words.meaning
    [by_status] = explain("HTTP 403", http_status=None)
    assert "may not send" in by_status.meaning
