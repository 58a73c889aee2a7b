"""Where each role's work begins: `/` and the page after signing in lead there."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Step, may
from newsletter.web.desk import story_queue
from newsletter.web.shared.permission_required import DeskRequest, needs


def first_page(person: User) -> str:
    """The address where somebody's work begins."""
    return reverse("desk" if may(person, Step.CURATE) else "ops")


@require_safe
@needs()
def start(request: DeskRequest) -> HttpResponse:
    """The desk, for those who work there; others are led to their own first page."""
    if may(request.user, Step.CURATE):
        return story_queue.desk(request)  # type: ignore[return-value]  # its guard is written for all kinds of answers
    return redirect(first_page(request.user))
