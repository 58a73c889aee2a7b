"""A publication's brand as plain values for email templates."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.letters.content.translations import Translation, translation_for
from newsletter.letters.style import palette
from newsletter.letters.style.font_stacks import Typefaces, typefaces_for
from newsletter.letters.style.palette import Palette
from newsletter.lib.web_urls import readable_host
from newsletter.publications.models import Corners, Fonts, Publication

COLUMN = 536  # text width in CSS pixels: 600 minus twice the padding of `.gutter`


@dataclass(frozen=True, slots=True)
class Logo:
    """`dark` is the address of the one for dark mode, or empty. `width` and `height` are in CSS pixels."""

    url: str
    dark: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Rounding:
    """Radii of corners in CSS pixels."""

    button: int
    picture: int


@dataclass(frozen=True, slots=True)
class SocialLink:
    """A link to another place of the publication. `label` makes sense alone: “The Tideline on Bluesky”."""

    name: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Sponsor:
    """A sponsored line. `label` names the sponsor; `url` may be empty."""

    label: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Brand:
    """The publication's name, logo, fonts and colours as templates see them."""

    name: str
    tagline: str
    website: str
    site: str  # the readable host of the website: example.org
    logo: Logo | None
    typefaces: Typefaces
    light: Palette
    dark: Palette
    corners: Rounding
    footer: str
    elsewhere: tuple[SocialLink, ...]
    sponsor: Sponsor | None


ROUNDINGS = {Corners.SQUARE: Rounding(0, 0), Corners.SOFT: Rounding(3, 3), Corners.ROUND: Rounding(24, 12)}


def brand_of(publication: Publication, *, pictures: str) -> Brand:
    """Return the brand of a publication. `pictures` is the address below which pictures are served."""
    words = translation_for(publication.language)
    return Brand(
        name=publication.name,
        tagline=publication.tagline,
        website=publication.website,
        site=readable_host((urlsplit(publication.website).hostname or "").removeprefix("www.")),
        logo=_logo(publication, pictures),
        typefaces=typefaces_for(Fonts(publication.fonts), publication.language),
        light=palette.light_palette(publication.accent_colour),
        dark=palette.dark_palette(publication.accent_colour_dark or publication.accent_colour),
        corners=ROUNDINGS[Corners(publication.corners)],
        footer=publication.footer_text,
        elsewhere=tuple(_elsewhere(link, publication, words) for link in publication.social_links),
        sponsor=_sponsor(publication, words),
    )


def _logo(publication: Publication, pictures: str) -> Logo | None:
    """Return the logo; None until it is stored, and emails show the name."""
    logo, dark = publication.logo, publication.logo_dark
    if not (logo and logo.is_stored):
        return None
    own_width, own_height = logo.width or 1, logo.height or 1  # a stored picture has both
    width = min(publication.logo_width, COLUMN, own_width)
    dark_url = f"{pictures}/{dark.name}" if dark and dark.is_stored else ""
    return Logo(
        f"{pictures}/{logo.name}", dark_url, publication.name, width, max(1, round(width * own_height / own_width))
    )


def _elsewhere(link: dict[str, str], publication: Publication, words: Translation) -> SocialLink:
    label = words.elsewhere.format(publication=publication.name, network=link["name"])
    return SocialLink(link["name"], label, link["url"])


def _sponsor(publication: Publication, words: Translation) -> Sponsor | None:
    if not publication.sponsor_name:
        return None
    label = words.sponsored.format(sponsor=publication.sponsor_name)
    return Sponsor(label, publication.sponsor_text, publication.sponsor_url)
