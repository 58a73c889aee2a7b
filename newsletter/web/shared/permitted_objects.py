"""Objects of the publications in which the user has the permission that the view requires.

An object of a publication in which the user has no role does not exist for them: 404. In one where their role lacks
the permission, the answer is 403.
"""

from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, permitted
from newsletter.audience.import_models import SubscriberImport
from newsletter.delivery.models import Batch, Dispatch
from newsletter.editions.comment_models import Comment, CommentThread
from newsletter.editions.models import Edition
from newsletter.editions.snippet_models import Snippet
from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.giving.models import Appeal
from newsletter.notices.models import Webhook
from newsletter.publications.models import Publication
from newsletter.segments.models import Segment
from newsletter.stories.correction_models import SiteCorrection
from newsletter.stories.feed_models import Feed, Suggestion
from newsletter.stories.models import Story, StoryDraft
from newsletter.web.shared.permission_required import DeskRequest

Thing = TypeVar("Thing", bound=Model)

# the way from a model to its publication
PUBLICATION_OF: dict[type[Model], str] = {
    Publication: "pk",
    Story: "publication",
    StoryDraft: "publication",
    SiteCorrection: "publication",
    Feed: "publication",
    Suggestion: "publication",
    Edition: "publication",
    Segment: "publication",
    Appeal: "publication",
    Snippet: "publication",
    CommentThread: "publication",
    Comment: "thread__publication",
    StoryCorrection: "edition__publication",
    SubscriberImport: "publication",
    Webhook: "publication",
    Dispatch: "edition__publication",
    Batch: "dispatch__edition__publication",
}


def permitted_or_404(request: DeskRequest, among: QuerySet[Thing], **lookup: Any) -> Thing:
    """Return the one object of `among` that `lookup` names. Raise `Http404` or `PermissionDenied`."""
    try:
        return get_object_or_404(only_permitted(request, among), **lookup)
    except Http404:
        if request.permissions and among.filter(where_permitted(among.model, request.user), **lookup).exists():
            raise PermissionDenied from None
        raise


def only_permitted(request: DeskRequest, among: QuerySet[Thing]) -> QuerySet[Thing]:
    """Return the objects of `among` for which the user has the permission."""
    return among.filter(where_permitted(among.model, request.user, *request.permissions))


def where_permitted(model: type[Model], user: User, *permissions: Permission) -> Q:
    """Return the condition for rows in whose publication the user has one of `permissions`; without: any role."""
    return permitted(user, *permissions, publication=PUBLICATION_OF[model])
