"""The picture of a story, as forms ask for it: a file from this computer, or an address on the web."""

from typing import Any, ClassVar

import structlog
from django import forms
from django.core.files.uploadedfile import UploadedFile

from newsletter.lib import clock
from newsletter.lib.errors import BadInput, NewsletterError
from newsletter.pictures import import_pictures
from newsletter.pictures.models import Picture, Use
from newsletter.pictures.safe_fetch import MAX_FILE_BYTES
from newsletter.stories.models import Story
from newsletter.web.shared.forms import PlainForm

log = structlog.get_logger()
NOT_STORED = "could not be stored: the disk may be full. Tell those who look after the service."
ONCE_MORE = "Choose the file once more: browsers do not keep it."


class PictureInput(forms.FileInput):
    """A file field that offers the kinds of files that we can read."""

    def __init__(self) -> None:
        super().__init__(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif,image/gif"})


def save_uploaded_picture(file: "UploadedFile[bytes]", use: Use, *, field: str) -> Picture:
    """Make a file fit and keep it; raises `BadInput` that names `field`."""
    if (file.size or 0) > MAX_FILE_BYTES:
        raise BadInput(field, "is too large.", f"Use one under {MAX_FILE_BYTES // 1_000_000} MB.")
    try:
        return import_pictures.save_upload(file.read(), use, now=clock.now())
    except BadInput as error:
        raise BadInput(field, error.problem, error.hint) from None
    except Exception:  # a full disk, a bucket that does not answer: each storage has errors of its own
        log.exception("picture.not_stored")
        raise BadInput(field, NOT_STORED, "Save without it, or try again later; nothing else is lost.") from None


class FileForm(PlainForm):
    """A form with files in it. A page that is shown again has lost them, and says so."""

    files_of: ClassVar[tuple[str, ...]]

    def add_domain_error(self, error: NewsletterError) -> None:
        super().add_domain_error(error)
        self.ask_to_choose_again()

    def ask_to_choose_again(self) -> None:
        for name in self.files_of:
            if name in self.files and name not in self.errors:
                self.add_error(name, ONCE_MORE)


class PictureForm(FileForm):
    files_of = ("picture_file",)

    picture_file = forms.FileField(
        label="Picture, from this computer",
        required=False,
        help_text="JPEG, PNG, WebP, AVIF or GIF, under 20 MB. It is made as small as letters need it.",
        widget=PictureInput(),
    )
    picture_url = forms.CharField(
        label="Or its address on the web",
        max_length=2000,
        required=False,
        help_text="It is fetched once and kept; letters never show it from there.",
        widget=forms.URLInput(),
    )
    picture_alt = forms.CharField(
        label="What the picture shows", max_length=300, required=False, help_text="For those who do not see it."
    )
    picture_decorative = forms.BooleanField(
        label="Mere decoration", required=False, help_text="It shows nothing that needs words."
    )
    picture_credit = forms.CharField(label="Picture’s credit", max_length=200, required=False)

    def fields_of_picture(self) -> dict[str, Any]:
        """What was filled in, as the queue takes it. A file is made fit and kept here; raises `BadInput`."""
        file = self.cleaned_data.pop("picture_file", None)
        names = ("picture_url", "picture_alt", "picture_decorative", "picture_credit")
        fields = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        if file:
            fields["picture"] = save_uploaded_picture(file, Use.STORY, field="picture file")
        return fields


def picture_message(story: Story) -> str:
    """A sentence for the message that a story was saved, or nothing."""
    return " Its picture is being fetched." if story.picture and story.picture.is_pending else ""
