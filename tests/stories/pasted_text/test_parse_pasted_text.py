"""Text copied from a web page: what each line is taken for, and what becomes of it."""

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.giving import edit_appeal
from newsletter.lib.errors import BadInput
from newsletter.stories.pasted_text.line_types import APPEAL_PARTS
from newsletter.stories.pasted_text.parse_pasted_text import LineType, PastedAppeal, PastedArticle, parse
from newsletter.stories.rich_text import rich_text
from tests.support import factories as make
from tests.support.surroundings import ROOT

HEADLINE = "The Ferry Learns to Wait"
FIRST = (
    "For nine winters the last ferry left the island at six, whether or not anybody was still running down the hill"
    " with a bag in each hand. A report by Ines Falk for The Tideline asks the captain why he has begun"
    " to wait, and what it costs him in diesel, in sleep, and in arguments with the harbour office."
)
SECOND = (
    "The office says that a timetable is a promise. The captain says so too, but asks to whom it was made. Since March"
    " he has kept a list: forty-one people who would have slept on a bench, two who would have missed a birth."
)
THIRD = (
    "Not everybody is grateful. The baker on the far side, who needs his flour at seven, has asked for compensation,"
    " and the island council has spent an evening on the meaning of the word “last” without finding one."
)
FOURTH = (
    "How it ends stands in Ines Falk’s whole piece. It has a map, a table of the tides, and the best"
    " sentence about waiting that we have read this year."
)
STORY = (FIRST, SECOND, THIRD, FOURTH)
POINTS = ("Two reporters who live on the quay", "Every council meeting since 1998", "Corrections on page one")
BLOCK = (
    "Keep the lamp lit",
    "Two people write this paper:",
    "it needs a third, and we cannot do it without you.",
    *(f"- {point}" for point in POINTS + POINTS),
    "Become a member.",
    "Give to The Tideline, and it comes again on Tuesday.",
)
APPEAL = PastedAppeal(
    heading="Keep the lamp lit",
    lead="Two people write this paper:\nit needs a third, and we cannot do it without you.",
    points=POINTS,
    closing="Become a member.\nGive to The Tideline, and it comes again on Tuesday.",
    after_paragraph=2,
)


def page(*lines: str, end: str = "\n") -> str:
    return end.join([HEADLINE, *lines])


def parts(pasted: PastedArticle) -> list[LineType]:
    return [line.part for line in pasted.lines]


def test_a_block_in_the_middle_is_offered_and_not_left_in_the_story() -> None:
    pasted = parse(page(FIRST, SECOND, *BLOCK, THIRD, FOURTH))
    assert pasted.headline == HEADLINE
    assert pasted.paragraphs == STORY
    assert pasted.appeal == APPEAL
    assert (pasted.byline, pasted.source_name) == ("Ines Falk", "The Tideline")


def test_every_line_tells_what_it_was_taken_for_and_why() -> None:
    text = page(FIRST, SECOND, *BLOCK, THIRD, "", FOURTH)
    pasted = parse(text)
    assert [line.number for line in pasted.lines] == list(range(1, len(text.splitlines()) + 1))
    assert [line.text for line in pasted.lines] == text.splitlines()
    assert all(line.reason for line in pasted.lines)
    assert parts(pasted) == [
        LineType.HEADLINE,
        LineType.PARAGRAPH,
        LineType.PARAGRAPH,
        LineType.APPEAL_HEADING,
        LineType.APPEAL_LEAD,
        LineType.APPEAL_LEAD,
        *[LineType.APPEAL_POINT] * 3,
        *[LineType.APPEAL_POINT_REPEATED] * 3,
        LineType.APPEAL_CLOSING,
        LineType.APPEAL_CLOSING,
        LineType.PARAGRAPH,
        LineType.BLANK,
        LineType.PARAGRAPH,
    ]


