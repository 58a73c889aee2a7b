"""The fixed phrases of the public archive, in one language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchivePhrases:
    """The phrases of one language; values in braces are filled in."""

    title: str
    all: str  # link from an edition to the list
    search: str  # label of the field
    find: str  # button
    no_match: str
    empty: str
    newer: str
    older: str
