"""The story queue of a publication, and earlier stories."""

from typing import Annotated, Any

from ninja import Query, Router
from ninja.responses import Status

from newsletter.api.v1.callers import ApiRequest
from newsletter.api.v1.pages import Paging, page_of
from newsletter.api.v1.problems import ApiError
from newsletter.api.v1.repeatable import repeatable
from newsletter.api.v1.scoped import needs
from newsletter.api.v1.story_schemas import MoveIn, StoryChange, StoryIn, StoryOut, StoryPage, described
from newsletter.api.v1.values import Id, Slug
from newsletter.api_tokens.scopes import ApiScope
from newsletter.publications.models import Publication
from newsletter.stories import order_keys, story_queue
from newsletter.stories.models import Story, StoryState
from newsletter.stories.rich_text import typed_text

router = Router(tags=["Stories"])
StateFilter = Annotated[StoryState | None, Query(description="Only stories in this state.")]


@router.get(
    "/publications/{slug}/stories",
    response=StoryPage,
    summary="List stories",
    openapi_extra=needs(ApiScope.STORIES_READ),
)
def list_stories(request: ApiRequest, slug: Slug, paging: Paging, state: StateFilter = None) -> StoryPage:
    """List stories, the newest first, in any state or in one. `position` is the place in the queue."""
    publication = request.auth.publication(slug, ApiScope.STORIES_READ)
    rows = Story.objects.filter(publication=publication)
    if state:
        rows = rows.filter(state=state)
    found, cursor = page_of(rows, paging, newest_first=True)
    places = story_queue.places(publication)
    return StoryPage(items=[described(one, position=places.get(one.pk)) for one in found], next_cursor=cursor)


@router.get(
    "/publications/{slug}/stories/{int:story_id}",
    response=StoryOut,
    summary="Get a story",
    openapi_extra=needs(ApiScope.STORIES_READ),
)
def get_story(request: ApiRequest, slug: Slug, story_id: Id) -> StoryOut:
    """Get a story."""
    return _shown(_story(request.auth.publication(slug, ApiScope.STORIES_READ), story_id))


@router.post(
    "/publications/{slug}/stories",
    response={201: StoryOut},
    summary="Add a story",
    openapi_extra=needs(ApiScope.STORIES_WRITE),
)
@repeatable
def add_story(request: ApiRequest, slug: Slug, body: StoryIn) -> Status[StoryOut]:
    """Add a story at the end of the queue. A link that is in the queue or in an edition already is refused."""
    publication = request.auth.publication(slug, ApiScope.STORIES_WRITE)
    story = story_queue.add(publication, **_fields(body), again=body.again, by=request.auth.owner)
    return Status(201, _shown(story))


@router.patch(
    "/publications/{slug}/stories/{int:story_id}",
    response=StoryOut,
    summary="Change a story",
    openapi_extra=needs(ApiScope.STORIES_WRITE),
)
def change_story(request: ApiRequest, slug: Slug, story_id: Id, body: StoryChange) -> StoryOut:
    """Change a story. If it was changed since the version that you name, nothing is changed, and the answer is 409."""
    story = _story(request.auth.publication(slug, ApiScope.STORIES_WRITE), story_id)
    changed = story_queue.update(story, **_fields(body), again=body.again, seen=body.version, by=request.auth.owner)
    return _shown(changed)


@router.post(
    "/publications/{slug}/stories/{int:story_id}/move",
    response=StoryOut,
    summary="Move a story",
    openapi_extra=needs(ApiScope.STORIES_WRITE),
)
@repeatable
def move_story(request: ApiRequest, slug: Slug, story_id: Id, body: MoveIn) -> StoryOut:
    """Move a queued story to another place in the queue."""
    story = _story(request.auth.publication(slug, ApiScope.STORIES_WRITE), story_id)
    return _shown(story_queue.move(story, to=body.to, by=request.auth.owner))


@router.delete(
    "/publications/{slug}/stories/{int:story_id}",
    response=StoryOut,
    summary="Remove a story from the queue",
    openapi_extra=needs(ApiScope.STORIES_WRITE),
)
def drop_story(request: ApiRequest, slug: Slug, story_id: Id) -> StoryOut:
    """Remove a queued story. It is kept and can be restored."""
    story = _story(request.auth.publication(slug, ApiScope.STORIES_WRITE), story_id)
    return _shown(story_queue.drop(story, by=request.auth.owner))


@router.post(
    "/publications/{slug}/stories/{int:story_id}/restore",
    response=StoryOut,
    summary="Restore a removed story",
    openapi_extra=needs(ApiScope.STORIES_WRITE),
)
@repeatable
def restore_story(request: ApiRequest, slug: Slug, story_id: Id) -> StoryOut:
    """Put a removed story back at the end of the queue."""
    story = _story(request.auth.publication(slug, ApiScope.STORIES_WRITE), story_id)
    return _shown(story_queue.restore(story, by=request.auth.owner))


def _fields(body: StoryIn | StoryChange) -> dict[str, Any]:
    """Return the fields that the request names. The body is parsed as on the form of a story."""
    fields = body.given()
    if "body" in fields:
        fields["body"] = typed_text.to_body(fields["body"])
    return fields


def _story(publication: Publication, story_id: int) -> Story:
    found = Story.objects.select_related("publication", "picture").filter(publication=publication, pk=story_id).first()
    if found is None:
        raise ApiError("not-found", "This publication has no story with this number.")
    return found


def _shown(story: Story) -> StoryOut:
    return described(story, position=order_keys.place_of(story))
