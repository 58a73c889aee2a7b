"""A newsroom's own phrases, in its emails and in stories of other languages."""

import pytest

from newsletter.letters import preflight
from newsletter.letters.content.publication_phrases import phrases_of, validate_phrase, words_for
from newsletter.letters.content.translations import TRANSLATIONS, translation_for
from newsletter.letters.render_letter import render
from newsletter.letters.sample_letters import full_sample
from newsletter.lib.errors import BadInput
from tests.golden.looks import coast

OWN = {"read": "Read on", "greeting": "Hello {name}!", "give": "Chip in {amount}", "thanks_heading": "You did this"}


def test_the_newsrooms_phrases_stand_in_place_of_ours_and_the_others_stay() -> None:
    words = words_for(coast(phrases=OWN))
    ours = translation_for("en-GB")
    assert (words.read, words.greeting, words.give) == ("Read on", ("Hello ", "!"), "Chip in {amount}")
    assert words.thanks == ("You did this", ours.thanks[1])
    assert (words.unsubscribe, words.language) == (ours.unsubscribe, "en-GB")
    assert words_for(coast()) == ours


def test_a_story_in_another_language_keeps_the_phrases_of_that_language() -> None:
    assert words_for(coast(phrases=OWN), "fr").read == translation_for("fr").read
    assert words_for(coast(phrases=OWN), "en-US").read == "Read on"


def test_they_are_in_both_bodies_of_the_email() -> None:
    letter = render(full_sample(coast(phrases=OWN | {"why": "You asked for this."})))
    for body in (letter.html, letter.text):
        for words in ("Read on", "Hello ", "Chip in ", "You asked for this."):
            assert words in body
        assert "Read the full story" not in body


def test_a_newsroom_that_writes_all_phrases_needs_no_translation() -> None:
    part = coast(language="eo", phrases={"read": "Legi"})
    whole = coast(language="eo", phrases=phrases_of(translation_for("en")))
    samples = [full_sample(publication) for publication in (part, whole)]
    codes = [{finding.code for finding in preflight.check(render(sample), sample)} for sample in samples]
    assert ["language.phrases" in found for found in codes] == [True, False]
    assert words_for(whole).language == "eo"


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_phrase_of_every_language_is_one_that_a_newsroom_could_have_set(language: str) -> None:
    for name, phrase in phrases_of(TRANSLATIONS[language]).items():
        assert validate_phrase(name, phrase) == phrase.strip()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("reed", "Read on"),
        ("language", "fr"),
        ("read", ""),
        ("read", " "),
        ("read", "Read {publication}"),
        ("read", "x" * 301),
        ("give", "Give"),
        ("give", "Give {amount.__class__}"),
        ("give", "Give {amount!r}"),
        ("give", "Give {amount:>9}"),
        ("give", "Give {} {amount}"),
        ("give", "Give {amount"),
        ("greeting", "Dear reader,"),
        ("greeting", "{name}, {name}"),
    ],
)
def test_a_phrase_that_could_not_be_filled_in_is_refused(name: str, text: str) -> None:
    with pytest.raises(BadInput):
        validate_phrase(name, text)


def test_a_name_of_the_publication_may_be_left_out_and_a_merge_tag_is_broken_up() -> None:
    assert validate_phrase("why", "You asked for this.") == "You asked for this."
    assert validate_phrase("read", "Read __nl_reader__") == "Read _nl_reader__"
