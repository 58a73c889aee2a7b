"""The page of the audit trail: who did what, with filters. Its rows are added by every act and never changed."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from newsletter.accounts.permissions import Permission
from newsletter.audit import search_records
from newsletter.audit.acts import Act
from newsletter.web.shared.audit_history import act_label, in_words
from newsletter.web.shared.permission_required import DeskRequest, permission_required

PAGE_SIZE = 50
MAX_WHO = 254  # characters of an address


@require_safe
@permission_required(Permission.CONFIGURE, for_all=True)
def show(request: DeskRequest) -> HttpResponse:
    """Show the acts of all people, newest first; `?who=` and `?act=` select some."""
    who, act = request.GET.get("who", "")[:MAX_WHO].replace("\0", ""), request.GET.get("act", "")
    found = search_records.search(who=who, acts=[Act(act)] if act in Act.values else None)
    page = Paginator(found.select_related("user"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "who": who,
        "act": act,
        "acts": [(value, act_label(value)) for value in Act.values],
        "page": page,
        "records": in_words(list(page)),
    }
    return render(request, "web/site/audit_log.html", context)
