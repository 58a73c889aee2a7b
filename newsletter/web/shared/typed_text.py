"""What a form had when it was posted by somebody who is not signed in any more: shown, so that no typed text is lost.

The page also keeps it in the browser's tab (js/typed_text.js), which fills the form again after the next sign-in.
"""

from typing import NamedTuple
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

SEEN = "seen-"  # begins the name of a hidden copy of a displayed value (edit_form.py)
# What forms of ours have in hidden fields and buttons; a test looks for them in the templates.
NAMES_OF_PAGE = """
csrfmiddlewaretoken act action again announced anyway appeal approve_later back bring-back content_hash corrected
delivery do domain edition from key keys leave-out next over page picture picture_out reset seen session shown snippet
stamp story table take-as-headline to unsaved-address version wanted
"""
OF_PAGE = frozenset(NAMES_OF_PAGE.split())
CHOSEN = frozenset({"kind", "match", "publication", "role"})  # shown beside typed text, but alone they are no text
SECRET = ("password", "token", "code", "credential")
MAX_FIELDS, MAX_CHARACTERS = 60, 500_000


class TypedField(NamedTuple):
    """A field of a form, by its name, and what it had."""

    name: str
    text: str


def typed_fields(request: HttpRequest) -> list[TypedField]:
    """Return what a person may have typed into the posted form: no password, and nothing of the page itself.

    Nothing if they only chose or clicked.
    """
    found: list[TypedField] = []
    left = MAX_CHARACTERS
    for name, value in request.POST.items():
        text = str(value)
        is_own = name not in OF_PAGE and not name.startswith(SEEN) and not any(each in name for each in SECRET)
        if is_own and text.strip() and len(text) <= left and len(found) < MAX_FIELDS:
            found.append(TypedField(name, text))
            left -= len(text)
    return found if any(field.name not in CHOSEN for field in found) else []


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
