"""A publication's logos: how letters show them by day and by night, and new ones from this computer."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.roles import Step
from newsletter.lib.errors import NewsletterError
from newsletter.pictures.models import Picture, Use
from newsletter.publications import logos, publishing
from newsletter.publications.models import Publication
from newsletter.web import publication as publications
from newsletter.web.permission import DeskRequest, needs
from newsletter.web.picturing import FileForm, PictureInput, handed_over

LEAST, MOST = publishing.BOUNDS["logo_width"]
ENDS = {"min_value": f"Give {LEAST} to {MOST}.", "max_value": f"Give {LEAST} to {MOST}."}


class LogosForm(FileForm):
    files_of = ("logo", "logo_dark")

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
            if file := self.cleaned_data[name]:
                pictures[name] = handed_over(file, Use.LOGO, field=called)
            elif self.cleaned_data[f"{name}_out"]:
                pictures[name] = None
        logos.hand_over(publication, width=self.cleaned_data["logo_width"], **pictures)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Step.APPROVE)
def show(request: DeskRequest, slug: str) -> HttpResponse:
    publication = publications.asked_for(request, slug)
    posted = request.method == "POST"
    initial = {"logo_width": publication.logo_width}
    form = LogosForm(request.POST, request.FILES) if posted else LogosForm(initial=initial)
    if form.is_bound and form.is_valid():
        try:
            form.keep(publication)
        except NewsletterError as error:
            form.blame(error)
            publication.refresh_from_db()  # what was tried is not what is printed
        else:
            messages.success(request, "The logos are saved. Letters that are assembled from now on have them.")
            return redirect("logos", publication.slug)
    elif form.is_bound:
        form.ask_once_more()
    return render(request, "web/publications/logos.html", {"publication": publication, "form": form})
