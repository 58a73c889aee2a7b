"""Segments: saved conditions on the readers of a publication."""

from datetime import datetime

from ninja import Router, Schema
from ninja.responses import Status
from pydantic import Field

from newsletter.api.v1.callers import ApiRequest
from newsletter.api.v1.pages import Paging, page_of
from newsletter.api.v1.problems import ApiError, fields_named
from newsletter.api.v1.repeatable import repeatable
from newsletter.api.v1.scoped import needs
from newsletter.api.v1.values import Body, Id, JsonObject, RowId, Slug, Text
from newsletter.api_tokens.scopes import ApiScope
from newsletter.letters import edition_audience
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.segments import edit_segment
from newsletter.segments.models import Segment
from newsletter.segments.segment_content import content_of, sentence
from newsletter.segments.segment_counts import count_segment

router = Router(tags=["Segments"])
NAMES = {"name": "name"}
DEFINITION = (
    'Groups of conditions: `{"match": "all", "groups": [{"match": "any", "conditions": [{"kind": "joined",'
    ' "test": "within", "value": 30}]}]}`. `newsletter segments kinds` lists the kinds.'
)


class SegmentOut(Schema):
    """A segment. It stores no readers."""

    id: int
    name: str
    version: int = Field(description="How often it was changed, from 1.")
    definition: dict[str, object] = Field(description=DEFINITION)
    means: str = Field(description="The definition in words.")
    created_at: datetime
    changed_at: datetime


class SegmentPage(Schema):
    """A page of segments, in the order in which they were added."""

    items: list[SegmentOut]
    next_cursor: str | None


class SegmentIn(Body):
    """A new segment."""

    name: Text = Field(max_length=200)
    definition: JsonObject = Field(description=DEFINITION)


class SegmentChange(Body):
    """A change. What is left out stays."""

    version: RowId = Field(description="The version that the change is based on.")
    name: Text | None = Field(None, max_length=200)
    definition: JsonObject | None = Field(None, description=DEFINITION)


class SegmentCountOut(Schema):
    """Readers who would get an edition now. Of large publications, `matching` is estimated, with its bounds."""

    matching: int
    lowest: int
    highest: int
    readers: int = Field(description="All readers of the publication who would get an edition.")
    is_exact: bool


@router.get(
    "/publications/{slug}/segments",
    response=SegmentPage,
    summary="List segments",
    openapi_extra=needs(ApiScope.SEGMENTS_READ),
)
def list_segments(request: ApiRequest, slug: Slug, paging: Paging) -> SegmentPage:
    """List the segments of the publication."""
    publication = request.auth.publication(slug, ApiScope.SEGMENTS_READ)
    rows, cursor = page_of(Segment.objects.filter(publication=publication), paging)
    return SegmentPage(items=[_described(one) for one in rows], next_cursor=cursor)


@router.get(
    "/publications/{slug}/segments/{int:segment_id}",
    response=SegmentOut,
    summary="Get a segment",
    openapi_extra=needs(ApiScope.SEGMENTS_READ),
)
def get_segment(request: ApiRequest, slug: Slug, segment_id: Id) -> SegmentOut:
    """Get a segment."""
    return _described(_segment(request.auth.publication(slug, ApiScope.SEGMENTS_READ), segment_id))


@router.get(
    "/publications/{slug}/segments/{int:segment_id}/count",
    response=SegmentCountOut,
    summary="Count the readers of a segment",
    openapi_extra=needs(ApiScope.SEGMENTS_READ),
)
def count_readers(request: ApiRequest, slug: Slug, segment_id: Id) -> SegmentCountOut:
    """Count the readers of a segment, of those who would get an edition now."""
    publication = request.auth.publication(slug, ApiScope.SEGMENTS_READ)
    count = count_segment(publication, content_of(_segment(publication, segment_id)), now=clock.now())
    return SegmentCountOut(**count._asdict())


@router.post(
    "/publications/{slug}/segments",
    response={201: SegmentOut},
    summary="Add a segment",
    openapi_extra=needs(ApiScope.SEGMENTS_WRITE),
)
@repeatable
def add_segment(request: ApiRequest, slug: Slug, body: SegmentIn) -> Status[SegmentOut]:
    """Add a segment with a name that no other segment of the publication has."""
    publication = request.auth.publication(slug, ApiScope.SEGMENTS_WRITE)
    with fields_named(NAMES, otherwise="definition"):
        found = edit_segment.add_segment(
            publication, name=body.name, definition=body.definition, by=request.auth.owner, now=clock.now()
        )
    return Status(201, _described(found))


@router.patch(
    "/publications/{slug}/segments/{int:segment_id}",
    response=SegmentOut,
    summary="Change a segment",
    openapi_extra=needs(ApiScope.SEGMENTS_WRITE),
)
def change_segment(request: ApiRequest, slug: Slug, segment_id: Id, body: SegmentChange) -> SegmentOut:
    """Change the name or the conditions. An approval of an edition that uses the segment ends."""
    publication = request.auth.publication(slug, ApiScope.SEGMENTS_WRITE)
    with fields_named(NAMES, otherwise="definition"):
        changed = edit_segment.change_segment(
            _segment(publication, segment_id),
            name=body.name,
            definition=body.definition,
            seen_version=body.version,
            by=request.auth.owner,
            now=clock.now(),
        )
    return _described(changed)


@router.delete(
    "/publications/{slug}/segments/{int:segment_id}",
    response={204: None},
    summary="Remove a segment",
    openapi_extra=needs(ApiScope.SEGMENTS_WRITE),
)
def remove_segment(request: ApiRequest, slug: Slug, segment_id: Id) -> Status[None]:
    """Remove a segment that no edition to come and no other segment uses."""
    publication = request.auth.publication(slug, ApiScope.SEGMENTS_WRITE)
    edition_audience.remove_segment(_segment(publication, segment_id), by=request.auth.owner, now=clock.now())
    return Status(204, None)


def _segment(publication: Publication, segment_id: int) -> Segment:
    found = Segment.objects.select_related("publication").filter(publication=publication, pk=segment_id).first()
    if found is None:
        raise ApiError("not-found", "This publication has no segment with this number.")
    return found


def _described(segment: Segment) -> SegmentOut:
    return SegmentOut(
        id=segment.pk,
        name=segment.name,
        version=segment.version,
        definition=segment.definition,
        means=sentence(content_of(segment)),
        created_at=segment.created_at,
        changed_at=segment.changed_at,
    )
