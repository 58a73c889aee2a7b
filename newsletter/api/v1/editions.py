"""Editions of a publication: their state, texts and readers. Sending and approving are acts of people, on pages."""

from datetime import date, datetime, time
from typing import Annotated, Any

from django.db.models import Prefetch, QuerySet
from ninja import Query, Router, Schema
from pydantic import Field

from newsletter.api.v1.callers import ApiRequest
from newsletter.api.v1.pages import Paging, page_of
from newsletter.api.v1.problems import ApiError, fields_named
from newsletter.api.v1.repeatable import repeatable
from newsletter.api.v1.scoped import needs
from newsletter.api.v1.values import Body, Id, RowId, Slug, Text
from newsletter.api_tokens.scopes import ApiScope
from newsletter.editions.models import Edition, EditionState, FrozenLetter, Placement
from newsletter.letters import edit_edition, edition_audience, edition_decisions
from newsletter.letters.edit_edition import SaveEffect
from newsletter.lib import clock
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from newsletter.segments.models import Segment

router = Router(tags=["Editions"])
END_APPROVAL = "Change it also if its email is approved and must then be approved again. Otherwise that is a 409."
StateFilter = Annotated[EditionState | None, Query(description="Only editions in this state.")]
STATES = "`held` waits for a person; `dispatching` and `dispatched` are being sent or have been sent."


class PlacedStory(Schema):
    """A story in an edition, with the headline of its email."""

    id: int
    position: int
    headline: str


class FindingOut(Schema):
    """What preflight noticed: `stop` keeps the email from leaving, `warn` does not."""

    code: str
    severity: str
    place: str
    hint: str


class EditionOut(Schema):
    """One issue of a publication."""

    id: int
    state: EditionState = Field(description=STATES)
    reason: str = Field(description="Why it is held or cancelled.")
    local_date: date | None = Field(description="The date of the schedule; null for an extra edition.")
    due_at: datetime
    local_send_time: time | None = Field(description="The hour of each reader’s own clock; null: all at `due_at`.")
    subject: str = Field(description="That of the email if one is built and not held; empty: the first headline.")
    preheader: str
    intro: str
    send_to: int | None = Field(description="The segment that gets it; null: all.")
    leave_out: int | None = Field(description="The segment that does not get it.")
    stories: list[PlacedStory] = Field(description="Empty until the email is built.")
    findings: list[FindingOut]
    assembled_at: datetime | None
    approved_at: datetime | None
    dispatched_at: datetime | None


class EditionPage(Schema):
    """A page of editions, the newest first."""

    items: list[EditionOut]
    next_cursor: str | None


class EditionTexts(Body):
    """New texts. What is left out stays. With an empty one, readers see the first headline, or the others."""

    subject: Text | None = Field(None, max_length=1000)
    preheader: Text | None = Field(None, max_length=1000)
    intro: Text | None = Field(None, max_length=10_000, description="A note above the stories, plain text.")
    end_approval: bool = Field(False, description=END_APPROVAL)


class EditionReaders(Body):
    """The segments of an edition."""

    send_to: RowId | None = Field(description="The number of the segment that gets it; null: all readers.")
    leave_out: RowId | None = Field(
        description="The number of the segment that does not get it; null: nobody is left out."
    )
    end_approval: bool = Field(False, description=END_APPROVAL)


class HoldIn(Body):
    """Why the edition is held."""

    reason: Text = Field(min_length=1, max_length=500, description="People read it on the page of the edition.")


@router.get(
    "/publications/{slug}/editions",
    response=EditionPage,
    summary="List editions",
    openapi_extra=needs(ApiScope.EDITIONS_READ),
)
def list_editions(request: ApiRequest, slug: Slug, paging: Paging, state: StateFilter = None) -> EditionPage:
    """List editions, the newest first, in any state or in one."""
    rows = _editions(request.auth.publication(slug, ApiScope.EDITIONS_READ))
    if state:
        rows = rows.filter(state=state)
    found, cursor = page_of(rows, paging, newest_first=True)
    return EditionPage(items=[_described(one) for one in found], next_cursor=cursor)


@router.get(
    "/publications/{slug}/editions/{int:edition_id}",
    response=EditionOut,
    summary="Get an edition",
    openapi_extra=needs(ApiScope.EDITIONS_READ),
)
def get_edition(request: ApiRequest, slug: Slug, edition_id: Id) -> EditionOut:
    """Get an edition."""
    return _described(_edition(request.auth.publication(slug, ApiScope.EDITIONS_READ), edition_id))


