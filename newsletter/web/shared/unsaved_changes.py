"""Unsaved changes of forms: shown again to their author, announced to colleagues, kept and discarded by two addresses.

`js/unsaved_changes.js` posts what is typed. Keeping changes nothing that readers see; only saving does.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_POST

from newsletter.accounts import unsaved_forms
from newsletter.accounts.models import UnsavedForm, User
from newsletter.accounts.permissions import Permission, has_permission, has_permission_somewhere
from newsletter.editions.models import Edition
from newsletter.editions.snippet_models import Snippet
from newsletter.giving.models import Appeal
from newsletter.lib import clock
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from newsletter.stories import story_claims
from newsletter.stories.models import Story
from newsletter.web.shared.edit_form import EditForm
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import where_permitted
from newsletter.web.shared.typed_text import SEEN

ADDRESS = "unsaved-address"
MAX_ADDRESS: int = UnsavedForm._meta.get_field("address").max_length or 0
NOT_TYPED = ("csrfmiddlewaretoken", ADDRESS, "announced", "again")


class KeptForm(NamedTuple):
    """A form whose changes are kept: what it edits, the field that names it, and who may open it."""

    label: str
    field: str
    permission: Permission


FORMS = {
    "story-add": KeptForm("New story", "headline", Permission.CURATE),
    "story": KeptForm("Story", "headline", Permission.CURATE),
    "edition-story": KeptForm("Story in an edition", "headline", Permission.CURATE),
    "story-correct": KeptForm("Correction", "headline", Permission.APPROVE),
    "edition-texts": KeptForm("Subject and note", "subject", Permission.CURATE),
    "appeal-add": KeptForm("New appeal", "name", Permission.APPROVE),
    "appeal": KeptForm("Appeal", "name", Permission.APPROVE),
    "snippet-add": KeptForm("New snippet", "name", Permission.APPROVE),
    "snippet": KeptForm("Snippet", "name", Permission.APPROVE),
    "pitch-add": KeptForm("New pitch", "headline", Permission.PITCH),
    "pitch": KeptForm("Pitch", "headline", Permission.PITCH),
    "publication-add": KeptForm("New publication", "name", Permission.CONFIGURE),
    "publication": KeptForm("Publication", "name", Permission.CONFIGURE),
    "template": KeptForm("Template", "", Permission.APPROVE),
}  # by view


SUBJECTS: dict[str, tuple[type[Model], str]] = {
    "slug": (Publication, "slug"),
    "story_id": (Story, "pk"),
    "pitch_id": (Story, "pk"),
    "edition_id": (Edition, "pk"),
    "appeal_id": (Appeal, "pk"),
    "snippet_id": (Snippet, "pk"),
}  # by the name in the address: what the form edits, and the field that names it


class UnsavedForms(NamedTuple):
    """Unsaved changes at one form: when the viewer made theirs (None: there are none), and colleagues' recent ones."""

    address: str
    saved_at: datetime | None
    others: list[UnsavedForm]


class UnsavedTitle(NamedTuple):
    """A form with unsaved changes, as lists name it."""

    title: str
    address: str
    saved_at: datetime
    user: User


@require_POST
@permission_required()
def keep(request: DeskRequest) -> HttpResponse:
    """Keep what the user typed so far into one of the forms. The status is 204, or an error with its reason as text."""
    address = request.POST.get(ADDRESS, "")
    if not _is_form(address):
        return HttpResponse("There is no such form.", status=404, content_type="text/plain")
    if not has_permission_somewhere(request.user, FORMS[_view_name(address)].permission):
        return HttpResponse("You may not change this.", status=403, content_type="text/plain")
    if address not in _permitted(request.user, [address]):
        return HttpResponse("There is no such form.", status=404, content_type="text/plain")
    view = resolve(urlsplit(address).path)
    if view.view_name == "story":
        story_claims.touch(view.kwargs["story_id"], by=request.user, now=clock.now())
    fields = {name: str(value) for name, value in request.POST.items() if name not in NOT_TYPED}
    try:
        unsaved_forms.keep(request.user, address, fields, now=clock.now())
    except BadInput as error:
        return HttpResponse(str(error), status=413, content_type="text/plain")
    return HttpResponse(status=204)


