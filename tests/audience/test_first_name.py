import string

import pytest
from email_validator import validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.audience.first_name import MAX_NAME_CHARS, clean_name
from newsletter.lib.errors import BadInput
from newsletter.mail.email_address import normalise_email


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Rita@Example.ORG", "rita@example.org"),
        ("  rita@example.org\r\n", "rita@example.org"),
        ("\ufeffrita@example.org\u200b", "rita@example.org"),
        ("rita+news@example.org", "rita+news@example.org"),
        ("o'reilly@example.org", "o'reilly@example.org"),
        ("rita@münchen.de", "rita@xn--mnchen-3ya.de"),
        ("rita@mu\u0308nchen.de", "rita@xn--mnchen-3ya.de"),
        ("rita@XN--mnchen-3ya.de", "rita@xn--mnchen-3ya.de"),
        ("rita@例え.jp", "rita@xn--r8jz45g.jp"),
    ],
)
def test_one_mailbox_has_one_form(written: str, kept: str) -> None:
    assert normalise_email(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "@", "rita", "rita@", "@example.org", "ri ta@example.org", "rita@exam ple.org", "rita@@example.org",
        "rita@example", "rita@localhost", "rita@[192.0.2.1]", '"rita r"@example.org', "Rita <rita@example.org>",
        "rita@example.org, eddie@example.org", "rita..r@example.org", ".rita@example.org", "rita.@example.org",
        "rita@-example.org", "rita@example.org.", "rita@example.invalid", "rita\x00@example.org", "ri\nta@example.org",
        "rita@exa\x07mple.org", "rita@example.org\x00", f"{'r' * 65}@example.org", f"rita@{'e' * 64}.org",
        f"rita@{'.'.join(['example'] * 40)}.org", "rita＠example.org", "\ud800@example.org", "rita@\ud800.org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(BadInput):
        normalise_email(written)


def test_a_letter_of_another_script_before_the_at_is_refused_with_the_reason() -> None:
    with pytest.raises(BadInput, match="not plain ASCII"):
        normalise_email("ríta@example.org")


@given(st.text(), st.sampled_from(["", "@example.org", "@münchen.de"]))
@example("o'reilly", "@example.org")
def test_whatever_is_accepted_is_stable_small_and_ascii_and_an_address_to_others(text: str, end: str) -> None:
    try:
        kept = normalise_email(text + end)
    except BadInput:
        return
    assert normalise_email(kept) == normalise_email(kept.upper()) == kept
    assert kept.isascii()
    assert kept == kept.lower()
    assert validate_email(kept, check_deliverability=False, strict=True).ascii_email == kept


@given(st.text("ab@ .\x00é", min_size=6), st.sampled_from(["", "@example.org", "@example.invalid"]))
def test_a_refusal_never_repeats_what_was_given(text: str, end: str) -> None:
    try:
        normalise_email(text + end)
    except BadInput as error:
        message = str(error)
    else:
        message = ""
    assert text not in message


ATEXT = string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-"


@given(st.lists(st.text(ATEXT, min_size=1, max_size=15), min_size=1, max_size=4).map(".".join))
def test_every_plain_local_part_is_taken(local: str) -> None:
    assert normalise_email(f"{local}@example.org") == f"{local.lower()}@example.org"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Rita \t Maria ", "Rita Maria"),
        ("Rita\r\nBcc: x", "Rita Bcc: x"),
        ("Ri\u202eta", "Rita"),
        ("__nl_reader__", "_nl_reader__"),
        ("Zoe\u0308", "Zoë"),
        ("می\u200cنا", "می\u200cنا"),
        ("Win at https://spam.example", ""),
        ("see WWW.spam.example", ""),
        ("\x00", ""),
    ],
)
def test_a_first_name_is_one_clean_line(written: str, kept: str) -> None:
    assert clean_name(written) == kept


@given(st.text(max_size=200))
def test_any_text_gives_a_name_that_fits_and_is_stable(text: str) -> None:
    name = clean_name(text)
    assert len(name) <= MAX_NAME_CHARS
    assert clean_name(name) == name
    assert name == name.strip()
    assert not any(ord(character) < 32 for character in name)
    name.encode()  # no half surrogate pair, which no database takes