def test_a_whole_page_as_it_is_copied_comes_apart_as_it_should() -> None:
    text = (ROOT / "tests" / "golden" / "copied.txt").read_text(encoding="utf-8")
    given_lines = text.splitlines()
    pasted = parse(text)
    assert pasted.headline == given_lines[0]
    assert pasted.paragraphs == (given_lines[1], given_lines[2], given_lines[14], given_lines[15])
    assert (pasted.byline, pasted.source_name) == ("Nora Vance", "The Harbour Note")
    assert pasted.appeal == PastedAppeal(
        heading=given_lines[3],
        lead="\n".join(given_lines[4:6]),
        points=tuple(line.removeprefix("- ") for line in given_lines[6:9]),
        closing="\n".join(given_lines[12:14]),
        after_paragraph=2,
    )
    assert pasted.body.count("<p>") == 4


@pytest.mark.django_db
def test_a_pasted_appeal_can_be_stored_and_its_copies_are_known_from_then_on() -> None:
    text = page(FIRST, SECOND, *BLOCK, THIRD, FOURTH)
    found = parse(text).appeal
    assert found
    words: dict[str, Any] = asdict(found)
    stored = edit_appeal.create_appeal(
        make.publication(),
        name="pasted",
        button="Support us",
        url="https://give.example.org/",
        paragraph_number=words.pop("after_paragraph"),
        **words,
    )
    again = parse(text, known_lines=edit_appeal.list_lines(stored))
    assert again.appeal == found
    assert all(
        "stored appeal" in line.reason or "duplicate" in line.reason
        for line in again.lines
        if line.part in APPEAL_PARTS
    )


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n\n", "\n \u00a0 \n"])
def test_line_ends_of_every_kind_and_blank_lines_change_nothing(end: str) -> None:
    pasted = parse(page(FIRST, SECOND, *BLOCK, THIRD, FOURTH, end=end) + end)
    assert pasted.paragraphs == STORY
    assert pasted.appeal == APPEAL


@pytest.mark.parametrize("bullet", ["- ", "• ", "* ", "– ", "•\u00a0", "  ·  ", "\u00a0- ", "✓ ", "•"])
def test_bullets_of_every_kind_are_points(bullet: str) -> None:
    block = [line.replace("- ", bullet, 1) if line.startswith("- ") else line for line in BLOCK]
    assert parse(page(FIRST, SECOND, *block, THIRD, FOURTH)).appeal == APPEAL


def test_numbered_points_are_points() -> None:
    numbered = [f"{number}. {point}" for number, point in enumerate(POINTS, start=1)]
    pasted = parse(page(FIRST, SECOND, *BLOCK[:3], *numbered, *numbered, *BLOCK[-2:], THIRD, FOURTH))
    assert pasted.appeal == APPEAL


def test_points_whose_bullets_were_lost_are_known_by_standing_there_twice() -> None:
    block = [line.removeprefix("- ") for line in BLOCK]
    assert parse(page(FIRST, SECOND, *block, THIRD, FOURTH)).appeal == APPEAL


def test_a_whole_block_that_stands_there_twice_is_one_appeal() -> None:
    once = [*BLOCK[:6], *BLOCK[-2:]]
    pasted = parse(page(FIRST, SECOND, *once, *once, THIRD, FOURTH))
    assert pasted.appeal == APPEAL
    assert pasted.paragraphs == STORY
    assert parts(pasted).count(LineType.IGNORED) == 5
    assert parts(pasted).count(LineType.APPEAL_POINT_REPEATED) == 3


def test_points_listed_once_are_enough_when_the_lines_around_them_ask() -> None:
    pasted = parse(page(FIRST, SECOND, *BLOCK[:6], *BLOCK[-2:], THIRD, FOURTH))
    assert pasted.appeal == APPEAL