@require_POST
@permission_required()
def discard(request: DeskRequest) -> HttpResponse:
    """Discard the user's unsaved changes of a form, and show the form as it is saved."""
    address = request.POST.get(ADDRESS, "")
    if not _is_form(address):
        return redirect("desk")
    unsaved_forms.discard(request.user, address)
    return redirect(address)


def restore(request: DeskRequest, form: EditForm) -> UnsavedForms:
    """Show the user's unsaved changes in a form that is opened; return what the page says about them."""
    found = kept(request)
    if found and not form.restore(found.fields):
        saved(request)  # in the meantime, and the same
        found = None
    return page_info(request, found.saved_at if found else None)


def kept(request: DeskRequest) -> UnsavedForm | None:
    """Return the user's unsaved changes of the form that is opened; None if it is posted."""
    return None if request.method == "POST" else unsaved_forms.kept_form(request.user, request.get_full_path())


def page_info(request: DeskRequest, saved_at: datetime | None) -> UnsavedForms:
    """Return what a form's page says about unsaved changes; `saved_at` if it shows those of the user."""
    address = request.get_full_path()
    found = unsaved_forms.being_edited([address], now=clock.now()) if _is_stored(address) else []
    return UnsavedForms(address, saved_at, [form for form in found if form.user_id != request.user.pk])


def saved(request: DeskRequest) -> None:
    """Forget the unsaved changes of the form that was just saved."""
    unsaved_forms.discard(request.user, request.get_full_path())


def titles_of_user(user: User) -> list[UnsavedTitle]:
    """Return the forms in which a user has unsaved changes and that they may still open, newest first."""
    forms = list(user.unsaved_forms.select_related("user").order_by("-saved_at")[:10])
    permitted = _permitted(user, [form.address for form in forms])
    return _titled(form for form in forms if form.address in permitted)


def titles_at(addresses: Collection[str]) -> list[UnsavedTitle]:
    """Return the forms at these addresses that somebody is editing, newest first."""
    return _titled(unsaved_forms.being_edited(addresses, now=clock.now()))


def _titled(found: Iterable[UnsavedForm]) -> list[UnsavedTitle]:
    titles = []
    for form in found:
        kept = FORMS.get(_view_name(form.address))
        name = str(form.fields.get(kept.field) or form.fields.get(SEEN + kept.field) or "").strip() if kept else ""
        label = kept.label if kept else "Form"
        title = f"{label}: “{name}”" if name else label
        titles.append(UnsavedTitle(title, form.address, form.saved_at, form.user))
    return titles


def _permitted(user: User, addresses: Collection[str]) -> set[str]:
    """Return the addresses of forms that a user may save, by the publication of what they edit.

    The number of queries depends on the kinds of forms only, and is zero for a user with a role for all publications.
    """
    asked: dict[tuple[str, Permission], dict[str, list[str]]] = {}
    permitted = set()
    for address in addresses:
        kept, (key, value) = FORMS.get(_view_name(address)), _subject(address)
        if kept and has_permission(user, kept.permission):
            permitted.add(address)
        elif kept and key:
            asked.setdefault((key, kept.permission), {}).setdefault(value, []).append(address)
    for (key, permission), by_value in asked.items():
        model, field = SUBJECTS[key]
        condition = where_permitted(model, user, permission)
        found = model._default_manager.filter(condition, **{f"{field}__in": list(by_value)})
        permitted |= {address for value in found.values_list(field, flat=True) for address in by_value[str(value)]}
    return permitted


def _subject(address: str) -> tuple[str, str]:
    """Return what the form edits: the name of the number or slug in its address, and its value; empty for neither."""
    found = resolve(urlsplit(address).path).kwargs if _view_name(address) else {}
    return next(((key, str(value)) for key, value in found.items() if key in SUBJECTS), ("", ""))


def _is_form(address: str) -> bool:
    is_path = address.startswith("/") and not address.startswith("//")  # `//host/` would lead to another site
    is_stored = len(address) <= MAX_ADDRESS and "\0" not in address  # PostgreSQL stores no NUL
    return is_stored and is_path and _view_name(address) in FORMS


def _is_stored(address: str) -> bool:
    """Return True if the form edits something stored, which colleagues may edit too."""
    return not _view_name(address).endswith("-add")


def _view_name(address: str) -> str:
    try:
        return str(resolve(urlsplit(address).path).view_name)
    except (Resolver404, ValueError):
        return ""
