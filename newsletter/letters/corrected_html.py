"""An email's HTML as its web version shows it after corrections: a dated note with each story, a new headline or text.

The email is changed as text, at the places of its elements, so that all the rest of it stays as it left. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple

from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.letters.content.locale_formats import full_date
from newsletter.letters.content.publication_phrases import words_for
from newsletter.letters.content.translations import Translation
from newsletter.letters.preflight.parsed_html import Element, ParsedHtml, parse_html
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone
from newsletter.stories.rich_text import rich_text

ARIA_LABEL = re.compile(r"""aria-label\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE)
TEXTS = {"prose", "brief-words"}  # classes of the elements around a story's text
SHORT = {"short-headline", "lead-in"}  # classes of the headlines of stories that show their first block only
NOTE = (
    "margin:0 0 18px; padding:2px 12px; border:0 solid currentColor; border-inline-start-width:3px; font-size:16px;"
    " line-height:1.5; font-weight:normal; font-style:normal; text-transform:none; letter-spacing:0"
)
# for an element that the old text has none of; the page is read in a browser
PLAIN_STYLES = {
    "p": "margin:0 0 18px",
    "ul": "margin:0 0 18px; padding:0; padding-inline-start:26px",
    "ol": "margin:0 0 18px; padding:0; padding-inline-start:26px",
    "li": "margin:0 0 8px",
    "blockquote": "margin:0 0 18px; padding-inline-start:20px; border-inline-start:3px solid currentColor",
    "a": "color:inherit; text-decoration:underline",
}


class PlacedCorrection(NamedTuple):
    """A correction, and the place of its story in the email, counted from 1."""

    position: int
    correction: StoryCorrection


class _Edit(NamedTuple):
    """A change of the text from `start` to `end`; equal ones insert."""

    start: int
    end: int
    text: str


def headline_in(html: str, position: int) -> str:
    """Return the headline of the story at this place; empty if the email does not tell."""
    heading = _heading(parse_html(html), position)
    return " ".join(_link_of(heading).text.split()) if heading else ""


def with_corrections(html: str, corrections: Iterable[PlacedCorrection], publication: Publication) -> str:
    """Return the email with its corrections, in the order in which they were made."""
    ordered = sorted(corrections, key=lambda each: (each.position, each.correction.corrected_at))
    if not ordered:
        return html
    words, parsed = words_for(publication), parse_html(html)
    edits: list[_Edit] = []
    homeless: list[str] = []  # notes of stories that an own template prints without their anchor
    for position, group in groupby(ordered, key=lambda each: each.position):
        made = [each.correction for each in group]
        notes = [_note(each, publication, words) for each in made]
        if heading := _heading(parsed, position):
            edits += _edits_of_story(html, parsed, heading, made, "\n".join(notes))
        else:
            homeless += [_note(each, publication, words, with_headline=True) for each in made]
    if homeless and (body := next(iter(parsed.of("body")), None)):
        place = body.start + len(body.source)
        frame = f'<div style="max-width:600px; margin:0 auto; padding:16px">{"".join(homeless)}</div>'
        edits.append(_Edit(place, place, frame))
    return _apply(html, edits)


def _edits_of_story(
    html: str, parsed: ParsedHtml, heading: Element, made: Sequence[StoryCorrection], notes: str
) -> Iterator[_Edit]:
    texts = _texts_of(parsed, heading)
    is_short = bool(SHORT & _classes(heading))
    # the headline of a brief stands in the line of its text, so the note stands below both
    after = texts[-1] if "lead-in" in _classes(heading) and texts else heading
    place = html.index(">", after.end) + 1 if after.end > after.start else after.start + len(after.source)
    body = next((each.body for each in reversed(made) if each.body), "")
    if body and not texts:
        notes += f'<div style="{NOTE}">{body}</div>'
    yield _Edit(place, place, f"\n{notes}")
    if headline := next((each.headline for each in reversed(made) if each.headline), ""):
        yield from _edits_of_headline(parsed, heading, headline)
    if body and texts:
        blocks = rich_text.blocks(body)[: 1 if is_short else None]
        yield _inside(texts[0], "\n".join(_styled(block.html, texts[0]) for block in blocks))
        yield from (_inside(more, "") for more in texts[1:])
    if headline or body:  # no page shows the preview text, which may repeat what was wrong
        yield from (_inside(element, "") for element in parsed.elements if "preheader" in _classes(element))


