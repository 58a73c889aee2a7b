"""Write the table of the rules of health into docs/health.md: `python -m tests.support.health_table`."""

from newsletter.ops.health.health_rules import rules_table
from tests.support.surroundings import ROOT

START, END = "<!-- rules: written by tests/support/health_table.py -->\n", "<!-- end of rules -->\n"


def main() -> None:
    page = ROOT / "docs" / "health.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(START)
    page.write_text(f"{before}{START}{rules_table()}{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
