"""The roles of a user for single publications: a page of its own, and a part that the user's page can include."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import Permission
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import grant_publication_role, revoke_publication_role
from newsletter.web.shared.forms import PlainForm, show_errors_on
from newsletter.web.shared.identity_confirmation import identity_confirmed
from newsletter.web.shared.permission_required import DeskRequest, permission_required

NO_ROLE = "none"


class PublicationRoleForm(PlainForm):
    """The form for the role of a user for one publication; `none` takes it away."""

    publication = forms.ModelChoiceField(queryset=Publication.objects.order_by("name"), empty_label=None)
    role = forms.ChoiceField(choices=[*((one.value, one.label) for one in Role), (NO_ROLE, "No role")])

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        # beside the form for the role in all publications, so its ids have a name of their own
        super().__init__(data, auto_id="publication_role_%s")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CONFIGURE, for_all=True)
@identity_confirmed()
def show(request: DeskRequest, user_id: int) -> HttpResponse:
    """Show the roles of a user for single publications, and change one."""
    user = get_object_or_404(User, pk=user_id)
    form = PublicationRoleForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        publication, role = form.cleaned_data["publication"], form.cleaned_data["role"]
        with show_errors_on(form):
            if role == NO_ROLE:
                revoke_publication_role(user, publication, by=request.user, now=clock.now())
                messages.success(request, f"{user} has no role for {publication} any more.")
            else:
                grant_publication_role(user, publication, role=Role(role), by=request.user, now=clock.now())
                messages.success(request, f"{user} has the role {Role(role).label.lower()} for {publication}.")
            return redirect("user", user.pk)
    status = 422 if form.is_bound else 200
    return render(request, "web/site/publication_roles.html", roles_context(user, form), status=status)


def roles_context(user: User, form: PublicationRoleForm | None = None) -> dict[str, Any]:
    """Return the values that `web/site/_publication_roles.html` needs."""
    rows = user.publication_roles.select_related("publication").order_by("publication__name", "pk")
    return {"person": user, "publication_roles": list(rows), "role_form": form or PublicationRoleForm()}
