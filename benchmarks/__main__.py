"""`make bench`: measure, print the table, keep it as JSON. See docs/performance.md."""

import argparse
import os
import sys
import time
from pathlib import Path

from benchmarks import table
from benchmarks.measuring import ON_REQUEST, PARTS, Plan
from benchmarks.table import Line

FEWEST = 100_000  # readers of the large edition with whom the targets mean something
RESULTS = Path(__file__).with_name("results")


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description="How fast the product is, beside others.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"which to measure: {', '.join(PARTS)}; all if none")
    parser.add_argument("--readers", type=int, help="of the large edition (1,000,000)")
    parser.add_argument("--rounds", type=int, help="pairs of product and floor (3)")
    parser.add_argument("--quick", action="store_true", help="100,000 readers, smaller peers")
    parser.add_argument("--scale", type=float, help="of what the peers and the webhook are given to do (1)")
    parser.add_argument("--minutes", type=float, default=0.0, help="of the soak (30)")
    parser.add_argument("--json", type=Path, help="where the figures go (benchmarks/results/latest.json)")
    parser.add_argument("--write", type=Path, metavar="DOCUMENT", help="put the table between the marks of a document")
    for kind, what in (("articles", "real web pages, with the texts that they hold"), ("cases", "pasted articles")):
        name = f"READING_{kind.upper()}"
        words = f"folder of {what} (${name}); see benchmarks/reading.py"
        parser.add_argument(f"--{kind}", type=Path, metavar="FOLDER", default=os.environ.get(name), help=words)
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    plan = Plan(readers=100_000, scale=0.1) if given.quick else Plan()
    plan.readers, plan.rounds = given.readers or plan.readers, given.rounds or plan.rounds
    if plan.readers < 100 or plan.readers % 100:
        parser.error("the number of readers must be a multiple of 100")
    plan.scale = given.scale or plan.scale
    plan.minutes = given.minutes
    plan.articles, plan.cases = given.articles, given.cases
    lines: list[Line] = []
    began = time.monotonic()
    for name in given.parts or [name for name in PARTS if name not in ON_REQUEST]:
        print(f"{name} …", file=sys.stderr, flush=True)
        found = list(PARTS[name](plan))
        print(table.plain(found), end="\n\n", flush=True)
        lines += found
    where = {**table.machine(), **plan.versions, "readers": plan.readers}
    print(f"{table.describe(where)} It took {(time.monotonic() - began) / 60:.0f} minutes.")
    table.keep(given.json or RESULTS / "latest.json", where, lines, plan.runs)
    if given.write:
        table.write(given.write, where, lines)
    if plan.readers < FEWEST:
        print(f"With fewer than {FEWEST:,} readers nothing can be judged.")
        return 0
    failed = [line for line in lines if line.verdict == "FAIL"]
    for line in failed:
        print(f"missed: {line.part}: {line.what} is {line.figure:.3g}, must be {line.target}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
