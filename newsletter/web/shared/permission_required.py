"""View decorator: the user must be signed in and have one of the given permissions (accounts/permissions.py).

A view for the objects of a publication finds them with `permitted_objects.py`, which checks the permission there.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission, has_permission_somewhere
from newsletter.accounts.second_factors import lacks_second_factor
from newsletter.web.shared.error_pages import forbidden, signed_out
from newsletter.web.shared.typed_text import signed_out_page

P = ParamSpec("P")


class DeskRequest(HttpRequest):
    """The request inside a view with `permission_required`: has a signed-in user and htmx details.

    `permissions` are those of which the view requires one.
    """

    user: User
    htmx: HtmxDetails
    permissions: tuple[Permission, ...]


def permission_required(
    *permissions: Permission, for_all: bool = False, without_second_factor: bool = False
) -> Callable[[Callable[Concatenate[DeskRequest, P], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Admit users who have any of `permissions` in some publication; without arguments, every signed-in user.

    With `for_all` only those who have it in all publications, for what concerns all of them. Users who must have a
    second factor and have none are sent to the page that sets it up, except from views `without_second_factor`.
    """
    is_met = has_permission if for_all else has_permission_somewhere

    def guard(view: Callable[Concatenate[DeskRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                return _to_sign_in(request)
            if not without_second_factor and lacks_second_factor(user):
                url = reverse("mfa_index")
                return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)
            if permissions and not any(is_met(user, permission) for permission in permissions):
                return forbidden(request)
            request.permissions = permissions
            try:
                return view(request, *args, **kwargs)
            except PermissionDenied:
                return forbidden(request)

        guarded.is_for_staff = True  # type: ignore[attr-defined]  # for the limits of sessions
        return guarded

    return guard


def _to_sign_in(request: DeskRequest) -> HttpResponseBase:
    if request.htmx:
        # Otherwise the sign-in page would be swapped into the current page.
        here = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(f"{reverse('login')}?{urlencode({'next': here})}")
    if request.headers.get("Sec-Fetch-Dest") == "iframe":
        return signed_out(request)
    if request.method == "POST" and (page := signed_out_page(request)):
        return page
    back = request.get_full_path() if request.method == "GET" else "/"
    return redirect_to_login(back)
