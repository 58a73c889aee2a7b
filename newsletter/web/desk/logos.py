"""A publication's logos: how letters show them by day and by night, and new ones from this computer."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.permissions import Permission
from newsletter.pictures.models import Picture, Use
from newsletter.publications import edit_publication, upload_logos
from newsletter.publications.models import Publication
from newsletter.web.desk import current_publication as publications
from newsletter.web.shared.edit_form import EditForm
from newsletter.web.shared.forms import telling
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.picture_forms import PictureInput, save_uploaded_picture

LEAST, MOST = edit_publication.BOUNDS["logo_width"]
ENDS = {"min_value": f"Give {LEAST} to {MOST}.", "max_value": f"Give {LEAST} to {MOST}."}


class LogosForm(EditForm):
    files_of = ("logo", "logo_dark")
    acts = ("logo", "logo_out", "logo_dark", "logo_dark_out")

    logo = forms.FileField(
        required=False, help_text="For light paper. PNG, or JPEG, WebP, AVIF, GIF, under 20 MB.", widget=PictureInput()
    )
    logo_out = forms.BooleanField(label="Take the logo out", required=False, help_text="Letters show the name instead.")
    logo_dark = forms.FileField(
        label="Dark logo",
        required=False,
        help_text="For dark mode, of the same shape. Without it the other is shown there too.",
        widget=PictureInput(),
    )
    logo_dark_out = forms.BooleanField(label="Take the dark logo out", required=False)
    logo_width = forms.IntegerField(
        label="Width in letters",
        min_value=LEAST,
        max_value=MOST,
        help_text="In pixels; files twice as wide are sharp on every screen.",
        error_messages=ENDS,
    )

    def keep(self, publication: Publication) -> None:
        """Make the files fit and print them from now on; raises `BadInput`."""
        pictures: dict[str, Picture | None] = {}
        for name, called in (("logo", "logo"), ("logo_dark", "dark logo")):
            if file := self.cleaned_data.get(name):
                pictures[name] = save_uploaded_picture(file, Use.LOGO, field=called)
            elif self.cleaned_data.get(f"{name}_out"):
                pictures[name] = None
        upload_logos.hand_over(
            publication, width=self.cleaned_data.get("logo_width", publication.logo_width), **pictures
        )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.APPROVE)
def show(request: DeskRequest, slug: str) -> HttpResponse:
    publication = publications.asked_for(request, slug)
    posted = request.method == "POST"
    stored: dict[str, object] = {"logo_width": publication.logo_width}
    for name in ("logo", "logo_dark"):
        stored |= dict.fromkeys((name, f"{name}_out"), getattr(publication, f"{name}_id"))
    form = LogosForm(request.POST, request.FILES, stored=stored) if posted else LogosForm(stored=stored)
    if form.is_bound and form.is_valid():
        if not form.changed:
            messages.info(request, "Nothing was changed, so nothing was saved.")
            return redirect("logos", publication.slug)
        with telling(form):
            form.keep(publication)
            messages.success(request, "The logos are saved. Letters that are assembled from now on have them.")
            return redirect("logos", publication.slug)
        publication.refresh_from_db()  # what was tried is not what is printed
    elif form.is_bound:
        form.ask_to_choose_again()
    return render(request, "web/desk/logos.html", {"publication": publication, "form": form})
