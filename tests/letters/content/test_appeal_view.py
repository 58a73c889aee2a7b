"""An appeal's figures, as a letter says them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from newsletter.letters.content.appeal_view import AppealView, Thermometer, view_of_appeal
from newsletter.letters.content.translations import TRANSLATIONS, translation_for
from tests.golden.looks import coast, give

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def shown(language: str = "en-GB", *, at: datetime = AT, zone: str = "Europe/London", **said: Any) -> AppealView:
    return view_of_appeal(give(**said), coast(language=language, time_zone=zone), translation_for(language), at=at)


def test_an_amount_is_a_button_of_its_own_that_leads_to_that_amount() -> None:
    assert [(a.words, a.url) for a in shown(amounts=[5, 1500]).amounts] == [
        ("Give £5", "https://give.example.org/coast?amount=5"),
        ("Give £1,500", "https://give.example.org/coast?amount=1500"),
    ]
    assert shown(amount_url="https://g.example.org/?a={cents}", amounts=[5]).amounts[0].url.endswith("?a=500")


def test_a_thermometer_says_its_number_and_its_day() -> None:
    assert shown().thermometer == Thermometer("£41,250 of £60,000 raised as of 22 November.", 68)
    assert shown(goal=None, raised=None, raised_on=None).thermometer is None


@pytest.mark.parametrize(("raised", "share"), [(0, 0), (59_999, 99), (60_000, 100), (90_000, 100)])
def test_a_thermometer_is_full_when_the_goal_is_reached_and_not_before(raised: int, share: int) -> None:
    view = shown(raised=raised).thermometer
    assert view
    assert view.share == share
    assert f"£{raised:,} of £60,000" in view.words


@pytest.mark.parametrize(
    ("zone", "until"),
    [
        ("Europe/London", "Until 30 November, 23:59 (GMT)."),
        ("America/New_York", "Until 30 November, 18:59 (EST)."),
        ("Asia/Kathmandu", "Until 1 December, 05:44 (UTC+05:45)."),
    ],
)
def test_a_match_ends_on_the_readers_clock_which_is_named(zone: str, until: str) -> None:
    assert shown(zone=zone).match == f"The Marram Trust doubles each gift, up to £10,000 in all. {until}"


def test_a_match_that_is_over_when_the_letter_leaves_is_not_spoken_of() -> None:
    assert shown(at=datetime(2026, 11, 30, 23, 59, tzinfo=UTC)).match == ""
    assert shown(at=datetime(2026, 11, 30, 23, 58, tzinfo=UTC)).match
    assert shown(match_ends_at=None).match == "The Marram Trust doubles each gift, up to £10,000 in all."


def test_figures_follow_the_language_of_the_letter_also_inside_english_phrases() -> None:
    view = shown("cs", currency="CZK", amounts=[1500])
    assert view.thermometer
    assert view.thermometer.words == "41\u00a0250\u00a0Kč of 60\u00a0000\u00a0Kč raised as of 22. listopadu."
    assert view.amounts[0].words == "Give 1\u00a0500\u00a0Kč"
    assert view.match.endswith("Until 30. listopadu, 23:59 (GMT).")


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_language_has_words_for_all_of_it(language: str) -> None:
    view = shown(language)
    assert view.thermometer
    for words in (view.thermometer.words, view.match, *(amount.words for amount in view.amounts)):
        assert words
        assert "{" not in words
