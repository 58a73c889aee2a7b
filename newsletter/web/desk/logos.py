"""A publication's logos for light and dark mode: preview and upload."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission
from newsletter.pictures.models import Picture, Use
from newsletter.publications import edit_publication, upload_logos
from newsletter.publications.models import Publication
from newsletter.web.desk import current_publication as publications
from newsletter.web.shared.edit_form import EditForm
from newsletter.web.shared.forms import show_errors_on
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.picture_forms import PictureInput, save_uploaded_picture

MIN_WIDTH, MAX_WIDTH = edit_publication.BOUNDS["logo_width"]
RANGE_ERRORS = {
    "min_value": f"Enter a number from {MIN_WIDTH} to {MAX_WIDTH}.",
    "max_value": f"Enter a number from {MIN_WIDTH} to {MAX_WIDTH}.",
}


class LogosForm(EditForm):
    """The form for the logos of a publication."""

    files_of = ("logo", "logo_dark")
    acts = ("logo", "logo_out", "logo_dark", "logo_dark_out")

    logo = forms.FileField(
        required=False,
        help_text="PNG, JPEG, WebP, AVIF or GIF, up to 20 MB.",
        widget=PictureInput(),
    )
    logo_out = forms.BooleanField(label="Remove logo", required=False, help_text="Emails show the name instead.")
    logo_dark = forms.FileField(
        label="Dark logo",
        required=False,
        help_text="For dark mode, with the same proportions. If empty, the light logo is used there too.",
        widget=PictureInput(),
    )
    logo_dark_out = forms.BooleanField(label="Remove dark logo", required=False)
    logo_width = forms.IntegerField(
        label="Width in emails",
        min_value=MIN_WIDTH,
        max_value=MAX_WIDTH,
        help_text="In pixels. Upload images twice as wide so they look sharp on every screen.",
        error_messages=RANGE_ERRORS,
    )

    def save(self, publication: Publication, *, by: User) -> None:
        """Process the files and use them as logos. Raise `BadInput` for an unusable file."""
        pictures: dict[str, Picture | None] = {}
        for name, label in (("logo", "logo"), ("logo_dark", "dark logo")):
            if file := self.cleaned_data.get(name):
                pictures[name] = save_uploaded_picture(file, Use.LOGO, field=label)
            elif self.cleaned_data.get(f"{name}_out"):
                pictures[name] = None
        width = self.cleaned_data.get("logo_width", publication.logo_width)
        upload_logos.hand_over(publication, width=width, by=by, **pictures)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.APPROVE)
def show(request: DeskRequest, slug: str) -> HttpResponse:
    """Show and save the logos of a publication."""
    publication = publications.publication_from_url(request, slug)
    posted = request.method == "POST"
    stored: dict[str, object] = {"logo_width": publication.logo_width}
    for name in ("logo", "logo_dark"):
        stored |= dict.fromkeys((name, f"{name}_out"), getattr(publication, f"{name}_id"))
    form = LogosForm(request.POST, request.FILES, stored=stored) if posted else LogosForm(stored=stored)
    if form.is_bound and form.is_valid():
        if not form.changed:
            messages.info(request, "You made no changes, so nothing was saved.")
            return redirect("logos", publication.slug)
        with show_errors_on(form):
            form.save(publication, by=request.user)
            messages.success(request, "Logos saved. New emails use them.")
            return redirect("logos", publication.slug)
        publication.refresh_from_db()  # discard the unsaved values
    elif form.is_bound:
        form.ask_to_choose_again()
    return render(request, "web/desk/logos.html", {"publication": publication, "form": form})
