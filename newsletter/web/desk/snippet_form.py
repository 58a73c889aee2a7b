"""The form of a snippet, also as typed so far for the preview."""

import copy
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from newsletter.editions import edit_snippet
from newsletter.editions.snippet_models import Snippet, SnippetPlace
from newsletter.lib.errors import BadInput
from newsletter.pictures.models import Use
from newsletter.publications.models import Publication
from newsletter.stories.rich_text import typed_text
from newsletter.web.desk.appeal_form import DayField
from newsletter.web.desk.rich_text_editor import WritingInput
from newsletter.web.shared.edit_form import EditForm
from newsletter.web.shared.picture_forms import PictureInput, save_uploaded_picture

AUTO = {"dir": "auto"}


class SnippetForm(EditForm):
    """The form for a snippet."""

    files_of: ClassVar[tuple[str, ...]] = ("picture_file",)
    acts = ("picture_file", "picture_out")
    domain_names = {"text": "body", "link": "url", "story": "story_number", "last day": "ends_on"}  # noqa: RUF012

    name = forms.CharField(max_length=80, help_text="Internal name; readers do not see it.")
    title = forms.CharField(max_length=120, required=False, widget=forms.TextInput(attrs=AUTO))
    body = forms.CharField(label="Text", max_length=20_000, required=False, widget=WritingInput())
    url = forms.CharField(
        label="Link", max_length=2000, required=False, widget=forms.URLInput(), help_text="Where the title leads."
    )
    picture_file = forms.FileField(
        label="Picture",
        required=False,
        help_text="JPEG, PNG, WebP, AVIF or GIF, up to 20 MB. It is resized for email.",
        widget=PictureInput(),
    )
    picture_out = forms.BooleanField(label="Remove picture", required=False)
    picture_alt = forms.CharField(
        label="Alt text", max_length=300, required=False, help_text="Empty if the picture adds no information."
    )
    place = forms.ChoiceField(label="Position", choices=SnippetPlace.choices)
    story_number = forms.IntegerField(
        label="Story", min_value=1, max_value=50, help_text="For “After a story”, counted from 1."
    )
    starts_on = DayField(label="First day", required=False, help_text="Empty: from now on.")
    ends_on = DayField(label="Last day", required=False, help_text="Empty: without an end.")

    def clean_body(self) -> str:
        """Return sanitised HTML. Anything but HTML is treated as plain paragraphs."""
        return typed_text.to_body(self.cleaned_data["body"])

    def values(self) -> dict[str, Any]:
        """Return the changed fields as `edit_snippet` takes them. Store an uploaded file; raise `BadInput`."""
        values = {name: self.cleaned_data[name] for name in self.changed}
        file, is_out = values.pop("picture_file", None), values.pop("picture_out", False)
        if file:
            values["picture"] = save_uploaded_picture(file, Use.STORY, field="picture file")
        elif is_out:
            values["picture"] = None
        return values


def stored_values(snippet: Snippet) -> dict[str, Any]:
    """Return the values of a snippet as the form shows them."""
    names = set(SnippetForm.base_fields) - {"picture_file", "picture_out", "body"}
    values = {name: getattr(snippet, name) for name in names}
    pictures = {"picture_file": snippet.picture_id, "picture_out": snippet.picture_id}
    return values | pictures | {"body": typed_text.to_field_text(snippet.body)}


def new_values(publication: Publication) -> dict[str, Any]:
    """Return what the form of a new snippet shows: the defaults."""
    values = stored_values(Snippet(publication=publication))
    return {name: value for name, value in values.items() if value not in ("", None)}


def drafted(publication: Publication, data: Mapping[str, Any], snippet: Snippet | None) -> Snippet:
    """Return the snippet as typed so far, not stored; raise `BadInput` for what cannot be shown.

    What is required and still empty has a stand-in.
    """
    names = set(SnippetForm.base_fields) - {"picture_file", "picture_out"}
    filled = {name: data.get(name, "") for name in names}
    for name, stand_in in (("name", "New"), ("place", SnippetPlace.END), ("story_number", "1")):
        filled[name] = filled[name] or stand_in
    if not (filled["title"] or filled["body"]):
        filled["title"] = "Title"
    form = SnippetForm(filled)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise BadInput(str(form.fields[name].label or name).capitalize(), " ".join(map(str, errors)))
    draft = copy.copy(snippet) if snippet else Snippet(publication=publication)
    fields: Any = form.values()
    if snippet is None or "picture_out" in data:
        fields["picture"] = None
    return edit_snippet.draft_snippet(draft, fields)
