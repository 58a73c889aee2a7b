"""The names that curators are told of are those that there are."""

import re
from dataclasses import fields

from newsletter.letters.content.appeal_view import AppealView
from newsletter.letters.content.brand_view import Brand
from newsletter.letters.content.letter_content import Links
from newsletter.letters.content.story_view import StoryView
from newsletter.letters.render_letter import NAMES
from tests.support.surroundings import ROOT


def rows() -> dict[str, set[str]]:
    """The table of docs/letters.md: each name, and the names that are said to be in it."""
    text = (ROOT / "docs" / "letters.md").read_text(encoding="utf-8").split("## A template of your own")[1]
    told: dict[str, set[str]] = {}
    for first, second in re.findall(r"^\| (`.*?) \| (.*) \|$", text, re.MULTILINE):
        for name in re.findall(r"`(\w+)`", first):
            told[name] = set(re.findall(r"`(\w+)`", second))
    return told


def test_every_name_of_a_letter_is_told_and_no_other() -> None:
    assert set(rows()) == {*NAMES, "first_name"}


def test_so_are_the_names_within() -> None:
    told = rows()
    for name, kind in (("stories", StoryView), ("appeal", AppealView), ("brand", Brand), ("links", Links)):
        assert told[name] == {field.name for field in fields(kind)}, name
