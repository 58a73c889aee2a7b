"""Leave a donation appeal out of what was read of a page. Pure.

Pages of nonprofit newsrooms have appeals between their paragraphs. The appeal in an email is chosen by its publication.
"""

from collections.abc import Sequence

from newsletter.stories.pasted_text.appeal_phrases import find_languages, phrases_of
from newsletter.stories.pasted_text.detect_appeal import KnownAppealLines, find_appeal_spans, weigh_line
from newsletter.stories.pasted_text.measure_lines import WORD
from newsletter.stories.reading.page_story import Notice, PageStory
from newsletter.stories.rich_text import rich_text

APPEAL_LEFT_OUT = Notice("A donation appeal in the text was left out.", "To save it, use “Paste a story”.")
NO_STORED_LINES = KnownAppealLines(())


def without_appeal(story: PageStory) -> PageStory:
    """Return the story without the blocks that are a donation appeal; its notice says if there were any."""
    plain = [rich_text.plain(block) for block in story.paragraphs]
    lines = [(n, line) for n, text in enumerate(plain) for line in text.splitlines() if line]
    inside = _appeal_lines([line for _, line in lines])
    kept = {n for place, (n, line) in enumerate(lines) if place not in inside}
    if len(kept) == len(story.paragraphs):
        return story
    paragraphs = tuple(block for n, block in enumerate(story.paragraphs) if n in kept)
    notice = APPEAL_LEFT_OUT
    if story.notice:
        notice = story.notice._replace(problem=f"{story.notice.problem} {APPEAL_LEFT_OUT.problem}")
    return PageStory(story.fields, paragraphs, notice)


def _appeal_lines(lines: Sequence[str]) -> set[int]:
    asks = phrases_of(find_languages(word for line in lines for word in WORD.findall(line.casefold())))
    spans = find_appeal_spans([weigh_line(line, NO_STORED_LINES, asks) for line in lines])
    return {n for span in spans for n in range(span.start, span.end)}
