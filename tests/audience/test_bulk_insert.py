from datetime import datetime

from newsletter.audience import bulk_insert
from newsletter.audience.bulk_insert import NewSubscription
from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus
from newsletter.publications.models import Publication


def test_rows_that_are_there_already_are_passed_over_and_not_counted(publication: Publication, now: datetime) -> None:
    assert (
        bulk_insert.insert_subscribers([("a@example.org", "Ada", "Asia/Tokyo"), ("b@example.org", "", "")], now=now)
        == 2
    )
    assert bulk_insert.insert_subscribers([("a@example.org", "Eve", ""), ("c@example.org", "", "")], now=now) == 1
    ada = Subscriber.objects.get(email="a@example.org")
    assert (ada.first_name, ada.time_zone, ada.created_at) == ("Ada", "Asia/Tokyo", now)

    ids = list(Subscriber.objects.values_list("pk", flat=True))
    Subscription.objects.create(publication=publication, subscriber=ada, status=SubscriptionStatus.UNSUBSCRIBED)
    given = [NewSubscription(pk, SubscriptionStatus.ACTIVE, "form", now) for pk in ids]
    assert bulk_insert.insert_subscriptions(publication, given) == {*ids} - {ada.pk}
    assert bulk_insert.insert_subscriptions(publication, given) == set()
    assert Subscription.objects.get(subscriber=ada).status == SubscriptionStatus.UNSUBSCRIBED
    fresh = Subscription.objects.get(subscriber__email="b@example.org")
    fresh.full_clean()  # nothing that the model asks for was forgotten
    assert (fresh.status, fresh.consent_source, fresh.consent_at) == (SubscriptionStatus.ACTIVE, "form", now)


def test_nobody_is_nothing(publication: Publication, now: datetime) -> None:
    assert bulk_insert.insert_subscribers([], now=now) == 0
    assert bulk_insert.insert_subscriptions(publication, []) == set()
