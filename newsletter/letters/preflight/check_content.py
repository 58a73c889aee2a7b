"""Preflight of an email's content: subject, preheader, both bodies, and what the law requires in them."""

import re
from collections.abc import Iterator, Set

from newsletter.letters.content.letter_content import Links
from newsletter.letters.content.locale_formats import has_dates
from newsletter.letters.content.translations import has_translation
from newsletter.letters.preflight.finding import Finding
from newsletter.letters.preflight.parsed_html import Element, ParsedHtml
from newsletter.mail.message import Letter, MergeTag
from newsletter.mail.text_cleaning import find_entities

MAX_SUBJECT_CHARACTERS = 70  # phones show half as many
LEFTOVERS = re.compile(r"\{\{|\}\}|\{%|%\}|<%|%>")
PADDING = "\u034f\u200c\u00a0 \n"  # invisible characters that fill up a preheader


def check_subject(subject: str) -> Iterator[Finding]:
    """Yield findings about the subject line."""
    if not subject.strip():
        yield Finding("subject.empty", "stop", "subject", "Write a subject.")
    if len(subject) > MAX_SUBJECT_CHARACTERS:
        yield Finding(
            "subject.long",
            "warn",
            "subject",
            f"Keep the subject under {MAX_SUBJECT_CHARACTERS} characters, or it is cut off.",
        )
    cased = sum(c.isupper() or c.islower() for c in subject)
    if cased > 5 and subject.upper() == subject and cased * 2 > sum(map(str.isalpha, subject)):
        yield Finding("subject.capitals", "warn", "subject", "All capitals look like spam. Use sentence case.")


def check_language(language: str, *, translated: bool | None = None) -> Iterator[Finding]:
    """Find a language of the email for which the fixed phrases, or names of months and weekdays, are missing.

    `translated`: whether the phrases of this email are in the language, if it is known.
    """
    if not (has_translation(language) if translated is None else translated):
        hint = "The fixed phrases are not translated into this language, so they appear in English."
        yield Finding("language.phrases", "warn", f"language: {language}", hint)
    if not has_dates(language):
        hint = "Names of months are not known in this language, so dates look like 2026-12-01."
        yield Finding("language.dates", "warn", f"language: {language}", hint)


def check_merge_tags(letter: Letter, written: Set[str] = frozenset()) -> Iterator[Finding]:
    """Find template syntax that was not rendered, unknown merge tags, and a first name that would not be escaped.

    Marks that people have `written` themselves are left to check_written.py.
    """
    allowed = {
        "subject": {MergeTag.FIRST_NAME},
        "text": {MergeTag.FIRST_NAME, MergeTag.READER},
        "HTML": {MergeTag.FIRST_NAME_HTML, MergeTag.READER},
    }
    for place, body in (("subject", letter.subject), ("text", letter.text), ("HTML", letter.html)):
        for mark in sorted(set(LEFTOVERS.findall(body)) - written):
            yield Finding(
                "mark.leftover", "stop", f"{place}: {mark}", "This template tag was not filled in. Remove it."
            )
        for mark in sorted(set(re.findall(r"__nl_\w*?__", body)) - {tag.value for tag in allowed[place]}):
            yield Finding(
                "mark.unknown", "stop", f"{place}: {mark}", "This merge tag is not filled in here. Remove it."
            )


def check_entities(letter: Letter, parsed: ParsedHtml) -> Iterator[Finding]:
    """Find HTML entities that readers would see as they are: `&amp;`, `&#8217;`; each once."""
    seen: set[str] = set()
    for place, body in (("subject", letter.subject), ("text", letter.text), ("HTML", parsed.text)):
        shown = " ".join(word for word in body.split() if "://" not in word)
        for entity in sorted(set(find_entities(shown)) - seen):
            seen.add(entity)
            hint = "Type the character itself, unless the text is about HTML."
            yield Finding("entity.leftover", "warn", f"{place}: {entity}", hint)


def check_required_links(letter: Letter, parsed: ParsedHtml, links: Links, postal_address: str) -> Iterator[Finding]:
    """Find missing required links and a missing postal address.

    The law and the large mailbox providers require an unsubscribe link and a sender. Readers whose email client clips
    the email need the web version. A link that readers cannot see does not count.
    """
    hrefs = {link.attrs.get("href") for link in parsed.of("a") if _is_visible(link)}
    flat = " ".join(letter.text.replace("\u200e", "").replace("\u200f", "").split())
    for name, address in (("unsubscribe", links.unsubscribe), ("preferences", links.preferences), ("web", links.web)):
        if address not in hrefs:
            yield Finding(f"required.{name}", "stop", "HTML", f"Add a visible link to {address}.")
        if address not in letter.text:
            yield Finding(f"required.{name}", "stop", "text", f"Add {address}.")
    for place, body in (("HTML", parsed.text), ("text", flat)):
        if not postal_address or postal_address not in body:
            yield Finding("required.postal_address", "stop", place, "Add the sender’s postal address.")


def _is_visible(link: Element) -> bool:
    """Return True when the link has text or a picture that readers can see."""
    return any(e.visibility.is_visible and (e.tag == "img" or e.own_text.strip(PADDING)) for e in (link, *link.below()))


def check_https_unsubscribe(links: Links, *, local: bool) -> Iterator[Finding]:
    """Check for https, which one-click unsubscribe needs (RFC 8058). The large mailbox providers require it."""
    if not local and not links.unsubscribe.lower().startswith("https:"):
        yield Finding("required.https", "stop", "List-Unsubscribe", "Set BASE_URL to an https:// address.")


def check_preheader(letter: Letter, parsed: ParsedHtml) -> Iterator[Finding]:
    """Yield findings about the preview text."""
    first = parsed.content()[:1]
    preview = " ".join(first[0].text.strip(PADDING).split()) if first and first[0].is_hidden else ""
    if not preview:
        yield Finding("preheader.missing", "warn", "HTML", "Start the body with a hidden preview line.")
    elif preview == letter.subject:
        yield Finding(
            "preheader.same", "warn", "preheader", "Say something in the preview text that the subject does not."
        )


def check_text_body(letter: Letter, parsed: ParsedHtml) -> Iterator[Finding]:
    """Yield findings about the plain-text body."""
    text_words, html_words = len(letter.text.split()), len(parsed.text.split())
    if not text_words:
        yield Finding("text.missing", "stop", "text", "Write a plain-text body; some readers see nothing else.")
    elif text_words < html_words / 5:
        yield Finding(
            "text.short",
            "stop",
            "text",
            f"The text has {text_words} words, the HTML {html_words}. Say the same in both.",
        )
