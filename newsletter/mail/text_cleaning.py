"""Words that people typed or pasted, made fit to stand in a letter.

A frozen letter holds neutral marks that become each reader's own values as it leaves
(message.py). Words that looked like such a mark would become a reader's values too: a headline
with the mark of the reader's token would put that token into a link of somebody else's making.
So every word enters the house through here, where a mark loses its doubled underscore and is
a mark no more: `__nl_reader__` reads `_nl_reader__`. In an address an underscore may not be
taken away; there it is written as %5F, which is the same address (RFC 3986, 2.3 and 6.2.2.2).
"""

import html
import re
import unicodedata

MARK = re.compile(r"__+(?=nl_)", re.IGNORECASE)  # how every Token begins
MARK_IN_LINK = re.compile(r"_(?=_nl_)", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
BLANKS = re.compile(r"\s+")
NO_BREAK = ("\u00a0", "\u202f")  # French sets one before « ? », names and numbers are held together by it
# Halves of characters, non-characters, byte order marks, and the two signs that turn the order of
# all letters after them, so that a name or an address can be made to read as another.
UNFIT = re.compile(r"[\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\u202d\u202e]")


# Text in the encoding of Windows that some program took for Latin-1: its quotation marks and dashes came out as
# control characters, which nobody ever types (HTML reads them the same way, WHATWG "numeric character reference").
WINDOWS_1252 = {
    code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


# A character as HTML writes it, in words that are not HTML: left over from a copy, or from a feed.
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
MARKUP = ("&lt;", "&gt;", "&#60;", "&#62;", "&#x3c;", "&#x3e;")


def entities(text: str) -> list[str]:
    """The entities that stand in `text` as they are written, such as `&amp;`."""
    return [entity for entity in ENTITY.findall(text) if html.unescape(entity) != entity]


def without_entities(text: str) -> str:
    """`text` with characters in place of its entities, where it is certain that these were meant.

    It is not in words about markup, which hold `&lt;`, nor where an entity is left afterwards. Once is enough: what
    comes out does not change again.
    """
    if "&" not in text or any(mark in text.lower() for mark in MARKUP) or not entities(text):
        return text
    decoded = ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return text if entities(decoded) else decoded


def meant(text: str) -> str:
    """With the marks that were meant in place of control characters of another encoding.

    Lines are parted after it: one of these marks, U+0085, would otherwise part them.
    """
    return text.translate(WINDOWS_1252)


def remove_unprintable(text: str) -> str:
    """Without characters that no letter can carry; control characters become blanks."""
    return UNFIT.sub("", CONTROL.sub(" ", meant(text)))


def seen(text: str) -> str:
    """`text` as an eye sees it, to be compared: single plain blanks, and no signs that only steer (category Cf)."""
    shown = "".join(c for c in meant(text) if unicodedata.category(c) != "Cf")
    return " ".join(CONTROL.sub(" ", shown).split())


def escape_merge_tags(text: str) -> str:
    """With nothing in it that could be taken for one of our marks. Does nothing the second time."""
    return MARK.sub("_", text)


def escape_merge_tags_in_url(url: str) -> str:
    """The same address, written so that nothing in it could be taken for one of our marks."""
    return MARK_IN_LINK.sub("%5F", url)


def collapse_whitespace(text: str) -> str:
    """Trimmed, with one blank for each run of blanks. A lone no-break space stays: it was meant."""
    return BLANKS.sub(lambda run: _collapsed(run[0]), text).strip()


def _collapsed(run: str) -> str:
    """What a run of blanks becomes."""
    return run if run in NO_BREAK else " "


def clean_line(text: str) -> str:
    """A headline, a name, a button: one line, single blanks, fit for a letter."""
    return escape_merge_tags(collapse_whitespace(remove_unprintable(without_entities(remove_unprintable(text)))))


def clean_lines(text: str) -> str:
    """Several lines of plain words: each like `clean_line`, empty ones left out."""
    lines = (clean_line(line) for line in meant(text).splitlines())
    return "\n".join(line for line in lines if line)
