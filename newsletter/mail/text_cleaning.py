"""Clean text that people typed or pasted, for use in an email.

A frozen letter contains merge tags, which are replaced by each reader's values at sending (message.py). User text that
looks like a merge tag would be replaced too: a headline with the tag of the reader's token would put that token into a
link that somebody else wrote. All user text therefore passes through this module, which breaks up merge tags:
`__nl_reader__` becomes `_nl_reader__`. In a URL an underscore becomes %5F, which is the same address (RFC 3986, 2.3 and
6.2.2.2).
"""

import html
import re
import unicodedata

MERGE_TAG = re.compile(r"__+(?=nl_)", re.IGNORECASE)  # how every merge tag begins
MERGE_TAG_IN_URL = re.compile(r"_(?=_nl_)", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
WHITESPACE = re.compile(r"\s+")
NO_BREAK_SPACES = ("\u00a0", "\u202f")  # used before « ? » in French, and inside names and numbers
# Surrogates, non-characters, byte order marks, and the two override characters that reverse the text after them, which
# can make a name or an address read as another.
UNPRINTABLE = re.compile(r"[\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\u202d\u202e]")


# Windows-1252 text that a program read as Latin-1 has control characters in place of quotation marks and dashes. Nobody
# types these (HTML maps them in the same way, WHATWG "numeric character reference").
WINDOWS_1252 = {
    code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


# An HTML entity in plain text, left over from a copy or a feed.
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
MARKUP = ("&lt;", "&gt;", "&#60;", "&#62;", "&#x3c;", "&#x3e;")


def find_entities(text: str) -> list[str]:
    """Return the HTML entities in `text` as written, such as `&amp;`."""
    return [entity for entity in ENTITY.findall(text) if html.unescape(entity) != entity]


def decode_entities(text: str) -> str:
    """Return `text` with its entities decoded, if they are certainly unintended.

    Text about markup, which contains `&lt;`, is unchanged, and so is text that would still contain an entity. Applying
    the function again changes nothing.
    """
    if "&" not in text or any(entity in text.lower() for entity in MARKUP) or not find_entities(text):
        return text
    decoded = ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return text if find_entities(decoded) else decoded


def repair_windows_1252(text: str) -> str:
    """Return `text` with Windows-1252 punctuation in place of misread control characters.

    Call this before splitting lines: U+0085, one of these characters, would otherwise split them.
    """
    return text.translate(WINDOWS_1252)


def remove_unprintable(text: str) -> str:
    """Return `text` without characters that an email cannot contain; control characters become spaces."""
    return UNPRINTABLE.sub("", CONTROL.sub(" ", repair_windows_1252(text)))


def visible_text(text: str) -> str:
    """Return `text` as it is displayed, for comparisons: single plain spaces, no format characters (category Cf)."""
    if text.isascii() and text.isprintable():  # most lines, and many times faster
        return " ".join(text.split())
    shown = "".join(c for c in repair_windows_1252(text) if unicodedata.category(c) != "Cf")
    return " ".join(CONTROL.sub(" ", shown).split())


def escape_merge_tags(text: str) -> str:
    """Return `text` with nothing that could be read as a merge tag. Idempotent."""
    return MERGE_TAG.sub("_", text)


def escape_merge_tags_in_url(url: str) -> str:
    """Return an equivalent URL in which nothing can be read as a merge tag."""
    return MERGE_TAG_IN_URL.sub("%5F", url)


def collapse_whitespace(text: str) -> str:
    """Return `text` trimmed, with one space for each run of whitespace. A single no-break space is kept as intended."""
    return WHITESPACE.sub(lambda run: collapse_run(run[0]), text).strip()


def collapse_run(run: str) -> str:
    """Return the replacement for one run of whitespace."""
    return run if run in NO_BREAK_SPACES else " "


def clean_line(text: str) -> str:
    """Return cleaned text for a single line, such as a headline, name or button."""
    if text.isascii() and text.isprintable() and "&" not in text and "  " not in text:  # most lines, and much faster
        return escape_merge_tags(text.strip())
    return escape_merge_tags(collapse_whitespace(remove_unprintable(decode_entities(remove_unprintable(text)))))


def clean_lines(text: str) -> str:
    """Clean several lines of plain text, each as `clean_line` does; drop empty lines."""
    lines = (clean_line(line) for line in repair_windows_1252(text).splitlines())
    return "\n".join(line for line in lines if line)
