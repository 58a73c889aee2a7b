"""Preflight of a letter's HTML: what mail programs and screen readers need of it."""

import re
from collections.abc import Iterator, Sequence, Set
from urllib.parse import unquote

from newsletter.letters.content.letter_content import Links
from newsletter.letters.preflight.finding import Finding, at
from newsletter.letters.preflight.link_targets import objection
from newsletter.letters.preflight.parsed_html import ParsedHtml
from newsletter.mail.message import MergeTag

STYLE_FULL, STYLE_DROPPED = 8_192, 16_384  # bytes; Gmail drops the whole of a larger style block

FORBIDDEN = ("script", "form", "input", "button", "iframe", "object", "embed", "base", "link", "video", "audio", "svg")
MAILBOX = re.compile(r"[\w.+-]@[\w-]+\.\w")  # of a person, in a query
KEY = "It would hand the reader's key to another address. Take the mark out: it may stand in our own links alone."
VAGUE = frozenset({"click here", "here", "read more", "more", "link", "this"})


def check_document(html: str, anatomy: ParsedHtml) -> Iterator[Finding]:
    if anatomy.doctype != "DOCTYPE html":
        yield Finding("doctype.missing", "stop", "HTML", "Begin with <!DOCTYPE html>, in capitals.")
    if len(re.findall(r"<!--\[if", html)) != len(re.findall(r"<!\[endif\]-->", html)) or "<![if" in html:
        yield Finding("outlook.unbalanced", "stop", "HTML", "Close each <!--[if mso]> with <![endif]-->.")
    roots, content = anatomy.of("html"), [element for element in anatomy.content() if not element.is_hidden][:1]
    for name, elements in (("page", roots), ("content", content)):
        # Mail programs throw <html> and <body> away, so the content must say it again.
        if not elements or not (elements[0].attrs.get("lang") and elements[0].attrs.get("dir")):
            yield Finding(f"language.{name}", "stop", at(elements), "Give it lang and dir, for screen readers.")


def styles(anatomy: ParsedHtml) -> Iterator[Finding]:
    for number, css in enumerate(anatomy.styles, start=1):
        place = f"style block {number}"
        if "@import" in css.lower():
            yield Finding("style.import", "stop", place, "Write the imported styles out.")
        size = len(css.encode("utf-8", "replace"))
        if size > STYLE_DROPPED:
            yield Finding(
                "style.dropped", "stop", place, f"Gmail drops a block over {STYLE_DROPPED:,} bytes. Split it."
            )
        elif size > STYLE_FULL:
            yield Finding("style.large", "warn", place, f"Keep a block under {STYLE_FULL:,} bytes, or split it.")


def elements(anatomy: ParsedHtml) -> Iterator[Finding]:
    for element in anatomy.of(*FORBIDDEN):
        yield Finding("element.forbidden", "stop", at([element]), "Mail programs remove or distrust it. Take it out.")
    for element in anatomy.elements:
        if any(name.startswith("on") for name in element.attrs):
            yield Finding("element.script", "stop", at([element]), "A letter runs no scripts. Take the handler out.")
    for table in anatomy.of("table"):
        if table.attrs.get("role") not in ("presentation", "none") and not any(e.tag == "th" for e in table.below()):
            yield Finding("table.role", "stop", at([table]), 'Give a layout table role="presentation".')


def links(anatomy: ParsedHtml, *, local: bool) -> Iterator[Finding]:
    for link in anatomy.of("a"):
        if found := objection(link.attrs.get("href", ""), local=local):
            yield Finding(found.code, found.severity, at([link]), found.hint)
        pictured = [e.attrs.get("alt", "") for e in link.below() if e.tag == "img"]
        words = " ".join([link.words, *pictured]).split()
        if not words:
            yield Finding("link.empty", "stop", at([link]), "Give it words, or its picture an alt text.")
        elif " ".join(words).strip(" .!…»→").lower() in VAGUE:
            yield Finding("link.vague", "warn", at([link]), "Say where it leads; links are often heard alone.")


def headings(anatomy: ParsedHtml) -> Iterator[Finding]:
    headings = anatomy.of("h1", "h2", "h3", "h4", "h5", "h6")
    if sum(heading.tag == "h1" for heading in headings) != 1:
        yield Finding("heading.one", "stop", "HTML", "A letter has exactly one h1.")
    level = 0
    for heading in headings:
        if int(heading.tag[1]) > level + 1:
            yield Finding("heading.skipped", "stop", at([heading]), f"Use h{level + 1} here: no level is skipped.")
        level = int(heading.tag[1])


def check_personal_data(anatomy: ParsedHtml, text: str, own: Links) -> Iterator[Finding]:
    """What a link says is read by every server on its way, so it may name nobody.

    A reader's token opens that reader's preferences to whoever holds it, so it stands in our `own` links alone.
    """
    ours = {own.unsubscribe, own.preferences, own.web}
    for element in (*anatomy.elements, *anatomy.aside):
        if any(MergeTag.READER in value and value not in ours for value in element.attrs.values()):
            yield Finding("link.token", "stop", at([element]), KEY)
        address = element.attrs.get("href", "") or element.attrs.get("src", "")
        if address.startswith(("mailto:", "tel:")):
            continue
        if MergeTag.FIRST_NAME_HTML in address or MergeTag.FIRST_NAME in address or MAILBOX.search(_query(address)):
            yield Finding("link.personal", "stop", at([element]), "Take the name or mail address out of the link.")
    if any(MergeTag.FIRST_NAME in address for address in re.findall(r"https?://\S*", text)):
        yield Finding("link.personal", "stop", "text", "Take the name out of the link.")
    for place, words in (("HTML", anatomy.words), ("text", text)):
        if any(MergeTag.READER in word and not _is_one_of(ours, word) for word in words.split()):
            yield Finding("link.token", "stop", place, KEY)


def _is_one_of(ours: Set[str], word: str) -> bool:
    """True for one of these addresses, maybe in brackets or at a sentence's end."""
    return any(re.fullmatch(rf"[^A-Za-z0-9]*{re.escape(address)}\W*", word) for address in ours)


def _query(address: str) -> str:
    """What follows the first question mark, with `%40` and kin as the characters they mean."""
    return unquote(address.partition("?")[2])


def check_utm_tags(asking: Sequence[str]) -> Iterator[Finding]:
    for address in asking:
        hint = "It carries tags of its own: gifts from this edition cannot be told apart. Take them out, or leave it."
        yield Finding("link.untagged", "warn", f"appeal: {address[:80]}", hint)