def test_a_block_in_another_language_is_known_by_its_doubled_list() -> None:
    points = ("Zwei Reporterinnen am Kai", "Jede Ratssitzung seit 1998")
    block = ("Damit das Licht brennt", "Langsam und ehrlich:", *(f"- {p}" for p in points + points), "Sei dabei.")
    pasted = parse(page(FIRST, *block, SECOND))
    assert pasted.appeal == PastedAppeal("Damit das Licht brennt", "Langsam und ehrlich:", points, "Sei dabei.", 1)
    assert pasted.paragraphs == (FIRST, SECOND)


def test_lines_of_a_stored_appeal_are_recognised_in_any_language_and_wording() -> None:
    known = ["Damit das Licht brennt", "Langsam und ehrlich. Seit 1998 an jedem Kai.", "Jede Ratssitzung seit 1998"]
    block = ("DAMIT DAS LICHT BRENNT!", "Seit 1998 an jedem Kai.", "• Jede Ratssitzung seit 1998")
    assert parse(page(FIRST, *block, SECOND)).appeal is None
    pasted = parse(page(FIRST, *block, SECOND), known_lines=known)
    assert pasted.appeal == PastedAppeal(
        "DAMIT DAS LICHT BRENNT!", "Seit 1998 an jedem Kai.", ("Jede Ratssitzung seit 1998",), "", 1
    )
    assert "stored appeal" in pasted.lines[2].reason


def test_a_long_line_leaves_the_story_only_when_it_is_stored() -> None:
    lead = "Support our journalism. " + "We sit through meetings nobody else sits through, and we write it down. " * 4
    assert len(lead) > 250
    pasted = parse(page(FIRST, "Join us. Donate today.", lead, SECOND))
    assert pasted.paragraphs == (FIRST, lead.strip(), SECOND)
    assert "although it contains “support our journalism”" in pasted.lines[3].reason
    pasted = parse(page(FIRST, "Join us. Donate today.", lead, SECOND), known_lines=[lead])
    assert pasted.paragraphs == (FIRST, SECOND)


@pytest.mark.parametrize(
    "line",
    [
        "Support our journalism — donate today.",
        "Become a member. Your support keeps us going.",
        "Readers like you make this possible. Join us!",
    ],
)
def test_a_single_line_that_asks_twice_is_a_block(line: str) -> None:
    pasted = parse(page(FIRST, SECOND, line, THIRD))
    assert pasted.appeal == PastedAppeal(line, "", (), "", 2)
    assert pasted.paragraphs == (FIRST, SECOND, THIRD)


def test_a_block_without_points_has_heading_lead_and_closing() -> None:
    block = ("Journalism needs you", "We can't do it alone.", "Your gift pays for a day of reporting.", "Donate now")
    pasted = parse(page(FIRST, *block, SECOND))
    assert pasted.appeal == PastedAppeal(block[0], f"{block[1]}\n{block[2]}", (), block[3], 1)


def test_a_block_above_all_paragraphs_is_put_behind_the_first() -> None:
    pasted = parse(page(*BLOCK, FIRST, SECOND))
    assert pasted.appeal
    assert pasted.appeal.after_paragraph == 1
    assert pasted.paragraphs == (FIRST, SECOND)


def test_a_second_block_is_left_out_too_but_only_one_is_offered() -> None:
    pasted = parse(page(FIRST, SECOND, *BLOCK, THIRD, FOURTH, "Support us. Donate today."))
    assert pasted.appeal == APPEAL
    assert pasted.paragraphs == STORY
    assert pasted.lines[-1].part == LineType.IGNORED


FUNDRAISING = (
    "The children’s hospital raised two million in a single evening, and for once nobody was asked to donate by a"
    " celebrity. “Support us, we said, because you have sat in these corridors,” the head nurse recalls. “Give now or"
    " give later, but come and see the ward.” Your gift, the letters said, will be a bed with a window."
)


