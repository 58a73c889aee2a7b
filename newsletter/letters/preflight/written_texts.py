"""All that people wrote for an email, each text with its place. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from newsletter.letters.content.appeal_view import AppealView
from newsletter.letters.content.letter_content import LetterContent
from newsletter.letters.content.snippet_view import SnippetView
from newsletter.letters.content.story_view import StoryView


class Written(NamedTuple):
    """A text that readers see; `place` says where an editor finds it."""

    place: str
    text: str


def written_texts(contents: LetterContent) -> list[Written]:
    """Return the texts of stories, appeal, note, snippets, corrections, subject and preview, without empty ones.

    Stories come first, because a subject or a preview that nobody wrote repeats their headlines.
    """
    found = [written for story in contents.stories for written in _of_story(story)]
    found += _of_appeal(contents.appeal) if contents.appeal else []
    found += [Written("note", paragraph) for paragraph in contents.intro]
    found += [written for snippet in contents.snippets for written in _of_snippet(snippet)]
    found += [Written("corrections", correction.text) for correction in contents.corrections]
    found += [Written("subject", contents.subject), Written("preheader", contents.preheader)]
    return [written for written in found if written.text]


def _of_story(story: StoryView) -> Iterator[Written]:
    place = f"story {story.number}"
    yield Written(f"{place}, headline", story.headline)
    yield Written(f"{place}, kicker", story.kicker)
    yield Written(f"{place}, byline", story.byline)
    if story.picture:
        yield Written(f"{place}, alt text", story.picture.alt)
        yield Written(f"{place}, credit", story.picture.credit)
    for passage in story.passages:
        yield from (Written(f"{place}, text", line) for line in passage.lines)
    if story.quote:
        yield from (Written(f"{place}, quote", text) for text in (story.quote.text, story.quote.by))


def _of_snippet(snippet: SnippetView) -> Iterator[Written]:
    yield Written("snippet, title", snippet.title)
    if snippet.picture:
        yield Written("snippet, alt text", snippet.picture.alt)
    for passage in snippet.passages:
        yield from (Written("snippet, text", line) for line in passage.lines)


def _of_appeal(ask: AppealView) -> list[Written]:
    texts = (ask.heading, ask.lead, *ask.points, *ask.closing, ask.match, ask.button)
    return [Written("appeal", text) for text in texts]