def _edits_of_headline(parsed: ParsedHtml, heading: Element, headline: str) -> Iterator[_Edit]:
    """Replace a headline wherever the email repeats it: list of stories, title, link to the article."""
    link = _link_of(heading)
    old, new = " ".join(link.text.split()), escape(headline)
    yield _inside(link, new)
    if not old:
        return
    for element in parsed.elements:
        classes, label = _classes(element), element.attrs.get("aria-label", "")
        is_onward = "onward-link" in classes and element.attrs.get("href") == link.attrs.get("href")
        if element.attrs.get("href") == f"#{heading.attrs['id']}" or (element.tag == "title" and element.text == old):
            yield _inside(element, new)
        elif label == old or (is_onward and old in label):
            attribute = f'aria-label="{escape(label.replace(old, headline))}"'
            source = ARIA_LABEL.sub(attribute.replace("\\", r"\\"), element.source)
            yield _Edit(element.start, element.start + len(element.source), source)
        elif is_onward:
            repeated = (part for part in element.below() if " ".join(part.text.split()) == old)
            yield from (_inside(part, new) for part in repeated)


def _heading(parsed: ParsedHtml, position: int) -> Element | None:
    return next((element for element in parsed.elements if element.attrs.get("id") == f"story-{position}"), None)


def _link_of(heading: Element) -> Element:
    return next((element for element in heading.below() if element.tag == "a"), heading)


def _texts_of(parsed: ParsedHtml, heading: Element) -> list[Element]:
    """Return the elements with the text of the story: those below the closest element that has some."""
    around = [e for e in parsed.elements if e is not heading and any(each is heading for each in e.below())]
    for element in reversed(around):  # in document order, so the innermost one is last
        inside = list(element.below())
        if sum(each.attrs.get("id", "").startswith("story-") for each in inside) > 1:
            return []
        if found := [each for each in inside if TEXTS & _classes(each)]:
            return found
    return []


def _note(
    correction: StoryCorrection, publication: Publication, words: Translation, *, with_headline: bool = False
) -> str:
    day = correction.corrected_at.astimezone(zone(publication.time_zone)).date()
    written = words.fill(words.corrected, day=full_date(day, words.language), text=correction.text)
    name = f"<strong>{escape(correction.shown_headline)}</strong><br>" if with_headline else ""
    attributes = f'lang="{escape(words.language)}" dir="{words.direction}" style="{NOTE}"'
    return f'<p id="correction-{correction.pk or "new"}" {attributes}>{name}{escape(written)}</p>'


def _styled(block: str, old: Element) -> str:
    """Return a block with the inlined styles of the text that it replaces."""
    known = PLAIN_STYLES | {e.tag: e.attrs["style"] for e in reversed(list(old.below())) if "style" in e.attrs}
    parts, place = [], 0
    for element in parse_html(block).elements:
        if style := known.get(element.tag):
            end = element.start + len(element.source) - 1  # before its “>”
            parts += [block[place:end], f' style="{escape(style)}"']
            place = end
    return "".join([*parts, block[place:]])


def _inside(element: Element, text: str) -> _Edit:
    """Replace what is inside an element. One that is never closed stays as it is."""
    start = element.start + len(element.source)
    return _Edit(start, element.end, text) if element.end >= start else _Edit(start, start, "")


def _classes(element: Element) -> set[str]:
    return set(element.attrs.get("class", "").split())


def _apply(html: str, edits: Iterable[_Edit]) -> str:
    parts, place = [], 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        if edit.start >= place:  # a part of something that was replaced is gone
            parts += [html[place : edit.start], edit.text]
            place = edit.end
    return "".join([*parts, html[place:]])
