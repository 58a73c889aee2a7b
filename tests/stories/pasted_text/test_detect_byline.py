"""Who wrote it and for whom: found where it is said, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.stories.pasted_text import detect_byline, person_names
from newsletter.stories.pasted_text.detect_byline import find_byline
from newsletter.stories.pasted_text.detect_byline_line import NO_BYLINE, Byline, parse_byline_line

TOLD = [
    (
        "In this long report by Idris Valen for The Slow Wire, nobody hurries.",
        "Idris Valen",
        "The Slow Wire",
    ),
    ("A story by Ana María de la Cruz for El Faro says why.", "Ana María de la Cruz", "El Faro"),
    ("Read the analysis by Leila al-Shami for New Lines Magazine.", "Leila al-Shami", "New Lines Magazine"),
    ("An investigation by Łukasz Żądło for the BBC took years.", "Łukasz Żądło", "BBC"),
    ("a dispatch by J. R. O’Neill Jr. for The Times of Malta. It rained.", "J. R. O’Neill Jr.", "The Times of Malta"),
    ("The report by correspondent Jane Doe for Reuters’s desk", "Jane Doe", "Reuters"),
    (
        "An essay by Jane Doe and John van der Berg for The Sunday Times on Monday",
        "Jane Doe and John van der Berg",
        "The Sunday Times",
    ),
    ("An essay by Jane Doe, John Roe and Ann Poe for Granta.", "Jane Doe, John Roe and Ann Poe", "Granta"),
    ("Idris Valen reports for The Slow Wire that it rains.", "Idris Valen", "The Slow Wire"),
    ("Meanwhile Idris Valen reports for The Slow Wire.", "Idris Valen", "The Slow Wire"),
    ("As our correspondent Jane Doe writes for Le Monde, it rains.", "Jane Doe", "Le Monde"),
    ("It rains, writes Amira Hass in Haaretz.", "Amira Hass", "Haaretz"),
    ("Omar bin Laden-Smith writes in The New York Times that it rains.", "Omar bin Laden-Smith", "The New York Times"),
    ("The harbour is full, reports Jane Doe for the Alder Bay Lantern.", "Jane Doe", "Alder Bay Lantern"),
    ("A piece by Cafe\u0301 Zoe\u0308 for Libe\u0301ration.", "Café Zoë", "Libération"),
]


@pytest.mark.parametrize(("text", "name", "source"), TOLD)
def test_a_name_told_with_its_source_is_found(text: str, name: str, source: str) -> None:
    assert find_byline(["Nothing here.", text, "A report by Other Person for Another Paper."]) == Byline(name, source)


@pytest.mark.parametrize(
    "text",
    [
        "Read Idris Valen’s report to its end.",
        "A surprise visit by Jane Doe for Memorial Day.",
        "The FBI investigates Jane Doe for Fraud.",
        "The report by Jane Doe's team for The Times was long.",
        "A report by the ministry for The Times.",
        "A report by Reuters for The Times.",
        "Jane Doe reports in Gaza City.",
        "A story by Jane Doe in Jerusalem.",
        "Jane Doe writes in Hebrew.",
        "Jane Doe reports for duty.",
        "Jane Doe writes in March that it rains.",
        "by JANE",
        "تقرير سلمى الحداد لصحيفة الميناء",
        "",
    ],
)
def test_a_name_alone_and_other_prose_is_no_byline(text: str) -> None:
    assert find_byline([text]) == NO_BYLINE


@pytest.mark.parametrize(
    ("line", "name", "source"),
    [
        ("By Jane Doe", "Jane Doe", ""),
        ("BY JANE DOE", "JANE DOE", ""),
        ("By: Jane Doe", "Jane Doe", ""),
        ("Words by Jane Doe", "Jane Doe", ""),
        ("By Jane Doe, The Daily Planet", "Jane Doe", "The Daily Planet"),
        ("By Jane Doe and Élodie Roe | The Daily Planet | 12 May 2026", "Jane Doe and Élodie Roe", "The Daily Planet"),
        ("By Jane Doe • May 12, 2026", "Jane Doe", ""),
        ("By Jane Doe for Le Monde", "Jane Doe", "Le Monde"),
        ("By The Associated Press", "", "The Associated Press"),
    ],
)
def test_a_line_that_is_a_byline_is_read(line: str, name: str, source: str) -> None:
    assert parse_byline_line(line) == Byline(name, source)


@pytest.mark.parametrize(
    "line",
    [
        "By Monday Israel Katz had changed his mind.",
        "By Friday Night Lights standards it was a small crowd.",
        "By the time Jane Doe came it was over.",
        "By Jane",
        "Bystanders Jane Doe and John Roe saw it.",
        "By The Time Jane Doe came it was over",
        "By donating you help us.",
        "By Jane Doe, who has covered the harbour for thirty years and knows each boat by its name and its owner’s too",
        "",
    ],
)
def test_a_sentence_that_begins_with_by_is_none(line: str) -> None:
    assert parse_byline_line(line) == NO_BYLINE


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    find_byline([text, f"report by {text}", f"{text} reports for {text}"])
    parse_byline_line(f"By {text}")


@pytest.mark.parametrize("between", ["\u00a0", "\u202f", "\u200b ", "\u00ad ", "  "])
def test_signs_that_are_not_seen_hide_no_name(between: str) -> None:
    told = f"In this report by{between}Idris{between}Valen for{between}The Slow\u00ad Wire, nobody hurries."
    assert find_byline([told]) == Byline("Idris Valen", "The Slow Wire")
    assert parse_byline_line(f"\u200bBy{between}Idris Va\u00adlen") == Byline("Idris Valen", "")


@pytest.mark.parametrize(
    "words", ["a writes for b ", "report by Jane Doe ", "Jane Doe reports for ", "x, writes A in "]
)
def test_a_long_text_is_read_in_proportion_to_its_length(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    tokens = person_names.split_words
    monkeypatch.setattr(detect_byline, "split_words", lambda text: read.append(len(text)) or tokens(text))  # type: ignore[func-returns-value]
    text = words * (60_000 // len(words))
    find_byline([text])
    assert sum(read) <= 60 * len(text)
