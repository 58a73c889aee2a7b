"""The HTML of a sign-up form for the newsroom's own site. It needs no script and no style of ours."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from newsletter.letters.content.translations import translation_for
from newsletter.publications.models import Publication
from newsletter.web.readers.join import DECOY


def sign_up_address(publication: Publication) -> str:
    """Return the address of the sign-up page."""
    return f"{settings.BASE_URL}{reverse('join', args=[publication.slug])}"


def form_html(publication: Publication) -> str:
    """Return the HTML of the form. It leads to the sign-up page, where the reader presses once more."""
    words = translation_for(publication.language)
    context = {
        "action": sign_up_address(publication),
        "language": words.language,
        "direction": words.direction,
        "phrases": words.sign_up,
        "decoy": DECOY,
    }
    return str(render_to_string("web/readers/embedded_form.html", context)).strip() + "\n"