@pytest.mark.parametrize(
    "paragraphs",
    [
        (FUNDRAISING, FIRST, FUNDRAISING.replace("hospital", "museum")),
        (
            "Donors gave less this year.",
            "The charity had asked residents to donate.",
            "Most said they could not.",
            FIRST,
        ),
        ("“Support us,” she told the crowd. “Donate today.”", FIRST),
        ("Join us, they sang, said the mayor. Donate today, said the priest.", FIRST),
        ("Your support matters, join us, said the mayor.", FIRST),
        ("A poster on the wall: “Support us. Join us.”", FIRST),
        ("What members pay", "Thousands contributed.", "Support for the levy fell.", "Some gave twice.", FIRST),
        ("How to help", "- Call the shelter", "- Bring blankets", FIRST),
        (FIRST, "Join us"),
        (FIRST, "Advertisement", SECOND, "Advertisement", THIRD),
        (FIRST, "He waited.", "He waited.", SECOND),
    ],
)
def test_a_story_about_giving_keeps_its_paragraphs(paragraphs: tuple[str, ...]) -> None:
    pasted = parse(page(*paragraphs))
    assert pasted.appeal is None
    assert pasted.paragraphs == tuple(p for p in paragraphs if p != "Advertisement")


def test_short_paragraphs_beside_a_block_stay_in_the_story() -> None:
    above = ("Help came late to the valley.", "Nobody slept.", "The road was gone.")
    below = ("The road is back.", "Nobody was hurt.", "Give it time, they thought.")
    pasted = parse(page(*above, *BLOCK, *below))
    assert pasted.paragraphs == above + below
    assert pasted.appeal
    assert pasted.appeal.after_paragraph == 3


def test_short_paragraphs_between_two_blocks_stay_in_the_story() -> None:
    between = ("Nobody slept.", "The road was gone.", "The road is back.", "Nobody was hurt.")
    pasted = parse(page(FIRST, "Support us. Donate today.", *between, "Become a member. Chip in."))
    assert pasted.paragraphs == (FIRST, *between)


def test_a_lone_request_stays_in_the_story_and_is_pointed_out() -> None:
    pasted = parse(page(FIRST, "Join us"))
    assert pasted.lines[-1].reason == "story text, although it contains “join us”"


def test_a_text_without_a_block_and_one_in_another_script_are_all_paragraphs() -> None:
    pasted = parse("عنوان الخبر\nالفقرة الأولى من النص.\nالفقرة الثانية من النص.")
    assert (pasted.headline, len(pasted.paragraphs), pasted.appeal) == ("عنوان الخبر", 2, None)
    assert (pasted.byline, pasted.source_name) == ("", "")


def test_a_line_with_nothing_but_the_author_is_the_byline() -> None:
    pasted = parse(page("By Jane Doe | The Daily Planet", SECOND, THIRD))
    assert (pasted.byline, pasted.source_name) == ("Jane Doe", "The Daily Planet")
    assert pasted.paragraphs == (SECOND, THIRD)
    assert parse(page("By Ines Falk", FIRST)).source_name == "The Tideline"
    assert parse(page("By Jane Doe", FIRST)).source_name == ""


def test_furniture_of_the_page_is_ignored() -> None:
    pasted = parse(page("Share this article", FIRST, "ADVERTISEMENT", SECOND, "Read more:"))
    assert pasted.paragraphs == (FIRST, SECOND)
    assert parts(pasted).count(LineType.IGNORED) == 3


def test_text_broken_to_a_width_comes_back_as_whole_paragraphs() -> None:
    broken = f"""{HEADLINE}

For nine winters the last ferry left the island at six, whether or not
anybody was still running down the hill with a bag in each hand. Now the
captain waits.

Support our journalism.
Become a member.
We cannot do it alone.

The office says that a timetable is a promise. The captain says so too,
but asks to whom it was made.
"""
    pasted = parse(broken)
    assert pasted.paragraphs == (
        "For nine winters the last ferry left the island at six, whether or not anybody was still running down the hill"
        " with a bag in each hand. Now the captain waits.",
        "The office says that a timetable is a promise. The captain says so too, but asks to whom it was made.",
    )
    assert pasted.appeal == PastedAppeal("Support our journalism.", "Become a member.", (), "We cannot do it alone.", 1)


