"""Start page of each role: `/` and sign-in redirect there."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission_somewhere
from newsletter.web.desk import story_queue
from newsletter.web.shared.permission_required import DeskRequest, permission_required

START_PAGES = (
    (Permission.CURATE, "desk"),
    (Permission.PITCH, "pitches"),
    (Permission.OPERATE, "ops"),
    (Permission.AUDIENCE, "readers"),
)


def start_page(user: User) -> str:
    """Return the URL of the user's start page; empty if they have no role."""
    return next((reverse(page) for permission, page in START_PAGES if has_permission_somewhere(user, permission)), "")


@require_safe
@permission_required()
def start(request: DeskRequest) -> HttpResponse:
    """Show the desk to users who can curate; redirect others to their start page, or say that they have no role."""
    if has_permission_somewhere(request.user, Permission.CURATE):
        return story_queue.desk(request)  # type: ignore[return-value]  # the decorator is typed for all responses
    if page := start_page(request.user):
        return redirect(page)
    return render(request, "web/site/no_role.html")
