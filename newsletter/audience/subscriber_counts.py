"""Count the subscribers of a publication by status."""

from dataclasses import dataclass

from django.db.models import Count, Q

from newsletter.audience.models import Subscription, SubscriptionStatus
from newsletter.audience.reachable_subscribers import SUPPRESSION
from newsletter.publications.models import Publication


@dataclass(frozen=True, slots=True)
class SubscriberCounts:
    """Every subscription is counted once. `suppressed`: active, but the address must not be mailed."""

    active: int
    suppressed: int
    pending: int
    paused: int
    left: int

    @property
    def total(self) -> int:
        return self.active + self.suppressed + self.pending + self.paused + self.left


def count_subscribers(publication: Publication) -> SubscriberCounts:
    """Count the subscribers of `publication` in one query."""
    rows = Subscription.objects.filter(publication=publication).annotate(barred=SUPPRESSION)
    active = Q(status=SubscriptionStatus.ACTIVE)
    return SubscriberCounts(
        **rows.aggregate(
            active=Count("pk", filter=active & Q(barred=False)),
            suppressed=Count("pk", filter=active & Q(barred=True)),
            pending=Count("pk", filter=Q(status=SubscriptionStatus.PENDING)),
            paused=Count("pk", filter=Q(status=SubscriptionStatus.PAUSED)),
            left=Count("pk", filter=Q(status=SubscriptionStatus.UNSUBSCRIBED)),
        )
    )
