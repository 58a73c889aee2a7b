"""How many signed up recently, and how they confirmed."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count

from newsletter.audience.models import ConsentEvent, ConsentMethod
from newsletter.publications.models import Publication

SPAN = timedelta(days=30)


class SignUpReport(NamedTuple):
    """Sign-ups of the last thirty days. Whoever did not confirm in seven days is erased, and not counted."""

    asked: int
    same_browser: int
    button: int


def sign_up_report(publication: Publication, *, now: datetime) -> SignUpReport:
    """Return the counts of a publication."""
    asking = (ConsentMethod.SIGN_UP_PAGE, ConsentMethod.SITE_FORM)
    methods = (*asking, ConsentMethod.SAME_BROWSER, ConsentMethod.CONFIRM_BUTTON)
    rows = ConsentEvent.objects.filter(publication=publication, method__in=methods, at__gte=now - SPAN)
    rows = rows.filter(wording__isnull=False)  # those of sign-ups, which have an index of their own
    counts = dict(rows.values_list("method").annotate(Count("subscriber", distinct=True)))
    page, site, same_browser, button = (counts.get(method.value, 0) for method in methods)
    return SignUpReport(page + site, same_browser, button)
