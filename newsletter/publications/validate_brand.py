"""Validation of a publication's brand: legible accent colours, social links, sponsor."""

from collections.abc import Mapping, Sequence

from newsletter.lib.colours import contrast
from newsletter.lib.errors import BadInput
from newsletter.lib.web_urls import validate_web_url
from newsletter.mail.text_cleaning import clean_line, escape_merge_tags_in_url
from newsletter.publications.models import Publication

MAX_LINKS = 6
MAX_LINK_NAME_CHARACTERS = 30
MIN_ACCENT_CONTRAST = 1.2  # with white or black; a lower accent would be adjusted into another colour


def social_links(value: object, *, field: str = "social links") -> list[dict[str, str]]:
    """Validate a list of mappings with `name` and `url`: https only, unique names, six at most. Raises `BadInput`."""
    hint = f"Give up to {MAX_LINKS}, each with its name and an https address."
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise BadInput(field, "are not a list.", hint)
    links = [_social_link(entry, field=field, hint=hint) for entry in value]
    if len(links) > MAX_LINKS:
        raise BadInput(field, f"are {len(links)}.", hint)
    if len({link["name"].casefold() for link in links}) < len(links):
        raise BadInput(field, "use one name twice.", "Give each link its own name.")
    return links


def check(publication: Publication) -> None:
    """Raise `BadInput` for an accent close to the background colour, or an incomplete sponsor."""
    for name, background, word in (("accent_colour", "#ffffff", "white"), ("accent_colour_dark", "#000000", "black")):
        colour = getattr(publication, name)
        if colour and contrast(colour, background) < MIN_ACCENT_CONTRAST:
            raise BadInput(
                name.replace("_", " "),
                f"{colour} is nearly {word}, like the background.",
                "Choose a different colour. Contrast is adjusted automatically where it is only slightly too low.",
            )
    if publication.sponsor_name and not publication.sponsor_text:
        raise BadInput("sponsor text", "is empty, but a sponsor is named.", "Enter the sponsor’s line.")
    if not publication.sponsor_name and (publication.sponsor_text or publication.sponsor_url):
        raise BadInput("sponsor name", "is empty.", "Name the sponsor: readers must know who pays for the line.")


def _social_link(entry: object, *, field: str, hint: str) -> dict[str, str]:
    if not isinstance(entry, Mapping) or set(entry) != {"name", "url"}:
        raise BadInput(field, "contain something other than a name and an address.", hint)
    name, url = entry["name"], entry["url"]
    if not isinstance(name, str) or not isinstance(url, str) or not clean_line(name):
        raise BadInput(field, "contain something other than a name and an address.", hint)
    if len(clean_line(name)) > MAX_LINK_NAME_CHARACTERS:
        raise BadInput(field, f"contain a name of more than {MAX_LINK_NAME_CHARACTERS} characters.", hint)
    link = escape_merge_tags_in_url(validate_web_url(url, field=field))
    if not link.lower().startswith("https:"):
        raise BadInput(field, f"contain {link[:60]}, which is not https.", hint)
    return {"name": clean_line(name), "url": link}
