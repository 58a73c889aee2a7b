"""The text that Prometheus reads."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric

from newsletter.ops.metrics.metric_families import metric_families
from newsletter.ops.metrics.scrape_readings import read_for_scrape
from newsletter.ops.system_status import status

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _OneScrape:
    """A collector that has the metrics of one moment."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def metrics_text(*, now: datetime) -> bytes:
    """Return all metrics at `now` in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_OneScrape(metric_families(status(now=now), read_for_scrape(now=now))))
    return generate_latest(registry)
