"""Our own pages for what went wrong: no permission, no such page, a stale form, too large a body, our own fault."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 — Django names it
    return render(request, "web/shared/errors/403.html", status=403)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 — Django names it
    """A form whose proof of origin is missing or old, mostly after signing in anew in another tab."""
    return render(request, "web/shared/errors/session_expired.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 — Django names it
    return render(request, "web/shared/errors/404.html", status=404)


def too_large(request: HttpRequest) -> HttpResponse:
    """A body that nobody has room for (request_size.py)."""
    return render(request, "web/shared/errors/too_large.html", status=413)


def no_length(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 — like its neighbours
    """Only programs send such a body, so they get no page."""
    return HttpResponse("the length of the body must be said\n", status=411, content_type="text/plain; charset=utf-8")


def broken(request: HttpRequest) -> HttpResponse:
    """Asks neither the database nor who is signed in: either may be what broke."""
    return render(request, "web/shared/errors/500.html", status=500)
