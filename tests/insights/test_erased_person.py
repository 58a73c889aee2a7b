"""After a person is erased, no table holds anything of them but ids and a keyed hash."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models

from newsletter.audience import data_requests, subscription_confirmation, subscriptions, suppressions
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.import_subscribers import import_subscribers
from newsletter.audience.models import Confirmation, ConsentEvent, ConsentMethod, SignUpCount, Subscriber, Subscription
from newsletter.audience.sign_up import sign_up
from newsletter.delivery.email_tests import order_email_test
from newsletter.insights import erase_reader
from newsletter.lib import clock
from tests.support import factories as make

pytestmark = pytest.mark.django_db
NAME, ADDRESS = "Zdzisława", "zdzislawa@readers.example"
PAGE = ConsentEvidence(ConsentMethod.SIGN_UP_PAGE, "https://news.example.org/j/morning", network="192.0.2.0/24")


def tables_with(*texts: str) -> Iterator[str]:
    """Yield the name of every table that holds one of `texts` in any column of any row."""
    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.values():
            if any(text in _readable(value) for value in row.values() for text in texts):
                yield model._meta.label
                break


def _readable(value: object) -> str:
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value).lower()


def test_nothing_is_left_of_an_erased_person() -> None:
    publication, other, third, now = make.publication(), make.publication(), make.publication(), clock.now()
    lines = ["email,first_name\n", f"{ADDRESS},{NAME}\n", "kept@readers.example,Ada\n"]
    import_subscribers(publication, lines, source="the old system", now=now)
    rita = Subscriber.objects.get(email=ADDRESS)
    subscriptions.unsubscribe(subscriber_id=rita.pk, publication_id=publication.pk, by="page", now=now)
    sign_up(other, email=ADDRESS, evidence=PAGE, now=now)
    asked = subscription_confirmation.create_token(Confirmation.objects.get())
    subscription_confirmation.confirm(
        subscription_confirmation.parse_token(asked), now=now, method=ConsentMethod.CONFIRM_BUTTON
    )
    sign_up(third, email=ADDRESS, evidence=PAGE, now=now)
    data_requests.request_data(rita, publication, now=now)
    make.gift(ADDRESS, reference=f"gift of {ADDRESS}")
    make.story(publication)
    edition = make.edition(publication, due_at=now + timedelta(days=1))
    order_email_test.order(edition, [ADDRESS], key="k", by=make.eddie(), now=now)
    suppressions.suppress(ADDRESS, reason="hard-bounce", detail=f"550 <{ADDRESS}> unknown")

    known = ADDRESS, NAME.lower()
    assert set(tables_with(*known)) == {
        "audience.Subscriber", "audience.Suppression", "delivery.EmailTestRecipient", "giving.Gift",
    }  # fmt: skip
    assert SignUpCount.objects.count() == 1

    erase_reader.erase(ADDRESS)
    assert set(tables_with(*known)) == set()
    assert not SignUpCount.objects.exists()
    assert not Confirmation.objects.exists()
    assert ConsentEvent.objects.count() == 1  # of the other reader
    assert Subscription.objects.get().subscriber.email == "kept@readers.example"
    for relation in Subscriber._meta.related_objects:
        model = relation.related_model
        assert isinstance(model, type)
        assert issubclass(model, models.Model)
        assert not model._base_manager.filter(**{relation.field.attname: rita.pk}).exists(), model._meta.label


@pytest.mark.parametrize("status", ["left", "suppressed", "bounced", "active"])
def test_no_file_stores_an_erased_address_again(status: str) -> None:
    erase_reader.erase(ADDRESS)
    lines = [
        "email,first_name,status,suppression\n",
        f"{ADDRESS},{NAME},{status},{'desk' if status == 'suppressed' else ''}\n",
    ]
    report = import_subscribers(make.publication(), lines, source="the old system", now=clock.now())
    assert (report.suppressed, report.added) == (1, 0)
    assert not list(tables_with(ADDRESS, NAME.lower()))
