"""Error pages: no permission, page not found, expired form, request too large, server error."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from newsletter.web.shared.typed_text import page_of_form, typed_fields


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 — required by Django
    """Render the page for a missing permission."""
    return render(request, "web/shared/errors/403.html", status=403)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 — required by Django
    """Render the page for a missing or old CSRF token, usually after signing in again in another tab.

    A form of our own pages is shown with what was typed into it; one that another site posted is not.
    """
    is_own = request.headers.get("Sec-Fetch-Site") == "same-origin"
    context = {
        "fields": typed_fields(request) if is_own else [],
        "form_page": page_of_form(request),
        "action": request.path,
    }
    return render(request, "web/shared/errors/session_expired.html", context, status=403)


def signed_out(request: HttpRequest) -> HttpResponse:
    """Render the page for a frame, such as a preview, whose user is signed out: a form in it could not be used."""
    return render(request, "web/shared/errors/signed_out.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 — required by Django
    """Render the page for an unknown address."""
    return render(request, "web/shared/errors/404.html", status=404)


def too_large(request: HttpRequest) -> HttpResponse:
    """Render the page for a request body over the limit (request_size.py)."""
    return render(request, "web/shared/errors/too_large.html", status=413)


def no_length(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 — same signature as the others
    """Return plain text: only programs send a body without a length."""
    return HttpResponse("Content-Length is required\n", status=411, content_type="text/plain; charset=utf-8")


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 — as Django's
    """Render the page for too many requests of one kind."""
    return render(request, "web/shared/errors/too_many.html", status=429)


def broken(request: HttpRequest) -> HttpResponse:
    """Render the server error page without the database or the session: either may be the cause."""
    return render(request, "web/shared/errors/500.html", status=500)
