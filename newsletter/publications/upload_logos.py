"""Uploaded logos of a publication. Addresses to fetch logos from are ordinary fields (edit_publication.py)."""

from typing import Any

from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.lib.errors import BadInput
from newsletter.pictures.models import Picture
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication

MAX_RATIO_DIFFERENCE = 0.02  # between the two aspect ratios: emails show both logos in the same frame


def hand_over(publication: Publication, *, width: int, by: Actor = None, **pictures: Picture | None) -> None:
    """Set `logo` and `logo_dark`, where given, `width` CSS pixels wide. None removes a logo.

    An uploaded file replaces an address to fetch from. Raises `BadInput` that names the field.
    """
    require(by, Permission.APPROVE, publication=publication)
    with transaction.atomic():
        current = edit_publication.update_publication(publication, by=by, logo_width=width)
        for name, picture in pictures.items():
            setattr(current, name, picture)
            setattr(current, f"{name}_url", "")
        _check(current.logo, current.logo_dark)
        current.save(update_fields=["logo", "logo_url", "logo_dark", "logo_dark_url"])
        if pictures:
            uploads: dict[str, Any] = {name: "uploaded" if picture else "removed" for name, picture in pictures.items()}
            audit_trail.record(by, Act.PUBLICATION_CHANGED, current, **uploads)


def _check(light: Picture | None, dark: Picture | None) -> None:
    if dark and not light:
        raise BadInput("dark logo", "needs a light logo.", "Upload the logo for light mode first.")
    if not (light and dark and light.is_stored and dark.is_stored):
        return
    shapes = [(picture.width or 1) / (picture.height or 1) for picture in (light, dark)]
    if max(shapes) > (1 + MAX_RATIO_DIFFERENCE) * min(shapes):
        problem = f"is {dark.width} × {dark.height} pixels, but the light logo is {light.width} × {light.height}."
        raise BadInput("dark logo", problem, "Upload logos of the same proportions; emails swap them in place.")
