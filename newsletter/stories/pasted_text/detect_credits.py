"""Recognise captions and credits of pictures. Pure."""

import re

from newsletter.stories.pasted_text.agency_names import NAME
from newsletter.stories.pasted_text.page_words import phrases

MAX_CREDIT_CHARS = 90
MAX_CAPTION_CHARS = 400
AFTER_LEAD = re.compile(r"\s*[:：／/=＝|]\s*|\s+(?:by|de|von|di|par|door|per|of)\s+", re.IGNORECASE)
# A sentence about a picture, then who made it.
CAPTION_END = re.compile(
    rf"(?:[(（\[][^()（）\[\]]{{0,60}}?\b(?:{NAME})\b[^()（）\[\]]{{0,40}}[)）\]]"
    rf"|(?:/|via |courtesy of |©\s?)(?:{NAME})(?: (?:Images|Photo|News))?"
    r"|[(（\[]?\b(?:photos?|photographs?|pictures?|images?|credits?|fotos?|fotografía|photographie|bild|beeld|imagen|imagem|immagine"
    r"|crédito|crédit)(?: credit)?\s?(?::| by | courtesy |/)\s?[^.!?]{2,60}[)）\]]?"
    r"|(?:صورة|تصوير|צילום|फोटो|फ़ोटो|写真|撮影|提供|图|圖|摄影|攝影)\s?[:：=＝・／/]\s?[^.!?。]{2,40}[)）]?)\s*\.?$",
    re.IGNORECASE,
)


def parse_credit(text: str) -> str:
    """Return who made a picture, from a line that is only its credit; otherwise nothing."""
    if len(text) > MAX_CREDIT_CHARS:
        return ""
    lower = text.casefold().lstrip("([（【 ")
    offset = len(text) - len(text.lstrip("([（【 "))
    lead = phrases.CREDITS.find(lower)
    if not lead:
        return ""
    rest = text[offset + len(lead) :]
    if lead.endswith(("by", "of", "von", "de", "di", "door", ":", "：", "・", "＝", "／", "/")):
        name = rest
    elif after := AFTER_LEAD.match(rest):
        name = rest[after.end() :]
    else:
        return ""
    name = name.strip(" :：/／=＝|・()（）[]【】")
    return name if name and not name.endswith(("?", "!")) and len(name.split()) <= 12 else ""


def is_caption(text: str) -> bool:
    """Return True if the line ends with who made the picture that it describes."""
    return len(text) <= MAX_CAPTION_CHARS and CAPTION_END.search(text) is not None
