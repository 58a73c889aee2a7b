"""Remember what curators correct in stories of a site, and apply it to later stories of the same site.

Only what can recur is remembered: the type of a short line, a wrong byline, a wrong name of the publisher.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlsplit

from django.db import transaction
from tld import get_fld

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import UndoKind
from newsletter.publications.models import Publication
from newsletter.stories.correction_models import SiteCorrection
from newsletter.stories.pasted_text.line_types import LineType
from newsletter.stories.reading.page_story import FieldOrigin, FieldValue, PageStory
from newsletter.stories.rich_text import rich_text

LINE = "line"
STORED = ("publication", "site", "name", "text", "value")
FIELD_NAMES = ("byline", "source_name")
MAX_TEXT = 200  # characters of a line that can recur; a longer one is of one article
MAX_LEFT_OUT = 100  # characters; a longer line is a paragraph of one article that a curator shortened
MAX_CORRECTIONS = 200  # of a site; the oldest are forgotten
# A headline and an appeal belong to one text.
LINE_TYPES = (LineType.PARAGRAPH, LineType.IGNORED, LineType.BYLINE, LineType.DATE, LineType.CREDIT)


class Corrected(NamedTuple):
    """A story with corrections, and which were applied."""

    story: PageStory
    applied: list[SiteCorrection]


def site_of(url: str) -> str:
    """Return the registrable domain of an address, or its host if it has none; empty for no address."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return (get_fld(f"https://{host}/", fail_silently=True) or host)[:253] if host else ""


def forget(correction: SiteCorrection, *, by: Actor = None) -> None:
    """Apply a correction to no further story of its site."""
    require(by, Permission.CURATE, publication=correction.publication_id)
    with transaction.atomic():
        site, text = correction.site, correction.text
        audit_trail.record(by, Act.SITE_CORRECTION_FORGOTTEN, correction, site=site, text=text, value=correction.value)
        values, publication = undo_log.stored_values(correction, STORED), correction.publication_id
        done = f"The correction “{correction.text}” of {correction.site} was forgotten."
        undo_log.keep(by, UndoKind.CORRECTION_FORGOTTEN, correction, done, publication=publication, before=values)
        correction.delete()


class SiteCorrections:
    """The corrections of a publication. They are loaded once, when needed, so one object serves many stories."""

    def __init__(self, publication: Publication) -> None:
        self._publication = publication

    def line_types(self, url: str) -> dict[str, LineType]:
        """Return the types of the lines of a site that a curator decided about, by text."""
        return {found.text: LineType(found.value) for found in self._of(url) if found.name == LINE}

    def apply(self, story: PageStory, *, url: str) -> Corrected:
        """Return what was read of a page with the corrections of its site."""
        found = self._of(story.value("url") or url)
        lines = {one.text: one for one in found if one.name == LINE and one.value == LineType.IGNORED}
        values = {(one.name, one.text): one for one in found if one.name in FIELD_NAMES}
        fields, applied = dict(story.fields), []
        for name in FIELD_NAMES:
            if one := values.get((name, story.value(name))):
                applied.append(one)
                fields.pop(name, None)
                if one.value:
                    fields[name] = FieldValue(one.value, FieldOrigin.CORRECTED)
        plain = [(block, " ".join(rich_text.plain(block).split())) for block in story.paragraphs] if lines else []
        if left_out := {text for _, text in plain if text in lines}:
            applied += [lines[text] for text in left_out]
            paragraphs = tuple(block for block, text in plain if text not in left_out)
            return Corrected(PageStory(fields, paragraphs, story.notice), applied)
        return Corrected(PageStory(fields, story.paragraphs, story.notice), applied)

    def _of(self, url: str) -> list[SiteCorrection]:
        return self._by_site.get(site_of(url), []) if self._by_site else []

    @cached_property
    def _by_site(self) -> dict[str, list[SiteCorrection]]:
        rows = self._publication.corrections.order_by("site", "pk")
        return {site: list(members) for site, members in groupby(rows, key=lambda row: row.site)}


def remember_lines(publication: Publication, url: str, types: Mapping[str, LineType | None]) -> None:
    """Remember the types of lines, by text. None: the type that was found is right, so nothing is remembered."""
    lines = {" ".join(text.split()): part for text, part in types.items()}
    short = {text: part for text, part in lines.items() if 0 < len(text) <= MAX_TEXT}
    decided = {text: str(part) for text, part in short.items() if part in LINE_TYPES}
    _store(publication, site_of(url), LINE, decided, forgotten=[text for text, part in short.items() if part is None])


def remember_fields(publication: Publication, url: str, read: PageStory, saved: Mapping[str, object]) -> None:
    """Remember the fields and lines in which a saved story differs from what was read of its page."""
    site = site_of(read.value("url") or url)
    for name in FIELD_NAMES:
        if name not in saved:
            continue
        old, new = read.value(name), str(saved[name])
        if len(old) > MAX_TEXT or len(new) > MAX_TEXT or (name == "byline" and not old):
            continue
        _store(publication, site, name, {old: new} if old != new else {}, forgotten=[old] if old == new else [])


def remember_left_out(publication: Publication, url: str, *, shown: str, saved: str) -> None:
    """Remember the short lines of a shown teaser that a saved one does not contain any more."""
    flat = " ".join(rich_text.plain(saved).split())
    lines = [" ".join(rich_text.plain(block.html).split()) for block in rich_text.blocks(shown)]
    gone = [line for line in lines if line and line not in flat]
    if 2 * len(gone) <= len(lines):  # else the text was written again, and nothing was left out
        short = [line for line in gone if len(line) <= MAX_LEFT_OUT]
        remember_lines(publication, url, dict.fromkeys(short, LineType.IGNORED))


def _store(
    publication: Publication, site: str, name: str, values: Mapping[str, str], *, forgotten: Iterable[str]
) -> None:
    if not site:
        return
    rows = SiteCorrection.objects.filter(publication=publication, site=site)
    rows.filter(name=name, text__in=list(forgotten)).delete()
    for text, value in values.items():
        SiteCorrection.objects.update_or_create(
            publication=publication, site=site, name=name, text=text, defaults={"value": value}
        )
    if values:
        kept = list(rows.order_by("-changed_at", "-pk").values_list("pk", flat=True)[:MAX_CORRECTIONS])
        rows.exclude(pk__in=kept).delete()
