"""How long an email takes to read, printed by setting."""

import pytest

from newsletter.letters.content.reading_time import minutes_to_read
from newsletter.letters.content.translations import TRANSLATIONS
from newsletter.letters.render_letter import render
from newsletter.letters.sample_letters import full_sample
from newsletter.publications.models import Layout
from tests.golden.looks import coast


@pytest.mark.parametrize(
    ("texts", "minutes"),
    [
        ([], 1),
        (["one"], 1),
        (["word " * 238], 1),
        (["word " * 476], 2),
        (["word " * 238, "word " * 714], 4),
        (["海" * 1500], 3),
        (["海" * 500 + " word" * 238], 2),
        (["كلمة " * 476], 2),
    ],
)
def test_minutes_follow_from_words_or_where_there_are_no_spaces_from_characters(texts: list[str], minutes: int) -> None:
    assert minutes_to_read(texts) == minutes


@pytest.mark.parametrize("layout", Layout)
def test_it_is_printed_in_both_bodies_where_it_is_wanted_and_nowhere_else(layout: Layout) -> None:
    wanted, unwanted = (render(full_sample(coast(layout=layout, reading_time=wish))) for wish in (True, False))
    for body, without in ((wanted.html, unwanted.html), (wanted.text, unwanted.text)):
        assert body.count("1 min read") == 1
        assert "min read" not in without


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_language_says_it(language: str) -> None:
    contents = full_sample(coast(language=language, reading_time=True))
    assert "1" in contents.reading_time
    assert contents.reading_time in render(contents).text
