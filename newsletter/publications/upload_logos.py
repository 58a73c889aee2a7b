"""A publication's logos as files that were handed over; addresses to fetch them from are among its other fields."""

from django.db import transaction

from newsletter.lib.errors import BadInput
from newsletter.pictures.models import Picture
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication

ALIKE = 0.02  # how much the shapes of the two may differ: letters show both in the same frame


def hand_over(publication: Publication, *, width: int, **pictures: Picture | None) -> None:
    """Print `logo` and `logo_dark`, those of them that are given, `width` CSS pixels wide. None takes one out.

    A file wins over the address that one was fetched from. Raises `BadInput` that names the field.
    """
    with transaction.atomic():
        current = edit_publication.update_publication(publication, logo_width=width)
        for name, picture in pictures.items():
            setattr(current, name, picture)
            setattr(current, f"{name}_url", "")
        _check(current.logo, current.logo_dark)
        current.save(update_fields=["logo", "logo_url", "logo_dark", "logo_dark_url"])


def _check(day: Picture | None, night: Picture | None) -> None:
    if night and not day:
        raise BadInput("dark logo", "has no light one beside it.", "Give the logo for light paper first.")
    if not (day and night and day.is_stored and night.is_stored):
        return
    shapes = [(picture.width or 1) / (picture.height or 1) for picture in (day, night)]
    if max(shapes) > (1 + ALIKE) * min(shapes):
        problem = f"is {night.width} × {night.height} pixels, and the light one {day.width} × {day.height}."
        raise BadInput("dark logo", problem, "Letters change the two over in place: give one of the same shape.")
