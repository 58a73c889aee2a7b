"""Language tags for HTML's `lang`: the part of BCP 47 that newsletters need."""

import re

from newsletter.lib.errors import BadInput

# language, then optionally a script, a region and variants: en, pt-BR, zh-Hant-TW, es-419, de-CH-1996
TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)",
    re.IGNORECASE | re.ASCII,
)


def language_tag(value: str, *, field: str = "language") -> str:
    """Return `value` in its usual spelling (pt-br becomes pt-BR); raise `BadInput` if it is not a language tag."""
    found = TAG.fullmatch(value.strip().replace("_", "-"))
    if not found:
        raise BadInput(
            field, f"{value.strip()[:20]!r} is not a language tag.", "Enter a tag such as en, ar, he or pt-BR."
        )
    script, region = found["script"], found["region"]
    parts = [found["language"].lower(), script.title() if script else "", region.upper() if region else ""]
    return "-".join(part for part in parts if part) + found["variants"].lower()
