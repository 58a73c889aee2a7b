"""When workers of another release started: the marks on the charts of ops."""

from datetime import datetime, timedelta

from django.conf import settings

from newsletter.ops.models import ReleaseStart

SHOWN = 50


def record_start(version: str, *, now: datetime) -> None:
    """Record that a worker started, if its release is another one than that of the latest mark."""
    latest = ReleaseStart.objects.order_by("-at", "-pk").values_list("version", flat=True).first()
    if version != latest:
        ReleaseStart.objects.create(version=version, at=now)


def release_starts(*, since: datetime) -> list[ReleaseStart]:
    """Return the marks since then, the earliest first; of workers that started together, one."""
    found = list(ReleaseStart.objects.filter(at__gte=since).order_by("-at", "-pk")[:SHOWN])[::-1]
    return [mark for number, mark in enumerate(found) if number == 0 or mark.version != found[number - 1].version]


def forget_old(*, now: datetime) -> None:
    """Delete marks that are older than the charts go back."""
    ReleaseStart.objects.filter(at__lt=now - timedelta(days=settings.QUEUE_HOURS_KEPT_DAYS)).delete()