def test_short_lines_with_blank_ones_between_are_not_taken_for_broken_text() -> None:
    lines = ("The gate was shut for forty days and nights.", "It opened.", "", "Nobody knew.", "Why, nobody says.")
    assert len(parse(page(*lines)).paragraphs) == 4


def test_bullets_of_the_story_stay_in_it_as_a_list() -> None:
    pasted = parse(page(FIRST, "- the map", "- the tides", *BLOCK, SECOND))
    assert pasted.body.count("<ul><li>the map</li><li>the tides</li></ul>") == 1
    assert pasted.appeal
    assert pasted.appeal.after_paragraph == 2  # the paragraph and the list


def test_a_person_overrules_every_guess() -> None:
    text = page(FIRST, SECOND, *BLOCK, THIRD, FOURTH)
    pasted = parse(text, overrule={4: LineType.PARAGRAPH, 13: LineType.IGNORED})
    assert pasted.paragraphs == (FIRST, SECOND, "Keep the lamp lit", THIRD, FOURTH)
    assert pasted.appeal == PastedAppeal(
        "", APPEAL.lead, POINTS, "Give to The Tideline, and it comes again on Tuesday.", 3
    )
    assert pasted.lines[3].reason == "your correction"


def test_a_block_can_be_put_back_whole_and_one_can_be_named() -> None:
    text = page(FIRST, SECOND, *BLOCK, THIRD)
    block = range(4, 4 + len(BLOCK))
    assert parse(text, overrule=dict.fromkeys(block, LineType.PARAGRAPH)).appeal is None
    pasted = parse(page(FIRST, "Geben Sie!", SECOND), overrule={3: LineType.APPEAL_HEADING})
    assert pasted.appeal == PastedAppeal("Geben Sie!", "", (), "", 1)


def test_the_headline_can_be_another_line() -> None:
    text = f"The Tideline\n{page(FIRST)}"
    assert parse(text, overrule={2: LineType.HEADLINE}).paragraphs == ("The Tideline", FIRST)
    assert parse(text, overrule={1: LineType.IGNORED}).headline == HEADLINE


def test_a_byline_can_be_named_by_a_person() -> None:
    pasted = parse(page("by the night desk", FIRST), overrule={2: LineType.BYLINE})
    assert pasted.byline == "the night desk"


@pytest.mark.parametrize("number", [0, 9, 3])
def test_a_line_that_is_not_there_cannot_be_overruled(number: int) -> None:
    with pytest.raises(BadInput, match="no text"):
        parse(page(FIRST, "", SECOND), overrule={number: LineType.IGNORED})


@pytest.mark.parametrize("text", ["", " \n\u00a0\r\n\t", "\ufeff"])
def test_a_text_without_words_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no text"):
        parse(text)


@pytest.mark.parametrize("text", ["word " * 50_000, "word\n" * 1_001])
def test_a_text_too_long_to_be_an_article_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="one article"):
        parse(text)


def test_a_single_line_is_a_headline() -> None:
    pasted = parse("  Rain at last \n")
    assert (pasted.headline, pasted.paragraphs, pasted.body) == ("Rain at last", (), "")


def test_no_mark_of_a_reader_comes_through() -> None:
    pasted = parse(page("__nl_reader__", "_\x00_nl_reader__"))
    assert "__nl_" not in str(pasted)


LINES = st.sampled_from(
    [*STORY, *BLOCK, "", "Advertisement", "By Jane Doe", "Join us.", "- a point", "1. a point", "He waited."]
)


