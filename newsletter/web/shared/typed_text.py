"""What a form had when it was posted by somebody who is not signed in any more: shown, so that no typed text is lost.

The page also keeps it in the browser's tab (js/typed_text.js), which fills the form again after the next sign-in.
"""

from typing import NamedTuple
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

SEEN = "seen-"  # begins the name of a hidden copy of a displayed value (edit_form.py)
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "announced", "content_hash", "key", "next", "version", "unsaved-address"})
SECRET = ("password", "token", "code", "credential")
MAX_FIELDS, MAX_CHARACTERS = 60, 500_000


class TypedField(NamedTuple):
    """A field of a form, by its name, and what it had."""

    name: str
    text: str


def typed_fields(request: HttpRequest) -> list[TypedField]:
    """Return what a person may have typed into the posted form: no password, and nothing of the page itself."""
    found: list[TypedField] = []
    left = MAX_CHARACTERS
    for name, value in request.POST.items():
        text = str(value)
        is_own = name not in NOT_TYPED and not name.startswith(SEEN) and not any(each in name for each in SECRET)
        if is_own and text.strip() and len(text) <= left and len(found) < MAX_FIELDS:
            found.append(TypedField(name, text))
            left -= len(text)
    return found


def signed_out_page(request: HttpRequest) -> HttpResponse | None:
    """Return the page with what was typed, and a way to sign in that leads back to the form; None if nothing was."""
    if not (fields := typed_fields(request)):
        return None
    context = {"fields": fields, "form_page": page_of_form(request), "action": request.path}
    return render(request, "web/shared/errors/signed_out_form.html", context, status=403)


def page_of_form(request: HttpRequest) -> str:
    """Return the address of the page that the form was on, else that of the start page."""
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}) and referer:
        found = urlsplit(referer)
        return f"{found.path}?{found.query}" if found.query else found.path
    return "/"
