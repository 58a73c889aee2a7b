"""Form fields for pictures: an uploaded file or an image URL."""

from typing import Any, ClassVar

import structlog
from django import forms
from django.core.files.uploadedfile import UploadedFile

from newsletter.lib import clock
from newsletter.lib.errors import BadInput, NewsletterError
from newsletter.pictures import import_pictures
from newsletter.pictures.fetch_picture import MAX_FILE_BYTES
from newsletter.pictures.models import Picture, Use
from newsletter.stories.models import Story
from newsletter.web.shared.forms import PlainForm

log = structlog.get_logger()
NOT_STORED = "could not be stored: the disk may be full. Contact an administrator."
CHOOSE_AGAIN = "Choose the file again: browsers do not keep it."


class PictureInput(forms.FileInput):
    """A file input that offers the supported image types."""

    def __init__(self) -> None:
        super().__init__(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif,image/gif"})


def save_uploaded_picture(file: "UploadedFile[bytes]", use: Use, *, field: str) -> Picture:
    """Process and store an uploaded picture. Raise `BadInput` for `field` if the file cannot be used."""
    if (file.size or 0) > MAX_FILE_BYTES:
        raise BadInput(field, "is too large.", f"Choose a file under {MAX_FILE_BYTES // 1_000_000} MB.")
    try:
        return import_pictures.save_upload(file.read(), use, now=clock.now())
    except BadInput as error:
        raise BadInput(field, error.problem, error.hint) from None
    except Exception:  # a full disk, an unreachable bucket: each storage backend has its own errors
        log.exception("picture.not_stored")
        raise BadInput(field, NOT_STORED, "Save without it, or try again later; your other input is kept.") from None


class FileForm(PlainForm):
    """A form with file inputs. Browsers lose chosen files when a form is shown again, so it asks for them again."""

    files_of: ClassVar[tuple[str, ...]]

    def add_domain_error(self, error: NewsletterError) -> None:
        super().add_domain_error(error)
        self.ask_to_choose_again()

    def ask_to_choose_again(self) -> None:
        for name in self.files_of:
            if name in self.files and name not in self.errors:
                self.add_error(name, CHOOSE_AGAIN)


class PictureForm(FileForm):
    """A form with an image: uploaded, linked or removed."""

    files_of = ("picture_file",)

    picture_file = forms.FileField(
        label="Upload image",
        required=False,
        help_text="JPEG, PNG, WebP, AVIF or GIF, up to 20 MB. It is resized for email.",
        widget=PictureInput(),
    )
    picture_url = forms.CharField(
        label="Or image URL",
        max_length=2000,
        required=False,
        help_text="The image is downloaded once and stored; emails never link to this URL.",
        widget=forms.URLInput(),
    )
    picture_alt = forms.CharField(
        label="Alt text",
        max_length=300,
        required=False,
        help_text="For readers who cannot see the picture.",
    )
    picture_decorative = forms.BooleanField(
        label="Decorative image", required=False, help_text="The picture adds no information, so it needs no alt text."
    )
    picture_credit = forms.CharField(label="Picture credit", max_length=200, required=False)

    def fields_of_picture(self) -> dict[str, Any]:
        """Return the picture arguments for the story queue. Store an uploaded file; raise `BadInput` for a bad one."""
        file = self.cleaned_data.pop("picture_file", None)
        names = ("picture_url", "picture_alt", "picture_decorative", "picture_credit")
        fields = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        if file:
            fields["picture"] = save_uploaded_picture(file, Use.STORY, field="picture file")
        return fields


def picture_message(story: Story) -> str:
    """Return a sentence to add to the success message, or an empty string."""
    return " The picture is being fetched." if story.picture and story.picture.is_pending else ""
