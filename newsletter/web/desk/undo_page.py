"""What the user did in the last twelve hours, each act with its Undo; the desk shows the latest one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.permissions import Permission, has_permission
from newsletter.audit.undo_models import KeptAct
from newsletter.letters.undo import undo_act
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState, NewsletterError
from newsletter.publications.models import Publication
from newsletter.web.desk.desk_acts import Done, perform
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required

TOO_OLD = "This act is too old to be undone."


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.PITCH)
def undo(request: DeskRequest) -> HttpResponse:
    """List the acts; undo the one that is posted. `page` desk answers with the changed parts of the desk."""
    if request.method != "POST":
        return _page(request)
    number = whole_number(request.POST.get("act", "")) or 0
    act = KeptAct.objects.filter(pk=number, user=request.user).first()
    publication = Publication.objects.filter(pk=act.publication_id).first() if act else None
    is_of_desk = request.POST.get("page") == "desk"
    if is_of_desk and publication and has_permission(request.user, Permission.CURATE, publication):
        return perform(request, publication, lambda: _undone(request, act))
    try:
        done = _undone(request, act)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done.announcement)
    return redirect("undo")


def _undone(request: DeskRequest, act: KeptAct | None) -> Done:
    if act is None:
        raise InvalidState(TOO_OLD)
    edition = whole_number(request.POST.get("edition", ""))
    undo_act.undo(act, by=request.user, now=clock.now())
    return Done(f"Undone: {act.sentence}", edition=edition)


def _page(request: DeskRequest) -> HttpResponse:
    acts = undo_act.acts_of(request.user, now=clock.now())
    publications = Publication.objects.in_bulk({act.publication_id for act in acts})
    rows = [(act, publications.get(act.publication_id), undo_act.FINAL.get(act.kind, "")) for act in acts]
    return render(request, "web/desk/undo.html", {"rows": rows, "most": undo_act.MAX_LISTED})
