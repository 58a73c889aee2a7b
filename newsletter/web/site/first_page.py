"""Where each role's work begins: `/` and the page after signing in lead there."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission
from newsletter.web.desk import story_queue
from newsletter.web.shared.permission_required import DeskRequest, permission_required


def first_page(person: User) -> str:
    """The address where somebody's work begins."""
    return reverse("desk" if has_permission(person, Permission.CURATE) else "ops")


@require_safe
@permission_required()
def start(request: DeskRequest) -> HttpResponse:
    """The desk, for those who work there; others are led to their own first page."""
    if has_permission(request.user, Permission.CURATE):
        return story_queue.desk(request)  # type: ignore[return-value]  # its guard is written for all kinds of answers
    return redirect(first_page(request.user))
