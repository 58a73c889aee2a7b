"""Which passwords are refused as easy to guess."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from newsletter.accounts.models import User
from newsletter.accounts.password_strength import MAX_CHARS, guesses
from tests.support import factories as make

NORA = User(email="nora.reyes@tideline.example", name="Nora Reyes")
EASY = [
    "Password1234", "Passw0rd123", "qwertyuiop123", "1qaz2wsx3edc", "iloveyou123", "abcdefghijkl", "Summer2026!",
    "aaaaaaaaaaaaaaaa", "newsletter2026", "tideline2026!", "Nora.Reyes1", "26.11.2026-1", "letmeinplease",
]  # fmt: skip


@pytest.mark.parametrize("password", EASY)
def test_a_password_that_many_would_try_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, NORA)


@pytest.mark.parametrize(
    "password",
    [
        make.PASSWORD,
        "correct horse battery staple",
        "zZ9#kd82Lp",
        "Möwen über Rathaus",
        "海鸥 在 市政厅 上空 飞",
        "x" * 5 + "Qv7" * 40,
    ],
)
def test_several_words_or_random_characters_are_accepted(password: str) -> None:
    validate_password(password, NORA)


def test_a_password_is_judged_whatever_its_length_and_characters() -> None:
    assert guesses("a" * 4096, words=[]) < 10**6
    assert guesses("\0é\U0001f600" * 60, words=[]) > 0
    assert guesses("ab" * 2 * MAX_CHARS, words=["\0", ""]) < 10**6


def test_more_passwords_are_known_than_django_lists() -> None:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    assert len(FREQUENCY_LISTS["passwords"]) == 30_000
