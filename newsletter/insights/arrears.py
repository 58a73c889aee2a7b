"""Does what comes back keep pace? Numbers for the ops page to judge."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Min, Q

from newsletter.insights.inbox import OLD
from newsletter.insights.models import Notice, NoticeState

LOOKED_AT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Arrears:
    """`waiting` posts are not absorbed yet, since `oldest`. Of the last day: `aside` were not understood, and
    `late` had been signed more than a day before they came."""

    waiting: int = 0
    oldest: datetime | None = None
    aside: int = 0
    late: int = 0


def arrears(*, now: datetime) -> Arrears:
    """How it stands at `now`."""
    waiting = Notice.objects.filter(state=NoticeState.WAITING).aggregate(count=Count("pk"), oldest=Min("received_at"))
    lately = Notice.objects.filter(received_at__gt=now - LOOKED_AT).aggregate(
        aside=Count("pk", filter=Q(state=NoticeState.ASIDE)),
        late=Count("pk", filter=Q(signed_at__lt=F("received_at") - OLD)),
    )
    return Arrears(waiting["count"], waiting["oldest"], lately["aside"], lately["late"])
