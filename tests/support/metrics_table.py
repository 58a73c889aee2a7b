"""Write the table of metrics into docs/metrics.md: `python -m tests.support.metrics_table`."""

import os
from datetime import UTC, datetime

import django

from newsletter.ops.health.verdict import Health, Level
from tests.support.surroundings import ROOT

START, END = "<!-- metrics: written by tests/support/metrics_table.py -->\n", "<!-- end of metrics -->\n"


def metrics_table() -> str:
    """The metrics with their labels and meanings, as a Markdown table."""
    from newsletter.ops.metrics.metric_families import metric_families
    from newsletter.ops.metrics.scrape_readings import ScrapeReadings
    from newsletter.ops.system_status import SystemStatus

    empty = SystemStatus(Health(Level.WELL, ""), (), (), (), (), datetime.now(UTC))
    lines = ["| Metric | Labels | Meaning |", "|---|---|---|"]
    for family in metric_families(empty, ScrapeReadings()):
        labels = ", ".join(f"`{name}`" for name in getattr(family, "_labelnames", ()))
        lines.append(f"| `{family.name}` | {labels} | {family.documentation} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    page = ROOT / "docs" / "metrics.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(START)
    page.write_text(f"{before}{START}{metrics_table()}{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    django.setup()
    main()
