"""Refuse passwords that are easy to guess: common ones, keyboard rows, dates, names, and their usual changes.

zxcvbn estimates how many guesses a password needs, from lists of 30,000 common passwords, words and names that it ships
(docs/decisions/0049). It is imported when a password is chosen, because its lists take 15 MB of memory.
"""

import re
import threading
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from newsletter.accounts.models import User

MIN_GUESSES = 10**8  # what a thief of the database may try; at sign-in, attempts are limited
MAX_CHARS = 72  # zxcvbn takes no more: its time grows with the square of the length
EASY = "This password is easy to guess. Use several words that do not belong together."
_one_at_a_time = threading.Lock()  # zxcvbn keeps the words of a call in a global


class GuessablePasswordValidator:
    """A validator of the setting AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise `ValidationError` for a password that needs fewer than `MIN_GUESSES` guesses."""
        if guesses(password, words=known_words(user)) < MIN_GUESSES:
            raise ValidationError(EASY, code="password_easy_to_guess")

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return "Your password must not be easy to guess."


def guesses(password: str, *, words: list[str]) -> int:
    """Return how many guesses somebody needs who knows `words`. Of a long password its beginning is looked at."""
    from zxcvbn import zxcvbn

    if not password:
        return 0
    with _one_at_a_time:
        return int(zxcvbn(password[:MAX_CHARS], user_inputs=words)["guesses"])


def known_words(user: User | None) -> list[str]:
    """Return what a stranger would try first: parts of the user's name and address, of the site, and our own name."""
    texts = ["newsletter", urlsplit(settings.BASE_URL).hostname or ""]
    if user is not None:
        texts += [user.email, user.name]
    parts = [part for text in texts for part in re.split(r"[\W_]+", text) if len(part) > 2]
    return [*texts, *parts]
