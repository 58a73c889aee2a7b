"""View decorator: the user must be signed in and have one of the given permissions (accounts/permissions.py)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission
from newsletter.web.shared.error_pages import forbidden

P = ParamSpec("P")


class DeskRequest(HttpRequest):
    """The request inside a view with `permission_required`: has a signed-in user and htmx details."""

    user: User
    htmx: HtmxDetails


def permission_required(
    *permissions: Permission,
) -> Callable[[Callable[Concatenate[DeskRequest, P], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Admit users who have any of `permissions`; without arguments, every signed-in user."""

    def guard(view: Callable[Concatenate[DeskRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                return _to_sign_in(request)
            if permissions and not any(has_permission(user, permission) for permission in permissions):
                return forbidden(request)
            return view(request, *args, **kwargs)

        return guarded

    return guard


def _to_sign_in(request: DeskRequest) -> HttpResponseBase:
    if request.htmx:
        # Otherwise the sign-in page would be swapped into the current page.
        here = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(f"{reverse('login')}?{urlencode({'next': here})}")
    back = request.get_full_path() if request.method == "GET" else "/"
    return redirect_to_login(back)
