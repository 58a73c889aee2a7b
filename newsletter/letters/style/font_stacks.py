"""Font stacks of emails, made of fonts that readers' devices already have. Pure.

Names are unquoted, because a quotation mark costs five characters on every element once inlined.
Georgia is first: Outlook's Word engine falls back to Times New Roman when it does not know the first name.
"""

from dataclasses import dataclass

from newsletter.publications.models import Fonts

SERIF = "Georgia, Times New Roman, serif"
SANS = "Helvetica Neue, Helvetica, Arial, sans-serif"

# Georgia and Helvetica have no Arabic glyphs, and the fallback that email clients choose can be tiny.
ARABIC_SERIF = "Georgia, Geeza Pro, Noto Naskh Arabic, Segoe UI, Tahoma, serif"
ARABIC_SANS = "Helvetica Neue, Arial, Geeza Pro, Segoe UI, Tahoma, sans-serif"
ARABIC_SCRIPT = frozenset({"ar", "ckb", "fa", "ks", "ps", "sd", "ug", "ur"})


@dataclass(frozen=True, slots=True)
class Typefaces:
    """CSS font stacks."""

    text: str  # stories and headlines
    label: str  # kickers, bylines, the button, the footer


def typefaces_for(fonts: Fonts, language: str) -> Typefaces:
    """Return the font stacks for a publication in this language."""
    arabic = language.lower().replace("_", "-").split("-")[0] in ARABIC_SCRIPT
    serif, sans = (ARABIC_SERIF, ARABIC_SANS) if arabic else (SERIF, SANS)
    return Typefaces(text=serif if fonts == Fonts.SERIF else sans, label=sans)