@router.patch(
    "/publications/{slug}/editions/{int:edition_id}",
    response=EditionOut,
    summary="Change the texts of an edition",
    openapi_extra=needs(ApiScope.EDITIONS_WRITE),
)
def change_texts(request: ApiRequest, slug: Slug, edition_id: Id, body: EditionTexts) -> EditionOut:
    """Change subject, preview text or note. A built email is rebuilt from the same stories."""
    publication = request.auth.publication(slug, ApiScope.EDITIONS_WRITE)
    edition = _edition(publication, edition_id)
    sent = body.model_dump(exclude={"end_approval"}, exclude_none=True)
    with fields_named({"texts": "intro"}):
        edit_edition.edit_texts(
            edition, sent, by=request.auth.owner, now=clock.now(), announced=_announced(body.end_approval)
        )
    return _described(_edition(publication, edition_id))


@router.put(
    "/publications/{slug}/editions/{int:edition_id}/readers",
    response=EditionOut,
    summary="Choose the readers of an edition",
    openapi_extra=needs(ApiScope.EDITIONS_WRITE),
)
def choose_readers(request: ApiRequest, slug: Slug, edition_id: Id, body: EditionReaders) -> EditionOut:
    """Send an edition to a segment only, or leave one out. A built email is rebuilt."""
    publication = request.auth.publication(slug, ApiScope.EDITIONS_WRITE)
    edition = _edition(publication, edition_id)
    send_to = _segment(publication, body.send_to, field="send_to")
    leave_out = _segment(publication, body.leave_out, field="leave_out")
    with fields_named({"leave out": "leave_out"}, otherwise="send_to"):
        edition_audience.choose_segments(
            edition,
            send_to=send_to,
            leave_out=leave_out,
            by=request.auth.owner,
            now=clock.now(),
            announced=_announced(body.end_approval),
        )
    return _described(_edition(publication, edition_id))


@router.post(
    "/publications/{slug}/editions/{int:edition_id}/hold",
    response=EditionOut,
    summary="Hold an edition",
    openapi_extra=needs(ApiScope.EDITIONS_WRITE),
)
@repeatable
def hold_edition(request: ApiRequest, slug: Slug, edition_id: Id, body: HoldIn) -> EditionOut:
    """Keep an edition from being sent until a person releases it. The owner of the token must be permitted to hold."""
    publication = request.auth.publication(slug, ApiScope.EDITIONS_WRITE)
    edition = _edition(publication, edition_id)
    edition_decisions.hold(edition, reason=body.reason, by=request.auth.owner, now=clock.now())
    return _described(_edition(publication, edition_id))


def _announced(end_approval: bool) -> SaveEffect | None:
    return SaveEffect.UNAPPROVED if end_approval else None


def _editions(publication: Publication) -> QuerySet[Edition]:
    letters = FrozenLetter.objects.order_by("pk").defer("html", "text")
    placements = Placement.objects.select_related("story").order_by("position")
    return Edition.objects.filter(publication=publication).prefetch_related(
        Prefetch("letters", letters), Prefetch("placements", placements)
    )


def _edition(publication: Publication, edition_id: int) -> Edition:
    found = _editions(publication).select_related("publication").filter(pk=edition_id).first()
    if found is None:
        raise ApiError("not-found", "This publication has no edition with this number.")
    return found


def _segment(publication: Publication, segment_id: int | None, *, field: str) -> Segment | None:
    if segment_id is None:
        return None
    found = Segment.objects.filter(publication=publication, pk=segment_id).first()
    if found is None:
        raise BadInput(field, "is not the number of a segment of this publication.", "List its segments.")
    return found


def _described(edition: Edition) -> EditionOut:
    # a held edition is built again when it is released
    letter = None if edition.state == EditionState.HELD else next(iter(edition.letters.all()), None)
    same: dict[str, Any] = {
        name: getattr(edition, name)
        for name in (
            *("reason", "local_date", "due_at", "local_send_time", "preheader", "intro", "assembled_at"),
            *("approved_at", "dispatched_at"),
        )
    }
    return EditionOut(
        id=edition.pk,
        state=EditionState(edition.state),
        subject=letter.subject if letter else edition.subject,
        send_to=edition.send_to_id,
        leave_out=edition.leave_out_id,
        stories=[
            PlacedStory(id=one.story_id, position=one.position, headline=one.headline or one.story.headline)
            for one in edition.placements.all()
        ],
        findings=[FindingOut(**{name: one[name] for name in FindingOut.model_fields}) for one in edition.findings],
        **same,
    )
