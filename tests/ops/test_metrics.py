"""The metrics, and the files of alerts and of the dashboard that name them."""

import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from newsletter import __version__
from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.dispatches.pause_sending import pause_sending
from newsletter.delivery.models import Attempt, Batch
from newsletter.delivery.states import AttemptStatus
from newsletter.insights import webhook_post_queue
from newsletter.ops import heartbeats
from newsletter.ops.health.health_rules import RULES
from newsletter.ops.heartbeats import WorkerVitals
from newsletter.ops.metrics.metrics_text import metrics_text
from newsletter.ops.system_status import WORKER_QUEUES
from tests.support import factories as make
from tests.support.factories import MONDAY
from tests.support.metrics_table import metrics_table
from tests.support.surroundings import ROOT

PROMETHEUS = ROOT / "deploy" / "prometheus"
NAME = re.compile(r"\bnewsletter_[a-z_]+")
EXTERNAL_LABELS = {"newsletter_url"}
UNITS = ("_seconds", "_bytes", "_ratio")


def samples() -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Each sample by its name and labels."""
    families = text_string_to_metric_families(metrics_text(now=MONDAY).decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def sample(name: str, **labels: str) -> float:
    return samples()[f"newsletter_{name}", frozenset(labels.items())]


def metrics() -> dict[str, str]:
    """The metrics in the docs, which are all there are, and their labels."""
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", metrics_table(), re.MULTILINE))


@pytest.fixture
def full(db: None) -> None:
    """An installation in which every metric has a value."""
    vitals = WorkerVitals(__version__, 80_000_000, 9_000_000_000, 0.5, running=1, slots=4, taken={"sending": 7})
    heartbeats.record_worker("w@here", queues=WORKER_QUEUES, now=MONDAY, vitals=vitals)
    for name in WORKER_QUEUES:
        heartbeats.record_queue(name, waiting=2, oldest_seconds=9.5, now=MONDAY)
    publication = make.publication(slug="morning")
    make.readers(publication, 3)
    open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    batch = Batch.objects.get()
    for ordinal, (status, code) in enumerate([(AttemptStatus.LATER, 429), (AttemptStatus.ACCEPTED, 202)], start=1):
        Attempt.objects.create(
            batch=batch, ordinal=ordinal, fence=1, began_at=MONDAY - timedelta(seconds=2), ended_at=MONDAY,
            status=status, http_status=code,
        )  # fmt: skip
    webhook_post_queue.store(b"[]", stamp="1", now=MONDAY)


def test_the_figures_are_those_of_the_database(full: None) -> None:
    assert sample("build_info", version=__version__) == 1
    assert sample("health", level="busy") == 1
    assert sample("queue_oldest_task_age_seconds", queue="sending") == 9.5
    assert sample("queue_recently_taken_tasks", queue="sending") == 7
    assert sample("queue_workers", queue="pictures") == 1
    assert sample("worker_memory_bytes", worker="w@here") == 80_000_000
    assert sample("dispatch_readers", publication="morning", state="waiting") == 3
    assert sample("due_batches") == 1
    assert sample("oldest_due_batch_timestamp_seconds") == MONDAY.timestamp()
    assert sample("recent_provider_requests", outcome="later 429") == 1
    assert sample("recent_provider_request_duration_seconds", quantile="0.95") == 2
    assert sample("waiting_webhook_posts") == 1
    assert sample("unaccounted_dispatches") == 0
    assert sample("sending_pauses", scope="all") == 0
    pause_sending(None, reason="rain", until=None, by="Otto", now=MONDAY)
    assert sample("sending_pauses", scope="all") == 1


def test_every_rule_of_health_is_a_sample_and_counts_what_fires(full: None) -> None:
    found = {
        dict(labels)["rule"]: value
        for (name, labels), value in samples().items()
        if name == "newsletter_health_findings"
    }
    assert found.keys() == {rule.code for rule in RULES}
    assert (found["sending"], found["no-worker"]) == (1, 0)


def test_names_follow_the_conventions_of_prometheus(full: None) -> None:
    families = list(text_string_to_metric_families(metrics_text(now=MONDAY).decode()))
    assert len(families) > 30
    for family in families:
        assert family.name.startswith("newsletter_")
        assert family.documentation.endswith(".")
        assert (family.type == "counter") == any(each.name.endswith("_total") for each in family.samples), family.name
        assert not re.search(r"_(ms|milliseconds|minutes|hours|kb|mb|percent)\b", family.name)
        assert "timestamp" not in family.name or family.name.endswith("_timestamp_seconds")
        for unit in UNITS:
            assert unit not in family.name.removesuffix(unit), f"{family.name}: the unit comes last"
        for each in family.samples:
            assert not {"email", "address", "id", "reader", "subscriber"} & each.labels.keys()


def test_a_scrape_does_not_ask_more_for_more_editions(full: None) -> None:
    metrics_text(now=MONDAY)
    with CaptureQueriesContext(connection) as few:
        metrics_text(now=MONDAY)
    other = make.publication(slug="other")
    make.readers(other, 3)
    for days in range(1, 6):
        make.edition(other, due_at=MONDAY + timedelta(days=days))
    open_dispatch.open_dispatch(make.approved_edition(other).pk, now=MONDAY)
    with CaptureQueriesContext(connection) as many:
        metrics_text(now=MONDAY)
    assert len(many) == len(few)


def test_an_empty_installation_has_metrics_too(db: None) -> None:
    assert sample("health", level="broken") == 1
    assert ("newsletter_webhook_post_received_timestamp_seconds", frozenset()) not in samples()


def test_the_docs_have_every_metric() -> None:
    """To write the table again: python -m tests.support.metrics_table."""
    assert metrics_table() in (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")


# --- the files of deploy/ ------------------------------------------------------------------


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    return dict(json.loads((ROOT / "deploy" / "grafana" / "newsletter.json").read_text(encoding="utf-8")))


def expressions() -> list[str]:
    """Every query of the alerts and of the dashboard."""
    board = dashboard()
    panels = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
    return [rule["expr"] for rule in alerts()] + panels + [each["expr"] for each in board["annotations"]["list"]]


def test_alerts_and_the_dashboard_name_metrics_and_labels_that_exist() -> None:
    known = metrics()
    assert len(expressions()) > 30
    for expression in expressions():
        named = set(NAME.findall(expression)) - EXTERNAL_LABELS
        assert named <= known.keys(), expression
        for name, matchers in re.findall(r"(newsletter_\w+)\{([^}]*)\}", expression):
            for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers):
                assert f"`{label}`" in known[name], expression


def test_every_alert_says_what_it_means_and_where_to_read_on() -> None:
    for rule in alerts():
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url", "dashboard_url"}, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")


def test_every_alert_has_a_case_in_which_it_fires() -> None:
    tests = (PROMETHEUS / "alerts_test.yml").read_text(encoding="utf-8")
    fired = set(re.findall(r"alertname: (\w+)\n +eval_time: \S+\n +exp_alerts", tests))
    fired |= set(re.findall(r'alertname="(\w+)"', tests)) - {"NewsletterDown"}
    assert {rule["alert"] for rule in alerts()} == fired | {"NewsletterDown"}


def test_panels_do_not_overlap_and_have_a_unit() -> None:
    places: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & places, panel["title"]
        places |= cells
        if panel["type"] != "row":
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]


def test_prometheus_itself_accepts_the_alerts_their_cases_and_the_queries_of_the_dashboard(tmp_path: Path) -> None:
    """Where promtool is not installed, the tests above still read the files."""
    if promtool := shutil.which("promtool"):
        command = [promtool, "test", "rules", "alerts_test.yml"]
        done = subprocess.run(command, cwd=PROMETHEUS, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        rules = [{"record": f"query:{number}", "expr": each} for number, each in enumerate(expressions())]
        (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}))
        command = [promtool, "check", "rules", str(tmp_path / "rules.yml")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert yaml.safe_load((PROMETHEUS / "alerts_test.yml").read_text(encoding="utf-8"))["rule_files"] == ["alerts.yml"]
