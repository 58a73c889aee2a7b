"""The pages of failures: groups with their counts, and one failure with its traceback."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from newsletter.accounts.permissions import Permission
from newsletter.lib import clock
from newsletter.ops.failures.provider_answers import provider_answers
from newsletter.ops.failures.record_failure import WINDOWS, failure_groups
from newsletter.ops.models import Failure
from newsletter.web.shared.permission_required import DeskRequest, permission_required

SOURCES = {"task": "Task", "event": "Log event", "page": "Page"}
TIMES_SHOWN = 50


@require_safe
@permission_required(Permission.OPERATE, for_all=True)
def listing(request: DeskRequest) -> HttpResponse:
    """Show the failures of the last seven days in groups, and the provider's answers to failed calls."""
    now = clock.now()
    context = {
        "windows": list(WINDOWS),
        "groups": failure_groups(now=now),
        "answers": provider_answers(now=now),
        "sources": SOURCES,
    }
    return render(request, "web/ops/failures.html", context)


@require_safe
@permission_required(Permission.OPERATE, for_all=True)
def show(request: DeskRequest, failure_id: int) -> HttpResponse:
    """Show one failure with its traceback, and when others of its group happened."""
    failure = get_object_or_404(Failure, pk=failure_id)
    since = clock.now() - timedelta(days=7)
    others = Failure.objects.filter(group=failure.group, minute__gt=since).defer("trace").order_by("-minute")
    context = {"failure": failure, "others": list(others[:TIMES_SHOWN]), "sources": SOURCES}
    return render(request, "web/ops/failure.html", context)
