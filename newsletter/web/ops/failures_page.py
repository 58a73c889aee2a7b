"""The pages of failures: groups with their counts, one failure with its traceback, and what a text means."""

from datetime import timedelta

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from newsletter.accounts.permissions import Permission
from newsletter.lib import clock
from newsletter.ops.failures.known_errors import MAX_TEXT, explain, known_errors
from newsletter.ops.failures.provider_answers import provider_answers
from newsletter.ops.failures.record_failure import WINDOWS, failure_groups
from newsletter.ops.models import Failure
from newsletter.web.shared.forms import PlainForm
from newsletter.web.shared.permission_required import DeskRequest, permission_required

SOURCES = {"task": "Task", "event": "Log event", "page": "Page"}
TIMES_SHOWN = 50


class ExplainForm(PlainForm):
    """The form for a text of the provider. It is posted, so that no address in it stands in a log."""

    text = forms.CharField(
        label="Text of an answer or a bounce",
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Paste what SendGrid shows, such as “550 5.7.26 This mail has been blocked …”. It is not stored.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.OPERATE, for_all=True)
def listing(request: DeskRequest) -> HttpResponse:
    """Show the failures of the last seven days in groups, the provider’s answers, and what a posted text means."""
    now = clock.now()
    form = ExplainForm(request.POST if request.method == "POST" else None)
    is_asked = form.is_bound and form.is_valid()
    context = {
        "windows": list(WINDOWS),
        "groups": failure_groups(now=now),
        "answers": provider_answers(now=now),
        "sources": SOURCES,
        "form": form,
        "is_asked": is_asked,
        "explained": explain(form.cleaned_data["text"]) if is_asked else [],
        "known_errors": known_errors(),
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
