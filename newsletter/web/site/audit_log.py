"""The page of the audit trail: who did what, with filters. Its rows are added by every act and never changed.

Administrators of single publications see what is about these. What is about no single one, such as sign-ins and
accounts, is for administrators of all publications.
"""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from newsletter.accounts.permissions import Permission, permitted_ids
from newsletter.audit import search_records
from newsletter.audit.acts import Act
from newsletter.publications.models import Publication
from newsletter.web.shared.audit_history import act_label, in_words
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import only_permitted

PAGE_SIZE = 50
MAX_WHO = 254  # characters of an address


@require_safe
@permission_required(Permission.CONFIGURE)
def show(request: DeskRequest) -> HttpResponse:
    """Show the acts of all people, newest first; `?who=`, `?act=` and `?publication=` select some."""
    who, act = request.GET.get("who", "")[:MAX_WHO].replace("\0", ""), request.GET.get("act", "")
    publications = list(only_permitted(request, Publication.objects.order_by("name", "pk")))
    chosen = next((one for one in publications if one.slug == request.GET.get("publication")), None)
    permitted = permitted_ids(request.user, Permission.CONFIGURE)
    found = search_records.search(
        who=who, acts=[Act(act)] if act in Act.values else None, publications=[chosen.pk] if chosen else permitted
    )
    page = Paginator(found.select_related("user"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "who": who,
        "act": act,
        "acts": [(value, act_label(value)) for value in Act.values],
        "publications": publications,
        "publication": chosen,
        "is_for_all": permitted is None,
        "asked": urlencode({"who": who, "act": act, "publication": chosen.slug if chosen else ""}),
        "page": page,
        "records": in_words(list(page), publications=publications if len(publications) > 1 else []),
    }
    return render(request, "web/site/audit_log.html", context)
