"""Drafts of stories: order them by link or pasted HTML, read them, and add them to the queue.

A row orders the reading, and a worker reads it. A try that crashes its worker is counted too (lib/claim_rows.py). A
draft that cannot be read keeps its link and says why.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import UndoKind
from newsletter.lib.claim_rows import claim
from newsletter.lib.errors import BadInput, InvalidState, NewsletterError
from newsletter.lib.safe_connection import FetchError
from newsletter.lib.safe_fetch import Fetched
from newsletter.lib.web_urls import validate_web_url
from newsletter.publications.models import Publication
from newsletter.stories import duplicate_links, story_queue
from newsletter.stories.models import OPEN_DRAFTS, DraftState, Story, StoryDraft
from newsletter.stories.reading.fetch_page import fetch_page
from newsletter.stories.reading.page_story import PASTE_IT, FieldOrigin, PageStory
from newsletter.stories.reading.read_in_subprocess import PageReaderUnavailable, read_in_subprocess
from newsletter.stories.reading.site_corrections import (
    Corrected,
    SiteCorrections,
    remember_fields,
    remember_left_out,
)
from newsletter.stories.reading.teaser_fields import teaser_body, teaser_fields, without_undescribed_picture

log = structlog.get_logger()

PICTURE_FIELDS = ("picture_url", "picture_alt", "picture_credit")
MAX_LINKS = 50  # at a time
MAX_HTML_CHARS = 1_000_000
LEASE = timedelta(seconds=90)  # longer than a fetch and two runs of the reader
RETRY_PAUSES = tuple(timedelta(seconds=s) for s in (5, 30))  # a curator is waiting
MAX_TRIES = len(RETRY_PAUSES) + 1
KEPT = timedelta(days=30)  # after its creation, once a curator has decided about it
Fetch = Callable[[str], Fetched]


def order_links(publication: Publication, urls: Iterable[str]) -> list[StoryDraft]:
    """Return a draft for each link, in order; raise `BadInput`.

    A page with an open draft gets no second one; one that failed is read again.
    """
    links = list(dict.fromkeys(validate_web_url(url, field="link") for url in urls))
    if len(links) > MAX_LINKS:
        raise BadInput("link", f"has {len(links)} addresses.", f"Give at most {MAX_LINKS} at a time.")
    return [_order_link(publication, link) for link in links]


def order_html(publication: Publication, html: str, *, url: str = "") -> StoryDraft:
    """Return a draft of pasted HTML; raise `BadInput`."""
    if len(html) > MAX_HTML_CHARS:
        raise BadInput("text", f"has {len(html):,} characters.", "Copy only the article, or give its link.")
    link = validate_web_url(url, field="link") if url else ""
    html = html.replace("\x00", "")
    if not html.strip():
        raise BadInput("text", "is empty.", "Enter a link or paste an article.")
    return StoryDraft.objects.create(publication=publication, html=html, url=link)


def order_to_queue(
    publication: Publication,
    url: str,
    *,
    known: Mapping[str, Any],
    section: str = "",
    kicker: str = "",
    by: Actor = None,
) -> StoryDraft:
    """Return a draft of a link that is added to the queue by itself once it was read.

    `known` are fields that stand where the page lacks them. A draft of the page that is open already is taken up.
    """
    draft = _order_link(publication, url)
    taken_up = {"adds_itself": True, "added_for": audit_trail.address(by)[:254], "section": section, "kicker": kicker}
    StoryDraft.objects.filter(pk=draft.pk, state__in=OPEN_DRAFTS).update(**taken_up)
    waiting = StoryDraft.objects.filter(pk=draft.pk, state=DraftState.WAITING, tries=0)
    waiting.update(fields=dict(known))
    draft.refresh_from_db()
    if draft.state == DraftState.READ:
        _add_itself(draft)
        draft.refresh_from_db()
    return draft


def read_link(url: str, *, fetch: Fetch = fetch_page) -> PageStory:
    """Return the story at `url`. Raises `FetchError` and `PageReaderUnavailable`."""
    page = fetch(url)
    return read_in_subprocess(page.body, url=page.url, content_type=page.content_type)


def read_next(*, now: datetime, fetch: Fetch = fetch_page) -> bool:
    """Read one due draft, or record why that failed. Return False if none is due."""
    found, spent = claim(StoryDraft.objects.due(now), now=now, lease=LEASE, max_rows=1, max_tries=MAX_TRIES)
    for draft in spent:
        _note(draft, "Every attempt to read it failed.", PASTE_IT, again=False, now=now)
        _record(draft)
    if not found:
        return bool(spent)
    draft = found[0]
    try:
        if draft.html:
            _set_story(draft, read_in_subprocess(draft.html.encode("utf-8", "replace"), is_pasted=True))
        else:
            _set_story(draft, read_link(draft.url, fetch=fetch))
    except FetchError as error:
        _note(draft, error.problem, error.hint, again=not error.is_final, now=now)
    except PageReaderUnavailable as error:
        _note(draft, str(error), "", again=True, now=now)
    except Exception:
        log.exception("draft.not_read", draft=draft.pk)
        _note(draft, "The page could not be read.", PASTE_IT, again=True, now=now)
    with transaction.atomic():  # a worker that is killed before the end leaves a draft that is read again
        _lock_queue(draft)
        if _record(draft) and draft.state == DraftState.READ:
            draft.refresh_from_db(fields=["adds_itself", "added_for"])  # it may have been ordered during the reading
            if draft.adds_itself:
                _add_itself(draft)
    return True


def retry(draft: StoryDraft, *, by: Actor = None) -> None:
    """Order a failed draft again."""
    require(by, Permission.CURATE, publication=draft.publication_id)
    with transaction.atomic():
        if _read_again(draft):
            audit_trail.record(by, Act.DRAFT_RETRIED, draft, link=draft.url[:200])


def discard(draft: StoryDraft, *, by: Actor = None) -> None:
    """Discard a draft that is not in the queue. A second call changes nothing."""
    require(by, Permission.CURATE, publication=draft.publication_id)
    with transaction.atomic():
        current = StoryDraft.objects.select_for_update().get(pk=draft.pk)
        if current.state not in OPEN_DRAFTS:
            return
        before, current.state = {"state": str(current.state)}, DraftState.DISCARDED
        current.save(update_fields=["state"])
        audit_trail.record(by, Act.DRAFT_DISCARDED, current, link=current.url[:200])
        title = page_story(current).value("headline") or current.url or "pasted text"
        done, publication = f"The draft “{title}” was discarded.", current.publication_id
        undo_log.keep(by, UndoKind.DRAFT_DISCARDED, current, done, publication=publication, before=before)


def open_again(draft_id: int, state: str, *, by: Actor = None) -> None:
    """Open a discarded draft again, in the state that it had. One that was being read is read again."""
    draft = StoryDraft.objects.filter(pk=draft_id).first()
    if draft is None or draft.state != DraftState.DISCARDED:
        raise InvalidState("This draft is not discarded any more.")
    require(by, Permission.CURATE, publication=draft.publication_id)
    try:
        with transaction.atomic():
            StoryDraft.objects.filter(pk=draft.pk, state=DraftState.DISCARDED).update(state=state)
            audit_trail.record(by, Act.DRAFT_REOPENED, draft, link=draft.url[:200])
    except IntegrityError:
        raise InvalidState("Its link has another open draft by now.") from None


def delete_decided(*, now: datetime) -> None:
    """Delete old drafts that were added or discarded: pasted HTML is large, and nothing reads it any more."""
    StoryDraft.objects.filter(state__in=[DraftState.ADDED, DraftState.DISCARDED], created_at__lt=now - KEPT).delete()


def add_to_queue(draft: StoryDraft, *, again: bool = False, by: Actor = None, **changed: Any) -> Story:
    """Add a draft's story to the queue, with `changed` fields in place of those that were read.

    A draft becomes one story: the second of two calls returns the story of the first. Raises as `story_queue.add` does,
    and `InvalidState` for a discarded draft.
    """
    with transaction.atomic():
        _lock_queue(draft)
        current = StoryDraft.objects.select_related("publication", "story").get(pk=draft.pk)
        if current.story:
            return current.story
        if current.state not in OPEN_DRAFTS:
            raise InvalidState(f"Draft {draft.pk} was discarded, so it cannot be added.")
        fields = teaser_fields(corrected_story(current).story, current.publication, given_url=current.url)
        fields |= {"section": current.section, "kicker": current.kicker} | changed
        story = story_queue.add(current.publication, again=again, by=by, **fields)
        _remember(current, changed)
        current.state, current.story = DraftState.ADDED, story
        current.save(update_fields=["state", "story"])
    return story


def page_story(draft: StoryDraft) -> PageStory:
    """Return what was read of a draft."""
    return PageStory.from_json({"fields": draft.fields, "paragraphs": draft.paragraphs, "notice": None})


def corrected_story(draft: StoryDraft, corrections: SiteCorrections | None = None) -> Corrected:
    """Return what was read of a draft, as curators corrected earlier stories of its site."""
    return (corrections or SiteCorrections(draft.publication)).apply(page_story(draft), url=draft.url)


def _remember(draft: StoryDraft, changed: Mapping[str, Any]) -> None:
    """Remember for the site of a draft what a curator changed in it."""
    read = page_story(draft)
    link = read.value("url") or draft.url or str(changed.get("url") or "")
    if read.paragraphs and link:
        remember_fields(draft.publication, link, read, changed)
        if body := changed.get("body"):
            remember_left_out(
                draft.publication, link, shown=teaser_body(read, draft.publication.teaser_paragraphs), saved=str(body)
            )


def _lock_queue(draft: StoryDraft) -> None:
    """Lock the queue, in a transaction. Its lock comes before those of drafts, as in story_queue.py."""
    Publication.objects.select_for_update(no_key=True).get(pk=draft.publication_id)


def _read_again(draft: StoryDraft) -> int:
    failed = StoryDraft.objects.filter(pk=draft.pk, state=DraftState.FAILED)
    return failed.update(state=DraftState.WAITING, tries=0, try_at=None, problem="", hint="")


def _order_link(publication: Publication, url: str) -> StoryDraft:
    key = duplicate_links.page_key(url)
    opened = StoryDraft.objects.filter(publication=publication, page_key=key, state__in=OPEN_DRAFTS)
    try:
        with transaction.atomic():
            draft = opened.first() or StoryDraft.objects.create(publication=publication, url=url, page_key=key)
    except IntegrityError:  # another request was faster
        draft = opened.get()
    if draft.state == DraftState.FAILED:
        _read_again(draft)
        draft.refresh_from_db()
    return draft


def _add_itself(draft: StoryDraft) -> None:
    """Add a draft to the queue that was ordered to be added. If that is not possible, it waits for a person."""
    read = teaser_fields(corrected_story(draft).story, draft.publication, given_url=draft.url)
    try:
        add_to_queue(
            draft, by=_orderer(draft), **{name: without_undescribed_picture(read)[name] for name in PICTURE_FIELDS}
        )
    except NewsletterError as error:
        problem = f"It was not added to the queue by itself. {error}"
        StoryDraft.objects.filter(pk=draft.pk, state=DraftState.READ).update(adds_itself=False, problem=problem[:300])


def _orderer(draft: StoryDraft) -> Actor:
    """Return who ordered that a draft is added by itself."""
    return User.objects.filter(email=draft.added_for).first() or draft.added_for


def _set_story(draft: StoryDraft, story: PageStory) -> None:
    shape = story.to_json()
    draft.fields, draft.paragraphs = _completed(draft.fields, shape["fields"]), list(shape["paragraphs"])
    notice = story.notice
    is_whole = bool(story.value("headline") and story.paragraphs) and not (notice and notice.is_final)
    draft.state, draft.try_at = DraftState.READ if is_whole else DraftState.FAILED, None
    draft.problem, draft.hint = (notice.problem, notice.hint) if notice else ("", "")
    if not is_whole and not notice:
        draft.problem, draft.hint = "The headline or the text was not found.", "Complete the story by hand."


def _completed(known: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a page, with those of its feed where it lacks them.

    A page decides about its standfirst, and the parts of one picture belong together.
    """
    stated = {name: found for name, found in known.items() if found[1] == FieldOrigin.FEED}
    if not read:
        return stated
    own = "picture_url" in read
    return {name: stated[name] for name in stated if name != "dek" and not (own and name.startswith("picture"))} | read


def _note(draft: StoryDraft, problem: str, hint: str, *, again: bool, now: datetime) -> None:
    log.info("draft.not_read", draft=draft.pk, tries=draft.tries, problem=problem)
    draft.problem, draft.hint = problem[:300], hint[:300]
    if again and draft.tries < MAX_TRIES:
        draft.try_at = now + RETRY_PAUSES[draft.tries - 1]
    else:
        draft.state, draft.try_at = DraftState.FAILED, None


def _record(draft: StoryDraft) -> bool:
    """Save the result and return True, unless the draft was discarded or claimed again in the meantime."""
    names = ("state", "try_at", "problem", "hint", "fields", "paragraphs")
    held = StoryDraft.objects.filter(pk=draft.pk, state=DraftState.WAITING, tries=draft.tries)
    return bool(held.update(**{name: getattr(draft, name) for name in names}))
