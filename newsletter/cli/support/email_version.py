"""The version of an edition's email that options of a command ask for."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING

from newsletter.lib.errors import BadInput

if TYPE_CHECKING:
    from newsletter.editions.models import Variant


def chosen_version(*, thanks: bool, plain: bool) -> Variant:
    """Return the variant for --thanks and --plain; raise `BadInput` for both."""
    from newsletter.editions.models import Variant

    if thanks and plain:
        raise BadInput("--plain", "cannot be combined with --thanks.", "They are two versions: give one of them.")
    return Variant.THANKS if thanks else Variant.PLAIN if plain else Variant.DEFAULT
