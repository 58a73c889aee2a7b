import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.lib.errors import BadToken
from newsletter.lib.signed_tokens import TokenSigner

numbers = st.integers(min_value=0, max_value=2**63 - 1)
signer = TokenSigner(["a key"], purpose="reader", count=2)


@given(numbers, numbers)
def test_a_token_returns_its_numbers(first: int, second: int) -> None:
    assert signer.read(signer.sign(first, second)) == (first, second)


@given(numbers, st.integers(min_value=0, max_value=41), st.sampled_from("ABCxyz019-_"))
def test_a_token_with_one_changed_character_is_rejected(number: int, place: int, other: str) -> None:
    token = signer.sign(number, 1)
    changed = token[:place] + other + token[place + 1 :]
    if changed == token:
        return
    with pytest.raises(BadToken):
        signer.read(changed)


@given(st.text(max_size=100))
def test_any_text_is_read_or_rejected(text: str) -> None:
    with pytest.raises(BadToken):
        signer.read(text)


def test_a_token_is_url_safe() -> None:
    assert signer.sign(2**63 - 1, 2**63 - 1).replace("-", "").replace("_", "").isalnum()


def test_a_token_for_one_purpose_is_invalid_for_another() -> None:
    other = TokenSigner(["a key"], purpose="invitation", count=2)
    with pytest.raises(BadToken):
        other.read(signer.sign(1, 2))


def test_tokens_of_an_old_key_are_accepted_and_new_ones_use_the_new_key() -> None:
    rotated = TokenSigner(["new key", "a key"], purpose="reader", count=2)
    assert rotated.read(signer.sign(1, 2)) == (1, 2)
    with pytest.raises(BadToken):
        signer.read(rotated.sign(1, 2))


def test_a_signer_needs_a_key() -> None:
    with pytest.raises(ValueError, match="key"):
        TokenSigner([""], purpose="reader", count=1)
