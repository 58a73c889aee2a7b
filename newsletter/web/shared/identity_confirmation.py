"""View decorator: within the last 15 minutes the user signed in, or proved who they are on the page that asks again."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django_htmx.http import HttpResponseClientRedirect

from newsletter.web.shared.permission_required import DeskRequest

P = ParamSpec("P")
ASK_AGAIN = "Confirm that it is you, then do it again."


def is_confirmed(request: HttpRequest) -> bool:
    """Return True if this session's user gave a password or a second factor within the last 15 minutes."""
    user = request.user
    if not user.is_authenticated:
        return False
    newest = max((record.get("at", 0) for record in get_authentication_records(request, user)), default=0)
    return bool(time.time() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def identity_confirmed(
    back: str = "", *, posts_only: bool = False
) -> Callable[[Callable[Concatenate[DeskRequest, P], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Ask users to confirm who they are, unless they did recently.

    Stands below `permission_required`. After a form was posted they come to the page named `back`, with the same
    arguments, or to the same address, and send it again: a stored form could be somebody else's by then. With
    `posts_only` the page can be seen without.
    """

    def guard(view: Callable[Concatenate[DeskRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if is_confirmed(request) or (posts_only and request.method != "POST"):
                return view(request, *args, **kwargs)
            is_form = request.method == "POST"
            where = _page(back, kwargs) if is_form and back else request.get_full_path()
            if is_form:
                messages.info(request, ASK_AGAIN)
            url = f"{reverse('confirm-identity')}?{urlencode({'next': where})}"
            return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)

        return guarded

    return guard


def _page(name: str, arguments: dict[str, Any]) -> str:
    """Return the address of a page, which may know fewer arguments than the form that leads back to it."""
    for names in (list(arguments), list(arguments)[:1], []):
        with suppress(NoReverseMatch):
            return reverse(name, kwargs={one: arguments[one] for one in names} or None)
    return "/"
