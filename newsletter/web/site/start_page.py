"""Start page of each role: `/` and sign-in redirect there."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission
from newsletter.web.desk import story_queue
from newsletter.web.shared.permission_required import DeskRequest, permission_required


def start_page(user: User) -> str:
    """Return the URL of the user's start page."""
    if has_permission(user, Permission.CURATE):
        return reverse("desk")
    return reverse("ops" if has_permission(user, Permission.OPERATE) else "readers")


@require_safe
@permission_required()
def start(request: DeskRequest) -> HttpResponse:
    """Show the desk to users who can curate; redirect others to their start page."""
    if has_permission(request.user, Permission.CURATE):
        return story_queue.desk(request)  # type: ignore[return-value]  # the decorator is typed for all responses
    return redirect(start_page(request.user))
