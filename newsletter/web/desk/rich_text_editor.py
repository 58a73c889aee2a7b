"""Rich text editor for the teaser of a story. Pasted content is sanitised by the same code as saved content."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from newsletter.accounts.permissions import Permission
from newsletter.stories.rich_text import rich_text, typed_text
from newsletter.web.shared.permission_required import DeskRequest, permission_required

MAX_PASTED = 100_000  # characters; parsing time of nested tags grows with the square of the length


class WritingInput(forms.Textarea):
    """A textarea that JavaScript turns into the editor, initialised with the sanitised value of the field."""

    def __init__(self) -> None:
        super().__init__(attrs={"class": "tall"})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["attrs"] |= {
            "data-writing": typed_text.to_body(value or ""),
            "data-reader": reverse("read-pasted"),
        }
        return context


@require_POST
@permission_required(Permission.PITCH)
def read_pasted(request: DeskRequest) -> HttpResponse:
    """Return pasted `html`, or plain `text` if there is no HTML, as a sanitised HTML fragment."""
    html, text = request.POST.get("html", ""), request.POST.get("text", "")
    if len(html) > MAX_PASTED:
        html = ""
    body = rich_text.sanitise(html) or rich_text.from_plain(text[:MAX_PASTED])
    return HttpResponse(body, headers={"Content-Security-Policy": "default-src 'none'; sandbox"})
