"""What a newsroom gives of its brand, made fit for letters: colours that can be told from paper, links by name."""

from collections.abc import Mapping, Sequence

from newsletter.lib.colours import contrast
from newsletter.lib.errors import BadInput
from newsletter.lib.web_urls import validate_web_url
from newsletter.mail.text_cleaning import clean_line, escape_merge_tags_in_url
from newsletter.publications.models import Publication

MOST_LINKS = 6
MAX_NAME_CHARS = 30  # characters of a link's name
LEAST_TINT = 1.2  # contrast with white, or black: an accent below it would be mended into another colour


def social_links(value: object, *, field: str = "social links") -> list[dict[str, str]]:
    """`value`, a list of names with addresses, checked: https only, a name once, six at most; raises `BadInput`.

    Each is a mapping of `name` and `url`.
    """
    hint = f"Give up to {MOST_LINKS}, each with its name and an https address."
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise BadInput(field, "are not a list.", hint)
    links = [_social_link(entry, field=field, hint=hint) for entry in value]
    if len(links) > MOST_LINKS:
        raise BadInput(field, f"are {len(links)}.", hint)
    if len({link["name"].casefold() for link in links}) < len(links):
        raise BadInput(field, "have one name twice.", "Give each a name of its own.")
    return links


def check(publication: Publication) -> None:
    """Raises `BadInput` for what cannot be mended: an accent of the paper's own colour, half a sponsor."""
    for name, paper, word in (("accent_colour", "#ffffff", "white"), ("accent_colour_dark", "#000000", "black")):
        colour = getattr(publication, name)
        if contrast(colour, paper) < LEAST_TINT:
            raise BadInput(
                name.replace("_", " "),
                f"{colour} is nearly {word}, as the paper is.",
                "Give a colour that can be told from it; what is hard to read is mended by itself.",
            )
    if publication.sponsor_name and not publication.sponsor_text:
        raise BadInput("sponsor text", "is empty, and there is a sponsor.", "Say in a line what they want to say.")
    if not publication.sponsor_name and (publication.sponsor_text or publication.sponsor_url):
        raise BadInput("sponsor name", "is empty.", "Readers must be told who pays for the line.")


def _social_link(entry: object, *, field: str, hint: str) -> dict[str, str]:
    if not isinstance(entry, Mapping) or set(entry) != {"name", "url"}:
        raise BadInput(field, "hold something else than a name and its address.", hint)
    name, url = entry["name"], entry["url"]
    if not isinstance(name, str) or not isinstance(url, str) or not clean_line(name):
        raise BadInput(field, "hold something else than a name and its address.", hint)
    if len(clean_line(name)) > MAX_NAME_CHARS:
        raise BadInput(field, f"hold a name of more than {MAX_NAME_CHARS} characters.", hint)
    link = escape_merge_tags_in_url(validate_web_url(url, field=field))
    if not link.lower().startswith("https:"):
        raise BadInput(field, f"hold {link[:60]}, which is not https.", hint)
    return {"name": clean_line(name), "url": link}
