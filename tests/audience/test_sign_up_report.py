"""How many signed up, and how they confirmed."""

from datetime import datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.audience import consent_events, subscription_confirmation
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.import_subscribers import import_subscribers
from newsletter.audience.models import Confirmation, ConsentMethod
from newsletter.audience.sign_up import sign_up
from newsletter.audience.sign_up_report import SignUpReport, sign_up_report
from newsletter.publications.models import Publication


def test_both_ways_of_confirming_are_counted(publication: Publication, now: datetime) -> None:
    page = ConsentEvidence(ConsentMethod.SIGN_UP_PAGE, "/j/morning", consent_events.wording(publication, "I agree."))
    for number in range(5):
        sign_up(publication, email=f"reader{number}@example.org", evidence=page, now=now)
    sign_up(publication, email="reader0@example.org", evidence=page, now=now + timedelta(days=1))  # asks again
    methods = [ConsentMethod.SAME_BROWSER, ConsentMethod.SAME_BROWSER, ConsentMethod.CONFIRM_BUTTON]
    for order, method in zip(Confirmation.objects.order_by("pk"), methods, strict=False):
        asked = subscription_confirmation.parse_token(subscription_confirmation.create_token(order))
        subscription_confirmation.confirm(asked, now=now, method=method)
    import_subscribers(publication, ["imported@example.org\n"], source="the old system", now=now)
    with CaptureQueriesContext(connection) as queries:
        assert sign_up_report(publication, now=now + timedelta(days=2)) == SignUpReport(5, 2, 1)
    assert len(queries) == 1
    assert sign_up_report(publication, now=now + timedelta(days=40)) == SignUpReport(0, 0, 0)
