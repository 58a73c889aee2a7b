"""Preflight of what people wrote: text that waits to be replaced, headlines, alt texts, and parts of a web page."""

import re
from collections.abc import Iterator, Sequence

from newsletter.letters.preflight.finding import Finding
from newsletter.letters.preflight.page_elements import is_page_element
from newsletter.letters.preflight.written_texts import Written

TEMPLATE_TAG = re.compile(
    r"\{\{(?:[^{}]{0,100}\}\})?|\}\}|\{%(?:[^{}%]{0,100}%\})?|%\}|<%(?:[^<>%]{0,100}%>)?|%>", re.ASCII
)
MERGE_TAG_OF_A_TOOL = re.compile(
    r"\*\|[A-Z][A-Z0-9_:]{1,40}\|\*"  # Mailchimp
    r"|%%[A-Za-z][\w .]{1,40}%%"  # Salesforce
    r"|%[A-Z]{3,20}(?:_[A-Z]{2,20})*%"  # ActiveCampaign
    r"|%recipient\.\w{1,40}%"  # Mailgun
    r"|\{\$[a-z_]{2,40}\}"  # MailerLite
    r"|\[[a-z]{2,20},\s?fallback=[^\]]{0,40}\]"  # Campaign Monitor
    r"|\[\[[a-z_]{2,40}\]\]"
    r"|<<(?:[A-Za-z]{1,20} )?(?:name|email|address)>>"
    r"|[\[{](?:(?:first|last|full)[ _-]?name|F_?NAME|email address)[\]}]",
    re.ASCII | re.IGNORECASE,
)
PLACEHOLDER = re.compile(
    r"(?<!\w)TK(?:[ ]?TK)*(?!\w)(?! [A-Z][a-z])"  # “to come”; not TK Maxx
    r"|(?i:lorem ipsum|dolor sit amet)"
    r"|(?<!\w)X{4,}(?!\w)"
    r"|(?i:[\[<](?:insert|add|your|placeholder)(?: [\w’']{1,20}){1,5}[\]>])"
    r"|\[(?:HEADLINE|DEK|BYLINE|CAPTION|CREDIT|LINK|QUOTE|NAME|DATE)\]"
)
FILE_NAME = re.compile(
    r"[\w ().,%+@-]{1,120}\.(?:jpe?g|png|gif|webp|avif|heic|tiff?|bmp|svg)"
    r"|(?:IMG|DSC[FN]?|PXL|_?MG|DJI|GOPR|WhatsApp Image|Screen ?shot|image|photo|picture)[ _-]?"
    r"\d[\d_ .:()-]*(?:at [\d.: ]{1,12}(?:[AP]M)?)?"
    r"|(?=[\w-]*\d)[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+){3,}",
    re.IGNORECASE,
)
MAX_HEADLINE = 160  # characters; the longest headlines of newspapers have about 120
MIN_CAPITALS = 12  # letters; shorter headlines may be names of organisations

TAG_HINT = "This looks like a tag of a template, and readers see it as it is. Change it, or approve it if it is meant."
TOOL_HINT = (
    "This looks like a merge tag of another tool, which is not filled in. Change it, or approve it if it is meant."
)
PLACEHOLDER_HINT = "This text seems to wait for another one. Replace it, or approve it if it is meant."


def check_written(texts: Sequence[Written]) -> Iterator[Finding]:
    """Find template tags, merge tags of other tools and placeholders, each once however often it appears."""
    seen: set[str] = set()
    for code, pattern, hint in (
        ("text.template_tag", TEMPLATE_TAG, TAG_HINT),
        ("text.merge_tag", MERGE_TAG_OF_A_TOOL, TOOL_HINT),
        ("text.placeholder", PLACEHOLDER, PLACEHOLDER_HINT),
    ):
        for place, text in texts:
            for found in (match[0] for match in pattern.finditer(text)):
                if found not in seen:
                    seen.add(found)
                    yield Finding(code, "warn", f"{place}: {found}", hint)


def check_headlines(texts: Sequence[Written]) -> Iterator[Finding]:
    """Find headlines in capitals, and headlines so long that they are none."""
    for place, text in texts:
        if not place.endswith("headline"):
            continue
        cased = sum(character.isupper() or character.islower() for character in text)
        if cased >= MIN_CAPITALS and text.upper() == text and len(text.split()) > 2:
            yield Finding(
                "headline.capitals", "warn", _quoted(place, text), "Use sentence case; capitals are hard to read."
            )
        if len(text) > MAX_HEADLINE:
            hint = f"Shorten the headline; it has {len(text)} characters."
            yield Finding("headline.long", "warn", _quoted(place, text), hint)


def check_alt_texts(texts: Sequence[Written]) -> Iterator[Finding]:
    """Find alt texts that are the name of a file."""
    for place, text in texts:
        if place.endswith("alt text") and FILE_NAME.fullmatch(text.strip()):
            yield Finding("picture.file_name", "warn", _quoted(place, text), "Say what the picture shows.")


def check_page_elements(texts: Sequence[Written]) -> Iterator[Finding]:
    """Find lines of a web page that came along with a story: “Updated 4:12 PM”, “Sign up”, “Share”."""
    for place, text in texts:
        if place.endswith(("headline", "text")) and not place.endswith("alt text") and is_page_element(text):
            hint = "This line seems to belong to the web page of the story. Delete it."
            yield Finding("text.page_element", "warn", _quoted(place, text), hint)


def _quoted(place: str, text: str) -> str:
    return f"{place}: {text[:80]}"
