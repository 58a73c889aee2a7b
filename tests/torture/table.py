"""What many runs came to, as a table in Markdown, and its place in a document."""

import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from tests.torture.designs.comparing import DESIGNS, Compared

BEGINS, ENDS = "<!-- torture: written by python -m tests.torture --write -->", "<!-- torture: end -->"
TITLES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
HEADS = ("design", "runs", "readers", "doubles", "misses not named", "uncertain and named", "ended by themselves")


def table(ours: Sequence[dict[str, Any]], theirs: Sequence[Compared]) -> str:
    """A row for us, and one for each simple design that ran."""
    doubtful = sum(run["uncertain"] > 0 for run in ours)
    ended = sum(run["end"] in ("finished", "attention") for run in ours)
    named = f"{_sum(ours, 'uncertain'):,} in {doubtful} runs"
    rows: list[tuple[object, ...]] = [
        ("this one", len(ours), _sum(ours, "readers"), _sum(ours, "doubles"), _sum(ours, "misses"), named, ended)
    ]
    for name, words in DESIGNS.items():
        if runs := [run for run in theirs if run.design == name]:
            doubles, misses = sum(run.doubles for run in runs), sum(run.misses for run in runs)
            readers, ended = sum(run.readers for run in runs), sum(run.finished for run in runs)
            rows.append((words, len(runs), readers, doubles, misses, "none is named", ended))
    lines = [HEADS, ("---", *["---:"] * (len(HEADS) - 1)), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def facts(
    ours: Sequence[dict[str, Any]],
    *,
    versions: Sequence[str],
    points: Mapping[str, int],
    paths: Mapping[str, int],
) -> str:
    """Under which circumstances, in sentences."""
    seeds = [run["seed"] for run in ours]
    where = Counter(str(run["database"]) for run in ours)
    ends = Counter(str(run["end"]) for run in ours)
    evidence, refused = (sum(bool(run[name]) for run in ours) for name in ("evidence", "refused"))
    said = [
        f"Seeds {min(seeds)} to {max(seeds)}: {_counted(where, 'runs on')}; {evidence} with the provider's events",
        f"(mixed, repeated, late, partly lost), {len(ours) - evidence} without any.",
        f"{_sum_lengths(ours, 'faults')} faults.",
        f"{ends['finished']} editions finished by themselves. {ends['attention']} waited for a person's word with",
        f"every uncertain or refused batch listed (a refusal in {refused} runs).",
        f"{sum(run['settled'] == 'finished' for run in ours)} stood finished in the end.",
        f"Breaches of the promise: {_sum_lengths(ours, 'breaches')}.",
        *([f"Killed at every single moment of the send path: {_counted(points, 'points on')}."] if points else []),
        *([f"And of opening, recovery, finishing, splitting and settling: {_counted(paths, 'on')}."] if paths else []),
        f"{', '.join(versions)}; {platform.system()} on {platform.machine()} with {os.cpu_count()} cores.",
    ]
    return fill(" ".join(said), width=118)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _counted(numbers: Mapping[str, int], words: str) -> str:
    return " and ".join(f"{number} {words} {TITLES[name]}" for name, number in sorted(numbers.items(), reverse=True))


def _sum_lengths(runs: Sequence[dict[str, Any]], name: str) -> int:
    return sum(len(run[name]) for run in runs)


def write(document: Path, text: str) -> None:
    """Put `text` between the marks of this document; raises ValueError when it has none."""
    said = document.read_text(encoding="utf-8")
    before, mark, rest = said.partition(BEGINS)
    _, end, after = rest.partition(ENDS)
    if not mark or not end:
        raise ValueError(f"{document} has no place for the table: {BEGINS} … {ENDS}")
    document.write_text(f"{before}{BEGINS}\n\n{text}\n\n{ENDS}{after}", encoding="utf-8")


def _sum(runs: Sequence[dict[str, Any]], name: str) -> int:
    return sum(int(run[name]) for run in runs)
