"""Who may open a page: a signed-in person whose role permits one of its steps (accounts/roles.py)."""

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
    """A request as a view behind `needs` gets it: by a known person, with what htmx says of itself."""

    user: User
    htmx: HtmxDetails


def permission_required(
    *steps: Permission,
) -> Callable[[Callable[Concatenate[DeskRequest, P], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Lets a person in whose role permits any of `steps`; without steps, everybody who is signed in."""

    def guard(view: Callable[Concatenate[DeskRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            person = request.user
            if not isinstance(person, User):
                return _to_sign_in(request)
            if steps and not any(has_permission(person, step) for step in steps):
                return forbidden(request)
            return view(request, *args, **kwargs)

        return guarded

    return guard


def _to_sign_in(request: DeskRequest) -> HttpResponseBase:
    if request.htmx:
        # a fragment's request would be answered with the sign-in page inside the page
        here = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(f"{reverse('login')}?{urlencode({'next': here})}")
    back = request.get_full_path() if request.method == "GET" else "/"
    return redirect_to_login(back)
