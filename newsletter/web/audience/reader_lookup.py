"""Find a reader and see everything that is stored about them.

A search is a POST, so that addresses stand in no URL, no browser history and no log of a proxy.
"""

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from newsletter.accounts.permissions import Permission, permitted_ids
from newsletter.audience import find_readers, sign_up_report
from newsletter.audience.models import Subscriber
from newsletter.insights import reader_record
from newsletter.lib import clock
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import publications_with
from newsletter.web.readers import embedded_form
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import only_permitted

SHOWN = 50  # readers


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.AUDIENCE)
def find(request: DeskRequest) -> HttpResponse:
    """Show the search and the sign-up pages; on POST also who was found."""
    typed = request.POST.get("address", "")[:320]
    context: dict[str, object] = {"typed": typed, "found": None, "problem": "", "more": False, "shown": SHOWN}
    if request.method == "POST":
        try:
            ours = permitted_ids(request.user, Permission.AUDIENCE)
            found = find_readers.find_readers(typed, limit=SHOWN + 1, publications=ours)
            context |= {"found": found[:SHOWN], "more": len(found) > SHOWN}
        except BadInput as error:
            context["problem"] = f"{error.problem} {error.hint}".strip()
    now = clock.now()
    context["sign_ups"] = [
        {
            "publication": publication,
            "address": embedded_form.sign_up_address(publication),
            "html": embedded_form.form_html(publication),
            "report": sign_up_report.sign_up_report(publication, now=now),
            "segments": publication.segment_count,
        }
        for publication in only_permitted(
            request, Publication.objects.filter(is_active=True).annotate(segment_count=Count("segments"))
        )
    ]
    return render(request, "web/audience/find_reader.html", context)


@require_safe
@permission_required(Permission.AUDIENCE)
def show(request: DeskRequest, subscriber_id: int) -> HttpResponse:
    """Show everything about one reader, as far as it belongs to publications of the user."""
    subscriber = get_object_or_404(Subscriber, pk=subscriber_id)
    ours = permitted_ids(request.user, Permission.AUDIENCE)
    if ours is not None and not subscriber.subscriptions.filter(publication__in=ours).exists():
        raise Http404
    context = {"reader": reader_record.reader_record(subscriber, publications=ours)}
    curated = publications_with(request.user, Permission.CURATE).values_list("slug", flat=True)
    return render(request, "web/audience/reader.html", context | {"curated": set(curated), "is_whole": ours is None})
