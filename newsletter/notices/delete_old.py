"""Delete notices and deliveries that are older than `NOTICES_KEPT_DAYS`. What is still open stays."""

from datetime import datetime, timedelta

from django.conf import settings

from newsletter.notices.models import StaffNotice, WebhookDelivery

MAX_ROWS = 500  # in a run, once a minute


def delete_old(*, now: datetime) -> None:
    """Delete some of them."""
    before = now - timedelta(days=settings.NOTICES_KEPT_DAYS)
    old = StaffNotice.objects.filter(happened_at__lt=before, ended_at__lt=before).order_by("pk")
    StaffNotice.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:MAX_ROWS])).delete()
    tests = WebhookDelivery.objects.filter(notice=None, asked_at__lt=before).order_by("pk")
    WebhookDelivery.objects.filter(pk__in=list(tests.values_list("pk", flat=True)[:MAX_ROWS])).delete()
