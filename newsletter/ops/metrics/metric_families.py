"""Make the metrics of one scrape. Their names follow Prometheus' conventions; docs/metrics.md lists them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from prometheus_client.core import GaugeMetricFamily, Metric

from newsletter import __version__
from newsletter.ops.health.health_rules import RULES
from newsletter.ops.health.verdict import Level
from newsletter.ops.metrics.scrape_readings import ScrapeReadings
from newsletter.ops.system_status import SystemStatus

Value = float | datetime | None


class Sample(NamedTuple):
    """The values of the labels, and the value; no sample is exported for None."""

    labels: tuple[str, ...]
    value: Value


def gauge(name: str, meaning: str, value: Value) -> Metric:
    """Return a metric without labels."""
    return labelled(name, meaning, (), [Sample((), value)])


def labelled(name: str, meaning: str, labels: Sequence[str], samples: Iterable[Sample]) -> Metric:
    """Return a metric with one sample for each combination of labels. Times become seconds."""
    family = GaugeMetricFamily(f"newsletter_{name}", meaning, labels=labels)
    for values, value in samples:
        if value is not None:
            family.add_metric(values, value.timestamp() if isinstance(value, datetime) else float(value))
    return family


def metric_families(status: SystemStatus, read: ScrapeReadings) -> Iterator[Metric]:
    """Yield the metrics of one scrape."""
    yield labelled("build_info", "The release, as a label.", ("version",), [Sample((__version__,), 1)])
    yield from _health(status)
    yield from _queues(status)
    yield from _workers(status)
    yield from _dispatches(status, read)
    yield from _provider(read)
    yield from _events(read)
    yield from _stores(read)


def _health(status: SystemStatus) -> Iterator[Metric]:
    level = status.verdict.level
    yield labelled(
        "health", "1 for the level of the verdict.", ("level",), [Sample((each,), level == each) for each in Level]
    )
    found = Counter(each.rule for each in (*status.verdict.problems, *status.verdict.notes))
    yield labelled(
        "health_findings",
        "How often each rule of health fires.",
        ("rule", "level", "severity", "page"),
        [Sample((rule.code, rule.level, rule.severity, rule.page), found[rule.code]) for rule in RULES],
    )


def _queues(status: SystemStatus) -> Iterator[Metric]:
    read = [queue for queue in status.queues if queue.read_at]
    queue = ("queue",)
    yield labelled("queue_tasks", "Tasks waiting.", queue, [Sample((q.name,), q.waiting) for q in read])
    yield labelled(
        "queue_oldest_task_age_seconds",
        "Age of the oldest waiting task, 0 if none waits.",
        queue,
        [Sample((q.name,), q.oldest_seconds if q.waiting else 0) for q in read],
    )
    yield labelled(
        "queue_recently_taken_tasks",
        "Tasks that workers took in the last minute.",
        queue,
        [Sample((q.name,), q.taken_per_minute) for q in status.queues],
    )
    yield labelled(
        "queue_workers", "Living workers of the queue.", queue, [Sample((q.name,), q.workers) for q in status.queues]
    )
    yield gauge(
        "queues_read_timestamp_seconds",
        "When the queues were last read, which beat asks for every five seconds.",
        max((q.read_at for q in read if q.read_at), default=None),
    )


def _workers(status: SystemStatus) -> Iterator[Metric]:
    def by_worker(name: str, meaning: str, values: Mapping[str, Value]) -> Metric:
        return labelled(name, meaning, ("worker",), [Sample((worker,), value) for worker, value in values.items()])

    workers = status.workers
    yield labelled(
        "worker_info", "A living worker.", ("worker", "version"), [Sample((w.name, w.version), 1) for w in workers]
    )
    yield by_worker("worker_seen_timestamp_seconds", "Its latest heartbeat.", {w.name: w.seen_at for w in workers})
    yield by_worker(
        "worker_memory_bytes", "Memory of the worker and its children.", {w.name: w.memory_bytes for w in workers}
    )
    yield by_worker("worker_disk_free_bytes", "Free space of its data folder.", {w.name: w.free_bytes for w in workers})
    yield by_worker(
        "worker_clock_skew_seconds",
        "How far its clock is ahead of the database's.",
        {w.name: w.skew_seconds for w in workers},
    )
    yield by_worker("worker_running_tasks", "Tasks in progress.", {w.name: w.running for w in workers})
    yield by_worker("worker_slots", "Tasks that it can run at once.", {w.name: w.slots for w in workers})


def _dispatches(status: SystemStatus, read: ScrapeReadings) -> Iterator[Metric]:
    readers: Counter[tuple[str, str]] = Counter()
    unaccounted = 0
    for item in status.editions:
        if item.progress is None:
            continue
        slug, done = item.edition.publication.slug, item.progress
        for state in ("accepted", "refused", "uncertain", "waiting", "left_since"):
            readers[slug, state] += getattr(done, state)
        unaccounted += not done.adds_up
    yield labelled(
        "dispatch_readers",
        "Readers of the dispatches of the last 7 days and of unfinished ones.",
        ("publication", "state"),
        [Sample(key, count) for key, count in readers.items()],
    )
    yield gauge("unaccounted_dispatches", "Dispatches whose readers do not add up.", unaccounted)
    states = Counter(item.edition.state for item in status.editions)
    yield labelled(
        "editions",
        "Editions of the last 7 days, upcoming and unfinished ones.",
        ("state",),
        [Sample((str(state),), count) for state, count in states.items()],
    )
    yield gauge(
        "oldest_due_batch_timestamp_seconds",
        "Since when the first batch of an open dispatch is due; it may wait for its pace.",
        read.oldest_due_batch_at,
    )
    yield gauge(
        "due_batches", "Batches of open dispatches that are due; they may wait for their pace.", read.due_batches
    )
    yield labelled(
        "sending_pauses", "Pauses of sending in force.", ("scope",), [Sample(k, v) for k, v in read.pauses.items()]
    )
    yield gauge("recent_failures", "Unexpected errors of tasks and pages in the last hour.", read.failures)


def _provider(read: ScrapeReadings) -> Iterator[Metric]:
    yield labelled(
        "recent_provider_requests",
        "Requests to the provider in the last 5 minutes, at most 1,000.",
        ("outcome",),
        [Sample((outcome,), count) for outcome, count in read.requests.items()],
    )
    yield labelled(
        "recent_provider_request_duration_seconds",
        "Time that the provider took to answer them.",
        ("quantile",),
        [Sample((quantile,), seconds) for quantile, seconds in read.durations.items()],
    )


def _events(read: ScrapeReadings) -> Iterator[Metric]:
    yield gauge("waiting_webhook_posts", "Webhook posts that are not processed yet.", read.waiting_posts)
    yield gauge("oldest_waiting_webhook_post_timestamp_seconds", "When the first of them arrived.", read.oldest_post_at)
    yield gauge("webhook_post_received_timestamp_seconds", "When the latest one arrived.", read.latest_post_at)
    yield labelled(
        "mailbox_readers",
        "Readers of the last 7 days by mailbox provider.",
        ("mailbox_provider", "outcome"),
        [
            Sample((rates.mailbox_provider, outcome), getattr(rates, outcome))
            for rates in read.mailboxes
            for outcome in ("delivered", "deferred", "blocked", "bounced", "complained")
        ],
    )


def _stores(read: ScrapeReadings) -> Iterator[Metric]:
    yield gauge("redis_up", "1 if Redis answers.", read.redis_up)
    yield gauge("redis_memory_bytes", "Memory that Redis uses.", read.redis_memory)
    yield gauge("redis_memory_limit_bytes", "Memory that it may use, 0 without a limit.", read.redis_limit)
    yield gauge("redis_evicted_keys", "Keys that it removed for lack of memory since it started.", read.redis_evicted)
    yield gauge("database_size_bytes", "Size of the database.", read.database_bytes)
