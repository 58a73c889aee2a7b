"""The lines of a pasted text whose types a curator corrected before, in a text of the same site."""

from collections.abc import Mapping

from newsletter.publications.models import Publication
from newsletter.stories.pasted_text.line_types import LineType
from newsletter.stories.pasted_text.parse_pasted_text import ClassifiedLine, PastedArticle
from newsletter.stories.reading.site_corrections import SiteCorrections, remember_lines, site_of


class RememberedLines:
    """What is remembered of the site of the posted link. The form says for which site it shows corrections already."""

    def __init__(self, publication: Publication, posted: Mapping[str, str]) -> None:
        self._publication, self._url = publication, posted.get("url", "").strip()
        self.site = site_of(self._url)
        self._types = SiteCorrections(publication).line_types(self._url) if self.site else {}
        self._is_shown = bool(self.site) and posted.get("corrected") == self.site

    def overrides(self, found: PastedArticle, chosen: Mapping[int, LineType]) -> dict[int, LineType]:
        """Return the remembered types by line number, once for each site: afterwards the form repeats them."""
        if self._is_shown or not self._types:
            return {}
        lines = [line for line in found.lines if line.number not in chosen]
        wanted = {line.number: self._types.get(_key(line), line.part) for line in lines}
        return {line.number: wanted[line.number] for line in lines if wanted[line.number] != line.part}

    def applies(self, line: ClassifiedLine) -> bool:
        """Return True if a line has the type that is remembered for it."""
        return bool(line.text) and self._types.get(_key(line)) == line.part

    def remember(self, found: PastedArticle, chosen: Mapping[int, LineType]) -> None:
        """Remember what the curator chose, and forget corrections that they took back."""
        if not self.site:
            return
        types: dict[str, LineType | None] = {}
        for line in found.lines:
            if line.number in chosen:
                types[line.text] = chosen[line.number]
            elif self._is_shown and _key(line) in self._types:
                types[line.text] = None
        remember_lines(self._publication, self._url, types)


def _key(line: ClassifiedLine) -> str:
    return " ".join(line.text.split())
