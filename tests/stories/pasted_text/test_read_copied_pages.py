"""Whole pages, selected, copied and pasted: which lines are the story, which are fields, and which are left out."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.reading import check_fields
from newsletter.lib.errors import BadInput
from newsletter.stories.pasted_text.line_types import APPEAL_PARTS, LineType
from newsletter.stories.pasted_text.parse_pasted_text import MAX_CHARS, MAX_LINES, parse

ARTICLES = sorted((Path(__file__).parent / "articles").glob("*.json"))
SENTENCES = (
    "Every evening at five the keeper climbs the stairs to a lamp that a computer has already lit.",
    "The town has 212 people, one shop and no way to the hospital since the bridge went in March.",
    "“Somebody ought to be there,” he said, and poured the tea into the lid of his flask.",
    "Visitors are allowed on Saturdays, and some of them cry at the top of the tower.",
)
MENU = ("Home", "World", "Politics", "Sign in", "Subscribe", "Search")
HEADLINE = "A town's last lighthouse keeper climbs his stairs for nobody"


def load(file: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("file", ARTICLES, ids=lambda file: file.stem)
def test_an_article_of_each_language_comes_apart_into_its_fields(file: Path) -> None:
    assert [name for name, is_right in check_fields(load(file)) if not is_right] == []


@pytest.mark.parametrize("file", ARTICLES, ids=lambda file: file.stem)
@pytest.mark.parametrize("end", ["\n\n", "\r\n"])
def test_empty_lines_between_change_no_paragraph(file: Path, end: str) -> None:
    text = load(file)["text"]
    apart = parse(text.replace("\n", end))
    assert apart.paragraphs == parse(text).paragraphs
    assert apart.headline == parse(text).headline


@pytest.mark.parametrize("first", MENU)
def test_a_menu_is_no_headline(first: str) -> None:
    assert parse("\n".join([first, HEADLINE, "By Ruth Adeyemi", *SENTENCES])).headline == HEADLINE


def test_fields_beside_the_headline_are_found() -> None:
    page = parse(
        "\n".join([*MENU, HEADLINE, "By Ruth Adeyemi", "25 November 2026, 4:12 PM", *SENTENCES, "Photo: Sid Larkin"])
    )
    assert (page.byline, page.published, page.picture_credit) == (
        "Ruth Adeyemi",
        "25 November 2026, 4:12 PM",
        "Sid Larkin",
    )
    assert page.paragraphs == SENTENCES


def test_the_agency_of_the_dateline_is_the_source() -> None:
    page = parse("\n".join([HEADLINE, "By Ruth Adeyemi", f"PORT CARROW, Maine (AP) — {SENTENCES[0]}", SENTENCES[1]]))
    assert (page.byline, page.source_name) == ("Ruth Adeyemi", "AP")
    assert page.paragraphs[0].startswith("PORT CARROW, Maine (AP) — ")


def test_a_byline_of_another_article_is_not_taken() -> None:
    listed = (
        "Related articles",
        "Storm closes three bridges",
        "By Lena Ortiz",
        "Why boats are small",
        "By Hugh Lambert",
    )
    page = parse("\n".join([HEADLINE, "By Ruth Adeyemi", *SENTENCES, *listed]))
    assert page.byline == "Ruth Adeyemi"
    assert page.paragraphs == SENTENCES


def test_lines_that_are_left_out_say_why_and_come_back() -> None:
    text = "\n".join([*MENU, HEADLINE, *SENTENCES, "Related articles", "Storm closes three bridges on the coast"])
    page = parse(text)
    left_out = [line for line in page.lines if line.part is LineType.IGNORED]
    assert [line.text for line in left_out][-2:] == ["Related articles", "Storm closes three bridges on the coast"]
    assert all(line.reason for line in left_out)
    again = parse(text, overrule={left_out[-1].number: LineType.PARAGRAPH})
    assert again.paragraphs == (*page.paragraphs, left_out[-1].text)


def test_a_paragraph_that_was_overruled_changes_no_other_line() -> None:
    text = "\n".join([*MENU, HEADLINE, *SENTENCES, "Related articles", "Storm closes three bridges on the coast"])
    before = parse(text)
    for line in before.lines:
        after = parse(text, overrule={line.number: LineType.IGNORED})
        changed = [n for n, (old, new) in enumerate(zip(before.lines, after.lines, strict=True), 1) if old != new]
        # without its headline, the page gets another one
        assert changed == [line.number] or line.part is LineType.HEADLINE


def test_a_byline_and_a_date_that_a_person_names_replace_the_detected_ones() -> None:
    text = "\n".join([HEADLINE, "By Ruth Adeyemi", "25 November 2026", *SENTENCES, "Lena Ortiz", "in March"])
    page = parse(text, overrule={8: LineType.BYLINE, 9: LineType.DATE})
    assert (page.byline, page.published) == ("Lena Ortiz", "in March")
    assert [page.lines[n].part for n in (1, 2)] == [LineType.IGNORED] * 2


def test_the_standfirst_of_a_whole_page_is_the_first_paragraph() -> None:
    standfirst = "Walter Haskins has kept the lamp of Port Carrow for forty years without being asked"
    below = ("More from the coast", *(f"Storm closes bridge number {n}" for n in range(40)))
    page = parse("\n".join([*MENU, HEADLINE, standfirst, "By Ruth Adeyemi", "25 November 2026", *SENTENCES, *below]))
    assert page.paragraphs == (standfirst, *SENTENCES)


def test_a_short_answer_is_no_button() -> None:
    page = parse("\n".join([HEADLINE, *SENTENCES, "Do you ever sleep?", "No.", "Yes", "No"]))
    assert page.paragraphs == (*SENTENCES, "Do you ever sleep?", "No.")


def test_a_second_article_below_is_not_part_of_the_first() -> None:
    other = ("More from the coast", "Storm closes three bridges", "Why everyone buys boats", "A recipe for eels")
    page = parse("\n".join([*MENU, HEADLINE, *SENTENCES, *other, *MENU]))
    assert page.paragraphs == SENTENCES


def test_a_long_text_is_refused_before_it_is_read() -> None:
    for text in (
        "word " * (10_000_000 // 5),
        "word\n" * (10_000_000 // 5),
        "x" * (MAX_CHARS + 1),
        "a\n" * (MAX_LINES + 1),
    ):
        with pytest.raises(BadInput, match="one article"):
            parse(text)


LINES = st.one_of(
    st.sampled_from(
        [
            *SENTENCES,
            *MENU,
            HEADLINE,
            "",
            "By Ruth Adeyemi",
            "25 November 2026",
            "Related articles",
            "Photo: AP",
            "Support our journalism. Donate today.",
            "Support our journalism.",
            "- Two reporters live on the quay",
            "Sign up to Morning Post",
            "Enter your email address",
            "___",
            "© 2026",
            "关注我们",
            "بقلم: سلمى الحداد",
        ]
    ),
    st.text(max_size=60),
)


@settings(max_examples=300)
@given(st.lists(LINES, min_size=1, max_size=60))
def test_each_line_is_kept_or_a_field_or_left_out_with_a_reason(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        page = parse(text)
    except BadInput:
        return
    assert [line.number for line in page.lines] == list(range(1, len(page.lines) + 1))
    assert all(line.reason for line in page.lines)
    by_type = {part: [line.text for line in page.lines if line.part is part] for part in LineType}
    assert page.headline == " ".join(by_type[LineType.HEADLINE])
    assert by_type[LineType.HEADLINE]
    for part in (LineType.HEADLINE, LineType.BYLINE, LineType.DATE):  # one of each, on one line unless it was wrapped
        numbers = [line.number for line in page.lines if line.part is part]
        assert numbers == list(range(numbers[0], numbers[-1] + 1) if numbers else [])
    assert " ".join(page.paragraphs) == " ".join(by_type[LineType.PARAGRAPH])
    assert (page.appeal is None) == (not any(by_type[part] for part in APPEAL_PARTS))
    assert by_type[LineType.BLANK] == [""] * len(by_type[LineType.BLANK])


def test_lines_that_may_be_the_headline_are_offered_without_the_one_that_is_taken() -> None:
    prose = [
        "The ferry to Inver stops at the end of March, and the council has no plan for those who cross it every day.",
        "Two hundred people take the ferry to work, and the bridge is an hour away in good weather, says the council.",
        "The last crossing leaves the quay at six, and after that nobody knows how the nurse will come to the island.",
    ]
    menu = ["News", "Weather", *(f"Part {n}" for n in range(40))]
    text = [*menu, "Ferry to Inver stops in March", "Islanders ask who will bring the nurse", *prose]
    found = parse("\n".join(text))
    others = [line.text for line in found.other_headlines]
    assert {found.headline, *others} >= {text[-5], text[-4]}
    assert found.headline not in others
    assert not {*others} & {*prose}
    number = found.other_headlines[0].number
    again = parse("\n".join(text), overrule={number: LineType.HEADLINE})
    assert again.headline == others[0]
    assert found.headline in [line.text for line in again.other_headlines]


def test_the_title_under_which_author_and_date_stand_is_the_headline_and_none_of_a_list_with_dates() -> None:
    listed = [line for n in range(1, 25) for line in (f"The ferry stops for repairs in winter {n}", f"{n} March 2026")]
    text = [
        *listed,
        "The last ferry to Inver",
        "By Moira Sands",
        "9 March 2026",
        "The ferry to Inver stops at the end of March, and the council has no plan for those who cross it every day.",
        "Two hundred people take the ferry to work, and the bridge is an hour away in winter, says the council.",
        "The last crossing leaves the quay at six, and after that nobody knows how the nurse will come to the island.",
    ]
    assert parse("\n".join(text)).headline == "The last ferry to Inver"
