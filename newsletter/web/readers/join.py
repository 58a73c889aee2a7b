"""Join a publication: `/j/<slug>`, a page without scripts, and the target of forms on the newsroom's own site.

The page says the same about every address. A form that comes sooner than a person types, later than a day, or from
another site is shown again with its address, to be sent once more.
"""

from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from newsletter.audience import consent_events, sign_up_limits, typing_slips
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.models import ConsentMethod
from newsletter.audience.sign_up import sign_up
from newsletter.letters.content.translations import Translation, translation_for
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, BadToken
from newsletter.lib.signed_tokens import TokenSigner
from newsletter.mail.email_address import normalise_email
from newsletter.publications.models import Publication
from newsletter.web.readers import same_browser
from newsletter.web.shared import client_address

DECOY = "subject"  # a field that people do not see and programs fill in
MAX_SHOWN = 320  # characters of a typed address


@lru_cache(maxsize=1)
def _signer() -> TokenSigner:
    return TokenSigner([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS], purpose="sign-up form", count=2)


@csrf_exempt  # nobody is signed in here, and forms of other sites are welcome
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the sign-up page, and order a confirmation email on POST."""
    publication = get_object_or_404(Publication, slug=slug)
    words, now = translation_for(publication.language), clock.now()
    if not (publication.is_active and publication.sign_up_open):
        return _page(request, publication, words, "closed", now=now, status=404)
    if request.method != "POST":
        return _page(request, publication, words, "form", now=now)
    typed = " ".join(request.POST.get("email", "").split())[:MAX_SHOWN]
    if request.POST.get(DECOY):
        return _page(request, publication, words, "sent", now=now, typed=typed)
    try:
        address = normalise_email(typed)
    except BadInput:
        return _page(request, publication, words, "form", now=now, typed=typed, problem=words.sign_up.invalid)
    stamp = request.POST.get("stamp", "")
    if not _is_timely(stamp, publication, now=now):
        return _page(request, publication, words, "form", now=now, typed=typed, note=words.sign_up.press_again)
    meant = typing_slips.suggest_address(address)
    if meant and request.POST.get("keep") != address:
        return _page(request, publication, words, "slip", now=now, typed=address, meant=meant, stamp=stamp)
    client = client_address.address(request)
    if not sign_up_limits.admit_network(client, now=now):
        problem = words.sign_up.too_many
        return _page(request, publication, words, "form", now=now, typed=typed, problem=problem, status=429)
    evidence = ConsentEvidence(
        ConsentMethod.SIGN_UP_PAGE,
        f"{settings.BASE_URL}{reverse('join', args=[slug])}",
        consent_events.wording(publication, consent_text(publication, words)),
        "" if client == client_address.UNKNOWN else client_address.network(client),
    )
    sign_up(publication, email=address, evidence=evidence, now=now)
    response = _page(request, publication, words, "sent", now=now, typed=address)
    same_browser.remember(response, publication_id=publication.pk, address=address, now=now)
    return response


def consent_values(publication: Publication) -> dict[str, str]:
    """Return the values of the wording that people agree to."""
    return {
        "publication": publication.name,
        "sender": publication.sender_name,
        "postal_address": publication.postal_address,
    }


def consent_text(publication: Publication, words: Translation) -> str:
    """Return the wording that people agree to, as the page shows it."""
    return words.sign_up.consent.format(**consent_values(publication))


def _page(
    request: HttpRequest,
    publication: Publication,
    words: Translation,
    step: str,
    *,
    now: datetime,
    status: int = 200,
    typed: str = "",
    note: str = "",
    problem: str = "",
    meant: str = "",
    stamp: str = "",
) -> HttpResponse:
    context = {
        "publication": publication,
        "words": words,
        "phrases": words.sign_up,
        "step": step,
        "typed": typed,
        "note": note,
        "problem": problem,
        "meant": meant,
        "stamp": stamp or _signer().sign(publication.pk, int(now.timestamp() * 1000)),
        "decoy": DECOY,
        "consent": consent_values(publication),
    }
    return render(request, "web/readers/join.html", context, status=status)


def _is_timely(stamp: str, publication: Publication, *, now: datetime) -> bool:
    """Return True if the form is ours and was open for as long as a person needs, and not for longer than a day."""
    try:
        publication_id, shown_at = _signer().read(stamp)
    except BadToken:
        return False
    seconds = now.timestamp() - shown_at / 1000
    return (
        publication_id == publication.pk
        and settings.SIGN_UP_MIN_SECONDS <= seconds <= settings.SIGN_UP_MAX_HOURS * 3600
    )
