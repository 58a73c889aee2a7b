"""Preflight of an email's HTML: what email clients and screen readers need."""

import re
from collections.abc import Iterator, Sequence, Set
from urllib.parse import unquote

from newsletter.letters.content.letter_content import Links
from newsletter.letters.preflight.finding import Finding, at
from newsletter.letters.preflight.link_targets import objection
from newsletter.letters.preflight.parsed_html import ParsedHtml
from newsletter.mail.message import MergeTag

LARGE_STYLE_BYTES, MAX_STYLE_BYTES = 8_192, 16_384  # Gmail drops a larger style block entirely

FORBIDDEN = ("script", "form", "input", "button", "iframe", "object", "embed", "base", "link", "video", "audio", "svg")
MAILBOX = re.compile(r"[\w.+-]@[\w-]+\.\w")  # a personal email address in a query string
LEAK_HINT = "This would leak the reader’s personal token to another site. Remove the merge tag from this link."
VAGUE = frozenset({"click here", "here", "read more", "more", "link", "this"})


def check_document(html: str, parsed: ParsedHtml) -> Iterator[Finding]:
    """Yield findings about the document: doctype, conditional comments, language and direction."""
    if parsed.doctype != "DOCTYPE html":
        yield Finding("doctype.missing", "stop", "HTML", "Start the document with <!DOCTYPE html>, in capitals.")
    if len(re.findall(r"<!--\[if", html)) != len(re.findall(r"<!\[endif\]-->", html)) or "<![if" in html:
        yield Finding("outlook.unbalanced", "stop", "HTML", "Close each <!--[if mso]> with <![endif]-->.")
    roots, content = parsed.of("html"), [element for element in parsed.content() if not element.is_hidden][:1]
    for name, elements in (("page", roots), ("content", content)):
        # Email clients discard <html> and <body>, so the content must repeat the attributes.
        if not elements or not (elements[0].attrs.get("lang") and elements[0].attrs.get("dir")):
            yield Finding(f"language.{name}", "stop", at(elements), "Add lang and dir attributes for screen readers.")


def check_styles(parsed: ParsedHtml) -> Iterator[Finding]:
    """Yield findings about style blocks that email clients would drop."""
    for number, css in enumerate(parsed.styles, start=1):
        place = f"style block {number}"
        if "@import" in css.lower():
            yield Finding("style.import", "stop", place, "Replace @import with the styles themselves.")
        size = len(css.encode("utf-8", "replace"))
        if size > MAX_STYLE_BYTES:
            yield Finding(
                "style.dropped",
                "stop",
                place,
                f"Gmail drops style blocks over {MAX_STYLE_BYTES:,} bytes. Split this block.",
            )
        elif size > LARGE_STYLE_BYTES:
            yield Finding("style.large", "warn", place, f"Keep each style block under {LARGE_STYLE_BYTES:,} bytes.")


def check_elements(parsed: ParsedHtml) -> Iterator[Finding]:
    """Yield findings about elements and attributes that email clients remove."""
    for element in parsed.of(*FORBIDDEN):
        yield Finding(
            "element.forbidden", "stop", at([element]), "Email clients remove or distrust this element. Remove it."
        )
    for element in parsed.elements:
        if any(name.startswith("on") for name in element.attrs):
            yield Finding(
                "element.script", "stop", at([element]), "Scripts do not run in emails. Remove the event handler."
            )
    for table in parsed.of("table"):
        if table.attrs.get("role") not in ("presentation", "none") and not any(e.tag == "th" for e in table.below()):
            yield Finding("table.role", "stop", at([table]), 'Add role="presentation" to a layout table.')


def check_links(parsed: ParsedHtml, *, local: bool) -> Iterator[Finding]:
    """Yield findings about link addresses and link texts."""
    targets = {f"#{element.attrs['id']}" for element in parsed.elements if element.attrs.get("id")}
    for link in parsed.of("a"):
        if link.attrs.get("href", "") in targets:  # a link inside the email: harmless where it does nothing
            continue
        if found := objection(link.attrs.get("href", ""), local=local):
            yield Finding(found.code, found.severity, at([link]), found.hint)
        pictured = [e.attrs.get("alt", "") for e in link.below() if e.tag == "img"]
        label = " ".join(" ".join([link.text, *pictured]).split())
        if not label:
            yield Finding("link.empty", "stop", at([link]), "Add link text, or alt text to the picture in the link.")
        elif label.strip(" .!…»→").lower() in VAGUE:
            yield Finding(
                "link.vague",
                "warn",
                at([link]),
                "Say where the link leads; screen readers often read links out of context.",
            )


def check_headings(parsed: ParsedHtml) -> Iterator[Finding]:
    """Yield findings about the order of headings."""
    headings = parsed.of("h1", "h2", "h3", "h4", "h5", "h6")
    if sum(heading.tag == "h1" for heading in headings) != 1:
        yield Finding("heading.one", "stop", "HTML", "Use exactly one h1.")
    level = 0
    for heading in headings:
        if int(heading.tag[1]) > level + 1:
            yield Finding(
                "heading.skipped", "stop", at([heading]), f"Use h{level + 1} here, so that no heading level is skipped."
            )
        level = int(heading.tag[1])


def check_personal_data(parsed: ParsedHtml, text: str, own: Links) -> Iterator[Finding]:
    """Check that no link carries a name, an email address or, outside our `own` links, a reader's token.

    Every server on the way can read a link. Whoever holds a reader's token can open that reader's preferences.
    """
    ours = {own.unsubscribe, own.preferences, own.web}
    for element in (*parsed.elements, *parsed.conditional_elements):
        if any(MergeTag.READER in value and value not in ours for value in element.attrs.values()):
            yield Finding("link.token", "stop", at([element]), LEAK_HINT)
        address = element.attrs.get("href", "") or element.attrs.get("src", "")
        if address.startswith(("mailto:", "tel:")):
            continue
        if MergeTag.FIRST_NAME_HTML in address or MergeTag.FIRST_NAME in address or MAILBOX.search(_query(address)):
            yield Finding("link.personal", "stop", at([element]), "Remove the name or email address from the link.")
    if any(MergeTag.FIRST_NAME in address for address in re.findall(r"https?://\S*", text)):
        yield Finding("link.personal", "stop", "text", "Remove the name from the link.")
    for place, body in (("HTML", parsed.text), ("text", text)):
        if any(MergeTag.READER in word and not _is_one_of(ours, word) for word in body.split()):
            yield Finding("link.token", "stop", place, LEAK_HINT)


def _is_one_of(ours: Set[str], word: str) -> bool:
    """Return True for one of these addresses, also in brackets or at the end of a sentence."""
    return any(re.fullmatch(rf"[^A-Za-z0-9]*{re.escape(address)}\W*", word) for address in ours)


def _query(address: str) -> str:
    """Return the query string with percent-encoding such as `%40` decoded."""
    return unquote(address.partition("?")[2])


def check_utm_tags(untagged: Sequence[str]) -> Iterator[Finding]:
    """Yield a finding for each link that keeps its own utm_ tags."""
    for address in untagged:
        hint = (
            "This link has its own utm_ tags, so gifts from this edition cannot be identified."
            " Remove the tags if you want to count them."
        )
        yield Finding("link.untagged", "warn", f"appeal: {address[:80]}", hint)