@given(st.lists(LINES, max_size=20), st.dictionaries(st.integers(1, 21), st.sampled_from(list(LineType)), max_size=3))
def test_no_line_is_lost_and_no_narrative_paragraph_is_swallowed(
    lines: list[str], overrule: dict[int, LineType]
) -> None:
    text = "\n".join([HEADLINE, *lines])
    given_lines = text.splitlines()
    overrule = {n: p for n, p in overrule.items() if n <= len(given_lines) and given_lines[n - 1]}
    pasted = parse(text, overrule=overrule)
    assert [line.text for line in pasted.lines] == given_lines
    assert all(line.part == overrule[line.number] for line in pasted.lines if line.number in overrule)
    guessed = [line for line in pasted.lines if line.number not in overrule]
    assert all((line.part == LineType.BLANK) == (not line.text) for line in guessed)
    assert all(line.part in (LineType.PARAGRAPH, LineType.HEADLINE) for line in guessed if line.text in STORY)
    told = [line.text for line in pasted.lines if line.part == LineType.PARAGRAPH]
    assert " ".join(pasted.paragraphs) == " ".join(told)
    assert (pasted.appeal is not None) == any(line.part in APPEAL_PARTS for line in pasted.lines)


@given(st.text(max_size=400))
def test_no_text_is_too_strange(text: str) -> None:
    assert parse(f"Headline\n{text}").headline == "Headline"


HARBOUR = """Harbour bridge closes for repairs

The bridge over the inner harbour will be closed from Monday, the council said on Friday, after cracks were found in \
two of its nine piers by a diver.

Support{0}our{0}journalism

We keep this harbour town informed every day of the year.

- Five pounds pays for an hour

- Ten pounds pays for two

Give{0}now

The bridge was built in 1931 and was last repaired in 1987, when the deck was replaced and the lamps were changed to \
electric ones."""


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f", "\u200b ", " \u00ad", "\u2003", "\u2060\u00a0", " \x81"])
def test_blanks_of_other_kinds_and_signs_that_are_not_seen_hide_no_appeal(blank: str) -> None:
    found = parse(HARBOUR.format(blank))
    assert found.appeal
    assert found.appeal.points == ("Five pounds pays for an hour", "Ten pounds pays for two")
    assert found.appeal.closing
    assert [paragraph[:10] for paragraph in found.paragraphs] == ["The bridge", "The bridge"]


def test_a_line_of_signs_that_are_not_seen_is_no_line_and_none_hides_a_bullet() -> None:
    found = parse("\u200b\n\ufeffHeadline\n\u00ad\u00a0\nIt\x92s a story.\n\u200b- one\n\u00a0- two")
    assert (found.headline, found.body) == ("Headline", "<p>It’s a story.</p><ul><li>one</li><li>two</li></ul>")


def test_a_copy_of_a_line_is_known_though_it_holds_signs_that_are_not_seen() -> None:
    text = "Headline\nA paragraph.\nKeep a news\u00adroom\u00a0by the sea\nMore of the story."
    assert parse(text, known_lines=["Keep a newsroom by the sea"]).appeal


def test_a_found_appeal_is_known_by_its_heading_and_points_whatever_a_page_added() -> None:
    found = parse(HARBOUR.format(" ")).appeal
    assert found
    own = [found.heading, *found.points]
    assert found.is_among(own)
    assert found.is_among([line.upper() for line in own])
    assert not found.is_among(own[1:])
    assert not found.is_among([])


def test_a_teaser_takes_the_first_paragraphs_and_those_that_a_person_chose() -> None:
    sentence = "The harbour of the old town was lit again on {} evening, and many people came."
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    text = "\n\n".join(["The harbour is lit again", *map(sentence.format, days[:2]), "- the map", "- the tides"])
    text += "\n\n" + "\n\n".join(map(sentence.format, days[2:]))
    found = parse(text)
    whole = [rich_text.plain(block.html) for block in rich_text.blocks(found.body)]
    first = [rich_text.plain(block.html) for block in rich_text.blocks(found.teaser(4, ()))]
    assert first == whole[:4]
    assert found.beyond(4, ()) == {13, 15}
    assert found.beyond(4, {15}) == {13}
    chosen = [rich_text.plain(block.html) for block in rich_text.blocks(found.teaser(4, {15}))]
    assert chosen == [*whole[:4], whole[-1]]
    assert found.teaser(20, ()) == found.body
