"""Preflight of what a letter says: subject, preheader, both bodies, and what the law wants in them."""

import re
from collections.abc import Iterator

from newsletter.letters.content.letter_content import Links
from newsletter.letters.preflight.finding import Finding
from newsletter.letters.preflight.parsed_html import Element, ParsedHtml
from newsletter.mail.message import Letter, MergeTag
from newsletter.mail.text_cleaning import find_entities

LONG_SUBJECT = 70  # characters; phones show half as many
LEFTOVERS = re.compile(r"\{\{|\}\}|\{%|%\}|<%|%>")
PADDING = "\u034f\u200c\u00a0 \n"  # what fills up a preheader


def check_subject(subject: str) -> Iterator[Finding]:
    if not subject.strip():
        yield Finding("subject.empty", "stop", "subject", "Write a subject.")
    if len(subject) > LONG_SUBJECT:
        yield Finding("subject.long", "warn", "subject", f"Keep it under {LONG_SUBJECT} characters, or it is cut off.")
    cased = sum(c.isupper() or c.islower() for c in subject)
    if cased > 5 and subject.upper() == subject and cased * 2 > sum(map(str.isalpha, subject)):
        yield Finding("subject.capitals", "warn", "subject", "Capitals alone look like spam. Write it as a sentence.")


def check_merge_tags(letter: Letter) -> Iterator[Finding]:
    """Template marks left over, marks nobody will fill in, and a name where it would stand unescaped."""
    allowed = {
        "subject": {MergeTag.FIRST_NAME},
        "text": {MergeTag.FIRST_NAME, MergeTag.READER},
        "HTML": {MergeTag.FIRST_NAME_HTML, MergeTag.READER},
    }
    for place, body in (("subject", letter.subject), ("text", letter.text), ("HTML", letter.html)):
        for mark in sorted(set(LEFTOVERS.findall(body))):
            yield Finding(
                "mark.leftover", "stop", f"{place}: {mark}", "A template was not filled in. Take the mark out."
            )
        for mark in sorted(set(re.findall(r"__nl_\w*?__", body)) - {token.value for token in allowed[place]}):
            yield Finding("mark.unknown", "stop", f"{place}: {mark}", "Nothing fills this mark in here. Take it out.")


def leftover_entities(letter: Letter, anatomy: ParsedHtml) -> Iterator[Finding]:
    """Characters written as HTML writes them, which readers would see: `&amp;`, `&#8217;`."""
    for place, words in (("subject", letter.subject), ("text", letter.text), ("HTML", anatomy.words)):
        shown = " ".join(word for word in words.split() if "://" not in word)
        for entity in dict.fromkeys(find_entities(shown)):
            hint = "Write the character itself, unless the text is about HTML."
            yield Finding("entity.leftover", "warn", f"{place}: {entity}", hint)


def check_required_links(letter: Letter, anatomy: ParsedHtml, links: Links, postal_address: str) -> Iterator[Finding]:
    """The law and the large mailboxes ask for a way out and a sender; clipped readers need the web version.

    A link that no eye meets is none.
    """
    hrefs = {link.attrs.get("href") for link in anatomy.of("a") if _is_met(link)}
    flat = " ".join(letter.text.replace("\u200e", "").replace("\u200f", "").split())
    for name, address in (("unsubscribe", links.unsubscribe), ("preferences", links.preferences), ("web", links.web)):
        if address not in hrefs:
            yield Finding(
                f"required.{name}", "stop", "HTML", f"Where readers see it, the letter must link to {address}."
            )
        if address not in letter.text:
            yield Finding(f"required.{name}", "stop", "text", f"The letter must hold {address}.")
    for place, words in (("HTML", anatomy.words), ("text", flat)):
        if not postal_address or postal_address not in words:
            yield Finding("required.postal_address", "stop", place, "The sender's postal address must stand in it.")


def _is_met(link: Element) -> bool:
    """True when it has words or a picture that an eye meets."""
    return any(e.sight.is_clear and (e.tag == "img" or e.own.strip(PADDING)) for e in (link, *link.below()))


def check_https_unsubscribe(links: Links, *, local: bool) -> Iterator[Finding]:
    """One-click unsubscribing, which the large mailboxes ask for, works over https alone: RFC 8058."""
    if not local and not links.unsubscribe.lower().startswith("https:"):
        yield Finding("required.https", "stop", "List-Unsubscribe", "Set BASE_URL to an https address.")


def preheader(letter: Letter, anatomy: ParsedHtml) -> Iterator[Finding]:
    first = anatomy.content()[:1]
    words = " ".join(first[0].words.strip(PADDING).split()) if first and first[0].is_hidden else ""
    if not words:
        yield Finding("preheader.missing", "warn", "HTML", "Begin the body with a hidden line for the mailbox's list.")
    elif words == letter.subject:
        yield Finding("preheader.same", "warn", "preheader", "Let it say something that the subject does not.")


def check_text_body(letter: Letter, anatomy: ParsedHtml) -> Iterator[Finding]:
    words, of = len(letter.text.split()), len(anatomy.words.split())
    if not words:
        yield Finding("text.missing", "stop", "text", "Write a plain-text body: some readers see no other.")
    elif words < of / 5:
        yield Finding("text.short", "stop", "text", f"It has {words} words for {of} in HTML. Say the same in both.")
